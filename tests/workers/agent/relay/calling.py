"""Calls to a relay's functions within this process."""

import json
from collections.abc import Iterable
from typing import Any

from octotui.workers.agent.relay.calls import Answer, RelayCall


class Said:
    """What a call has said: frames in order."""

    def __init__(self) -> None:
        self.frames: list[tuple[dict[str, Any], bytes]] = []

    def __call__(self, header: dict[str, Any], payload: bytes) -> None:
        self.frames.append((header, payload))

    @property
    def parts(self) -> bytes:
        return b"".join(payload for header, payload in self.frames if header.get("part"))

    @property
    def last(self) -> dict[str, Any]:
        return self.frames[-1][0]


def call_of(
    given: dict[str, Any], payload: object = b"", data: Iterable[bytes] = ()
) -> tuple[RelayCall, Said]:
    """A call with all its data; a payload that is no bytes is sent as JSON."""
    said = Said()
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    call = RelayCall({**given, "call": 1}, body, said)
    for each in data:
        call.take({"call": 1}, each)
    call.take({"call": 1, "end": True}, b"")
    return call, said


def answered(work: Any, given: dict[str, Any], payload: object = b"", data: Iterable[bytes] = ()) -> Said:
    """Make a call to its end."""
    call, said = call_of(given, payload, data)
    call.run(work)
    return said


__all__ = ["Answer", "Said", "answered", "call_of"]
