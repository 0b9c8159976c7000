"""One client at the server."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest

from octotui.runtime.server import connection
from octotui.runtime.server.connection import ClientConnection
from octotui.runtime.server.peer_credentials import Peer
from octotui.runtime.server.protocol import Goodbye, ToClient, TroubleMessage, line

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
