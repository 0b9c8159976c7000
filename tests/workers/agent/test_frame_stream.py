import socket
from collections.abc import Iterator

import pytest

from octotui.workers.agent.frame_stream import FULL, FrameStream
from octotui.workers.agent.frames import FrameError, head


@pytest.fixture
def pair() -> Iterator[tuple[FrameStream, socket.socket]]:
    ours, theirs = socket.socketpair()
    connection = FrameStream(ours)
    yield connection, theirs
    connection.close()
    theirs.close()


def test_frames_of_one_turn_go_in_one_send(pair: tuple[FrameStream, socket.socket]) -> None:
    connection, other = pair
    connection.say({"a": 1}, b"one")
    connection.say({"b": 2}, b"")
    assert connection.is_pending
    connection.flush()
    assert not connection.is_pending
    assert other.recv(1000) == head({"a": 1}, 3) + b"one" + head({"b": 2})


def test_who_does_not_read_holds_nobody_up(pair: tuple[FrameStream, socket.socket]) -> None:
    """And gets all of it once it reads."""
    connection, other = pair
    sent = b""
    while connection.has_room:
        payload = bytes([len(sent) % 251]) * 100_000
        sent += head({}, len(payload)) + payload
        connection.say({}, payload)
        connection.flush()
    assert len(sent) > FULL
    got = b""
    while len(got) < len(sent):
        got += other.recv(1 << 20)
        connection.flush()
    assert got == sent
    assert connection.has_room


def test_frames_arrive_and_the_end_is_known(pair: tuple[FrameStream, socket.socket]) -> None:
    connection, other = pair
    assert connection.receive() == []
    other.sendall(head({"do": "look"}, 1) + b"x")
    assert connection.receive() == [({"do": "look"}, b"x")]
    other.close()
    assert connection.receive() is None


def test_r6_what_is_no_frame_is_refused(pair: tuple[FrameStream, socket.socket]) -> None:
    connection, other = pair
    other.sendall(b"\xff" * 20)
    with pytest.raises(FrameError):
        connection.receive()
