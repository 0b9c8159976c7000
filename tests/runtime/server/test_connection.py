"""One client at the server."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace

import msgspec
import pytest

from octotui.runtime.server import connection
from octotui.runtime.server.connection import AT_ONCE, PATIENCE, ROOM, ClientConnection
from octotui.runtime.server.peer_credentials import Peer
from octotui.runtime.server.protocol import Goodbye, Parting, ToClient, TroubleMessage, line

Lines = AsyncIterator[bytes]


@asynccontextmanager
async def seated(
    missing: Callable[[Peer], str | None] = lambda peer: None,
) -> AsyncIterator[tuple[ClientConnection, asyncio.StreamReader]]:
    """A seat, and what its client hears."""
    ours, theirs = socket.socketpair()
    _, writer = await asyncio.open_unix_connection(sock=ours)
    reader, other = await asyncio.open_unix_connection(sock=theirs)
    yield ClientConnection(Peer(1, "ann", ""), writer, missing), reader
    for each in (writer, other):
        each.close()
        await each.wait_closed()


async def test_what_happens_while_the_present_is_told_comes_behind_it() -> None:
    async with seated() as (seat, reader):
        seat.hold()
        seat.follow(b"later\n")
        seat.tell(TroubleMessage(text="now"))
        seat.release(b"present\n")
        seat.follow(b"last\n")
        heard = [await reader.readline() for _ in range(4)]
        assert heard == [line(TroubleMessage(text="now")), b"present\n", b"later\n", b"last\n"]


async def test_one_that_only_asks_is_told_at_once_what_all_are_told() -> None:
    async with seated() as (seat, reader):
        seat.follow(b"the model is broken\n")
        assert await reader.readline() == b"the model is broken\n"


async def test_who_was_let_go_hears_why_and_nothing_more() -> None:
    async with seated() as (seat, reader):
        seat.drop("wrong", "you said nonsense")
        seat.write(b"more\n")
        seat.drop("wrong", "again")
        assert b"you said nonsense" in await reader.readline()
        assert await reader.readline() == b""


async def test_i8_nothing_is_told_to_who_may_not_read_any_more() -> None:
    rights = ["read"]
    async with seated(lambda peer: None if rights else f"{peer.user} may not") as (seat, reader):
        seat.tell(TroubleMessage(text="now"))
        seat.hold()
        seat.follow(b"kept\n")
        rights.clear()
        seat.release(b"present\n")
        assert await reader.readline() == line(TroubleMessage(text="now"))
        goodbye = msgspec.json.decode(await reader.readline(), type=ToClient)
        assert goodbye == Goodbye(kind="forbidden", reason="ann may not")
        assert await reader.read() == b""
        assert seat.gone


@asynccontextmanager
async def spoken(
    longest: int = 100, *, greeted: bool = True
) -> AsyncIterator[tuple[asyncio.StreamWriter, Lines]]:
    """A client that says something, and the lines of it that come here."""
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_unix_connection(sock=ours)
    _, client = await asyncio.open_unix_connection(sock=theirs)
    seat = ClientConnection(Peer(1, "ann", ""), writer)
    seat.greeted = greeted
    yield client, seat.lines(reader, lambda: longest)
    for each in (writer, client):
        each.close()
        await each.wait_closed()


async def test_lines_come_whole_however_they_were_sent() -> None:
    async with spoken() as (client, lines):
        client.write(b"one\n\n  \ntw")
        assert await anext(lines) == b"one"
        client.write(b"o\nthree\nrest")
        assert [await anext(lines), await anext(lines)] == [b"two", b"three"]
        client.write_eof()
        assert [each async for each in lines] == [], "what has no end was not said"


@pytest.mark.parametrize("said", [b"x" * 101, b"x" * 101 + b"\n", b"short\n" + b"x" * 101])
async def test_r6_a_line_that_is_too_long_is_refused(said: bytes) -> None:
    async with spoken() as (client, lines):
        client.write(said)
        with pytest.raises(ValueError, match="a line is longer than 100 bytes"):
            assert [each async for each in lines]


async def test_r6_hello_and_what_was_begun_come_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HANDSHAKE", 0.05)
    async with spoken(greeted=False) as (_, lines):
        with pytest.raises(TimeoutError):
            await anext(lines)
    async with spoken() as (client, lines):
        listening = asyncio.ensure_future(anext(lines))
        await asyncio.sleep(0.1)
        assert not listening.done(), "who listens may be silent"
        client.write(b"a")
        with pytest.raises(TimeoutError):
            await listening


async def test_r6_a_line_may_be_as_long_as_it_may_be() -> None:
    async with spoken() as (client, lines):
        client.write(b"x" * 100 + b"\n")
        assert await anext(lines) == b"x" * 100


async def test_r6_each_line_has_its_own_time_and_one_that_trickles_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "HANDSHAKE", 0.6)
    async with spoken(greeted=False) as (client, lines):
        client.write(b"Hello\n")
        assert await anext(lines) == b"Hello"
    async with spoken(greeted=False) as (client, lines):
        listening = asyncio.ensure_future(anext(lines))
        for _ in range(4):
            client.write(b"\n")
            await asyncio.sleep(0.25)
        assert isinstance(listening.exception(), TimeoutError), "empty lines are no Hello"
    async with spoken() as (client, lines):
        for begun, ended in ((b"o", b"ne\n"), (b"t", b"wo\n")):
            listening = asyncio.ensure_future(anext(lines))
            await asyncio.sleep(0.7)
            client.write(begun)
            await asyncio.sleep(0.4)
            client.write(ended)
            assert await listening == (begun + ended).strip()
        listening = asyncio.ensure_future(anext(lines))
        for _ in range(4):
            client.write(b"x")
            await asyncio.sleep(0.25)
        assert isinstance(listening.exception(), TimeoutError)


class Wire:
    """A transport on which so many bytes wait."""

    def __init__(self) -> None:
        self.waiting = 0
        self.said: list[bytes] = []
        self.ended = ""

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def write(self, data: bytes) -> None:
        self.said.append(data)

    def abort(self) -> None:
        self.ended = self.ended or "aborted"

    def close(self) -> None:
        self.ended = self.ended or "closed"


def wired() -> tuple[ClientConnection, Wire]:
    wire = Wire()
    return ClientConnection(Peer(1, "ann", ""), SimpleNamespace(transport=wire)), wire  # type: ignore[arg-type]


async def test_one_that_has_just_come_is_told_nothing_yet() -> None:
    seat, wire = wired()
    assert (seat.greeted, seat.follows, seat.gone, wire.said) == (False, False, False, [])
    for _ in range(AT_ONCE):
        await seat.requests.acquire()
    assert seat.requests.locked()
    seat.hold()
    assert seat.follows


async def test_r6_so_much_may_wait_for_a_client_and_no_more() -> None:
    seat, wire = wired()
    wire.waiting = ROOM
    seat.write(b"one")
    assert (seat.gone, wire.ended) == (False, "")
    wire.waiting += 1
    seat.write(b"two")
    assert (seat.gone, wire.ended, wire.said) == (True, "aborted", [b"one", b"two"])


async def test_r6_its_snapshot_may_wait_beside_the_rest() -> None:
    seat, wire = wired()
    seat.hold()
    wire.waiting = ROOM + 10
    seat.release(b"x" * 10)
    assert not seat.gone
    wire.waiting += 1
    seat.write(b"more")
    assert wire.ended == "aborted"


async def test_r6_one_that_takes_nothing_for_a_while_is_stuck() -> None:
    seat, wire = wired()

    def stuck(waiting: int, *after: float) -> list[bool]:
        wire.waiting = waiting
        return [seat.is_stuck(1000.0 + each) for each in after]

    assert stuck(5, 0, PATIENCE, PATIENCE + 1) == [False, False, True]
    assert stuck(4, 100, 110) == [False, False]
    assert stuck(9, 120, 100 + PATIENCE, 101 + PATIENCE) == [False, False, True], "more came, none was taken"
    assert stuck(0, 300) == [False]
    assert stuck(5, 400, 400 + PATIENCE, 401 + PATIENCE) == [False, False, True]


@pytest.mark.parametrize(
    ("kind", "reason", "waiting", "ended"),
    [
        ("slow", "too slow", 0, "aborted"),
        ("wrong", "nonsense", ROOM + 1, "aborted"),
        ("wrong", "nonsense", ROOM, "closed"),
        ("stopped", "", 0, "closed"),
    ],
)
async def test_who_is_let_go_hears_why_where_it_listens(
    kind: Parting, reason: str, waiting: int, ended: str
) -> None:
    seat, wire = wired()
    wire.waiting = waiting
    seat.drop(kind, reason)
    seat.write(b"more")
    said = [line(Goodbye(kind=kind, reason=reason))] if ended == "closed" and reason else []
    assert (seat.gone, wire.ended, wire.said) == (True, ended, said)
