"""A connection at the server: a bounded send buffer, deadlines for reading, and how it is dropped."""

import asyncio
from collections.abc import AsyncIterator, Callable

from octotui.model.complaints import Reason
from octotui.runtime.server.peer_credentials import Peer
from octotui.runtime.server.protocol import Goodbye, Parting, ToClient, line

ROOM = 8 << 20  # bytes of the send buffer, beside a snapshot
PATIENCE = 30.0  # seconds in which some of the buffer must be read
HANDSHAKE = 10.0  # seconds for Hello, and later for the rest of a line that was begun
BLOCK = 1 << 14  # bytes of one read
AT_ONCE = 16  # concurrent requests of one client; further ones are not read until one is answered

Missing = Callable[[Peer], Reason | None]


def _nothing(peer: Peer) -> Reason | None:
    return None


class ClientConnection:
    """One connection, on which the session never waits (no backpressure).

    `missing` says why an account may not read, or None; it is asked before each message.
    """

    def __init__(self, peer: Peer, writer: asyncio.StreamWriter, missing: Missing = _nothing) -> None:
        self.peer = peer
        self.greeted = False
        self.follows = False
        self.gone = False
        self.requests = asyncio.Semaphore(AT_ONCE)
        self._missing = missing
        self._transport = writer.transport
        self._room = ROOM
        self._kept: list[bytes] | None = None
        self._stuck = 0
        self._since = 0.0

    def tell(self, message: ToClient) -> None:
        """Send a message."""
        self.write(line(message))

    def write(self, data: bytes) -> None:
        """Send an encoded line; drop the client if its buffer overflows or its right to read has ended."""
        self.check_right()
        if self.gone:
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > self._room:
            self.drop(
                "slow",
                "you read events too slowly: connect again, and ask for events from the last one you have",
            )

    def check_right(self) -> None:
        """Drop the client if its right to read has ended."""
        missing = None if self.gone else self._missing(self.peer)
        if missing is not None:
            self.drop("forbidden", missing)

    def follow(self, data: bytes) -> None:
        """Send events, or queue them while they are held."""
        if self._kept is not None:
            self._kept.append(data)
        else:
            self.write(data)

    def hold(self) -> None:
        """Queue events from now on, until `release`."""
        self.follows = True
        self._kept = []

    def release(self, before: bytes) -> None:
        """Send `before`, then queued events; allow len(before) extra buffer bytes."""
        self._room = ROOM + len(before)
        kept, self._kept = self._kept or [], None
        for each in (before, *kept):
            self.write(each)

    async def lines(self, reader: asyncio.StreamReader, longest: Callable[[], int]) -> AsyncIterator[bytes]:
        """Yield the client's lines, with deadlines for Hello and for each line that was begun.

        Raises ValueError for a line longer than `longest()`, and TimeoutError.
        """
        now = asyncio.get_running_loop().time
        begun, due = bytearray(), now() + HANDSHAKE
        while True:
            unfinished = bool(begun) or not self.greeted
            async with asyncio.timeout_at(due if unfinished else None):
                data = await reader.read(BLOCK)
            if not data:
                return
            begun += data
            *whole, begun = begun.split(b"\n") if b"\n" in data else (begun,)
            if max(map(len, (*whole, begun))) > longest():
                raise ValueError(f"a line is longer than {longest()} bytes")
            for each in filter(bytearray.strip, whole):
                yield bytes(each)
            if self.greeted and (whole or not unfinished):
                due = now() + HANDSHAKE

    def is_stuck(self, now: float) -> bool:
        """Return whether the client has read nothing for PATIENCE seconds; called periodically."""
        waiting = self._transport.get_write_buffer_size()
        if not waiting or not self._stuck or waiting < self._stuck:
            self._since = now
        self._stuck = waiting
        return bool(waiting) and now - self._since > PATIENCE

    def drop(self, kind: Parting, reason: str) -> None:
        """Close the connection, with a Goodbye where the client can receive one."""
        if self.gone:
            return
        self.gone = True
        if kind == "slow" or self._transport.get_write_buffer_size() > ROOM:
            self._transport.abort()
            return
        if reason:
            self._transport.write(line(Goodbye(kind=kind, reason=reason)))
        self._transport.close()
