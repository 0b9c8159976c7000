import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octotui.workers.agent.frames import (
    LARGEST_HEADER,
    LARGEST_PAYLOAD,
    VERSION,
    FrameError,
    FrameReader,
    head,
)


def fed(reader: FrameReader, stream: bytes, step: int) -> list[tuple[dict[str, object], bytes]]:
    """The frames of a stream that arrives in pieces."""
    frames = []
    while stream:
        space = reader.space()
        count = min(step, len(space), len(stream))
        space[:count] = stream[:count]
        stream = stream[count:]
        frames += reader.complete(count)
    return frames


@given(st.lists(st.binary(max_size=300), max_size=5), st.integers(1, 400))
def test_frames_arrive_whole_however_they_are_cut(payloads: list[bytes], step: int) -> None:
    sent = [({"job": f"ä{number}"}, payload) for number, payload in enumerate(payloads)]
    stream = b"".join(head(header, len(payload)) + payload for header, payload in sent)
    assert fed(FrameReader(), stream, step) == sent


def test_a_large_frame_is_taken_and_its_room_given_back() -> None:
    reader, payload = FrameReader(), bytes(3 << 20)
    assert fed(reader, head({}, len(payload)) + payload, 1 << 18) == [({}, payload)]
    assert len(reader.space()) < len(payload)


@pytest.mark.parametrize(
    "stream",
    [
        struct.pack("!BII", VERSION + 1, 2, 0) + b"{}",
        struct.pack("!BII", VERSION, LARGEST_HEADER + 1, 0),
        struct.pack("!BII", VERSION, 2, LARGEST_PAYLOAD + 1),
        struct.pack("!BII", VERSION, 2, 0) + b"[]",
        struct.pack("!BII", VERSION, 2, 0) + b"\xff\xff",
        struct.pack("!BII", VERSION, 4, 0) + b"{{}}",
        struct.pack("!BII", VERSION, 200_000, 0) + b"[" * 200_000,
    ],
)
def test_r6_what_is_no_frame_is_refused(stream: bytes) -> None:
    with pytest.raises(FrameError):
        fed(FrameReader(), stream, 1 << 16)


@given(st.binary(max_size=200))
def test_r6_any_bytes_are_frames_or_refused(stream: bytes) -> None:
    try:
        frames = fed(FrameReader(), stream, 50)
    except FrameError:
        return
    assert all(json.dumps(header) for header, _ in frames)
