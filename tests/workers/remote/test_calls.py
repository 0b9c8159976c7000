import asyncio
from typing import Any

import pytest

from octotui.workers.agent.frames import FrameError
from octotui.workers.agent.relay.calls import CHUNK, WINDOW
from octotui.workers.machine import Unreachable
from octotui.workers.remote.calls import HEADER, LARGEST_HEADERS, CallFailed, RemoteCall


class Sent:
    """The frames that a call has sent."""

    def __init__(self) -> None:
        self.frames: list[tuple[dict[str, Any], int]] = []

    def __call__(self, header: dict[str, Any], *payload: bytes) -> None:
        self.frames.append((header, sum(map(len, payload))))


async def test_no_more_is_under_way_than_the_window() -> None:
    sent = Sent()
    call = RemoteCall(1, sent)
    sending = asyncio.create_task(call.send(bytes(WINDOW + CHUNK)))
    await asyncio.sleep(0.01)
    assert sum(size for _, size in sent.frames) == WINDOW
    call.take({"call": 1, "took": CHUNK}, b"")
    assert await sending
    call.take({"call": 1, "problem": "full", "why": "no room"}, b"")
    assert not await call.send(b"more")
    call.stop()
    assert len(sent.frames) == (WINDOW + CHUNK) // CHUNK


async def test_parts_are_acknowledged_as_they_are_taken_and_then_the_end_is_told() -> None:
    sent = Sent()
    call = RemoteCall(1, sent)
    call.take({"call": 1, "part": True}, b"one")
    call.take({"call": 1, "problem": "missing", "why": "x"}, b"")
    parts = call.parts()
    assert (await anext(parts))[1] == b"one"
    assert sent.frames == [({"call": 1, "took": 3}, 0)]
    with pytest.raises(CallFailed, match="x"):
        await anext(parts)


async def test_m1_a_call_whose_machine_is_away_ends() -> None:
    call = RemoteCall(1, Sent())
    waiting = asyncio.create_task(call.answer())
    await asyncio.sleep(0)
    call.lose(Unreachable("gone"))
    with pytest.raises(Unreachable, match="gone"):
        await waiting
    answered = RemoteCall(2, Sent())
    answered.take({"call": 2, "done": True}, b"body")
    answered.lose(Unreachable("gone"))
    assert (await answered.answer())[1] == b"body"


async def test_m1_a_relay_that_heeds_no_window_is_an_error() -> None:
    call = RemoteCall(1, Sent())
    for _ in range((WINDOW + CHUNK) // CHUNK):
        call.take({"call": 1, "part": True}, bytes(CHUNK))
    parts = call.parts()
    await anext(parts)
    call.take({"call": 1, "part": True}, bytes(CHUNK))
    with pytest.raises(FrameError, match="more than it was acknowledged"):
        call.take({"call": 1, "part": True}, b"x")
    await parts.aclose()


async def test_m1_headers_that_wait_take_memory_too() -> None:
    call, header = RemoteCall(1, Sent()), {"part": True, "entry": "x" * (1 << 20)}
    for _ in range(LARGEST_HEADERS // (HEADER + 50 + (1 << 20))):
        call.take(header, b"")
    with pytest.raises(FrameError, match="more than it was acknowledged"):
        call.take(header, b"")


async def test_m1_a_call_without_data_takes_none() -> None:
    call = RemoteCall(1, Sent())
    call.takes_parts = False
    with pytest.raises(FrameError, match="not asked for"):
        call.take({"call": 1, "part": True}, b"")


@pytest.mark.parametrize("took", [CHUNK + 1, -1])
async def test_m1_no_more_is_taken_than_was_sent(took: int) -> None:
    call = RemoteCall(1, Sent())
    await call.send(bytes(CHUNK))
    with pytest.raises(FrameError, match="other than what it was sent"):
        call.take({"call": 1, "took": took}, b"")


async def test_m1_a_reason_is_one_short_line() -> None:
    call = RemoteCall(1, Sent())
    call.take({"call": 1, "problem": "full", "why": "no\nroom " + "x" * 100_000}, b"")
    with pytest.raises(CallFailed, match=r"^no room x{292}…$"):
        await call.answer()
