"""One client at the server."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from octotui.runtime.server.connection import ClientConnection
from octotui.runtime.server.peer_credentials import Peer
from octotui.runtime.server.protocol import TroubleMessage, line


@asynccontextmanager
async def seated() -> AsyncIterator[tuple[ClientConnection, asyncio.StreamReader]]:
    """A seat, and what its client hears."""
    ours, theirs = socket.socketpair()
    _, writer = await asyncio.open_unix_connection(sock=ours)
    reader, other = await asyncio.open_unix_connection(sock=theirs)
    yield ClientConnection(Peer(1, "ann", ""), writer), reader
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
