"""A client at the server: what it is still to be told, and what becomes of it when it does not listen."""

import asyncio
from collections.abc import AsyncIterator, Callable

from octotui.model.complaints import Reason
from octotui.runtime.server.peer_credentials import Peer
from octotui.runtime.server.protocol import Goodbye, Parting, ToClient, line

ROOM = 8 << 20  # bytes that may wait for a client beside its snapshot
PATIENCE = 30.0  # seconds in which some of what waits has to be taken
HANDSHAKE = 10.0  # seconds in which a client says Hello, and then in which it ends a line that it has begun
BLOCK = 1 << 14  # bytes that are read at a time
AT_ONCE = 16  # requests of one client; the next one is read when one of them was answered

Missing = Callable[[Peer], Reason | None]


def _nothing(peer: Peer) -> Reason | None:
    return None


class ClientConnection:
    """One connection; whatever it does, nobody waits for it.

    `missing` says why a person may not read, or None; it is asked before anything is told to one.
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
        """Say something."""
        self.write(line(message))

    def write(self, data: bytes) -> None:
        """Say a line that is made already; who has let too much wait, or may not read any more, is let go."""
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
        """Let the client go if it may not read any more."""
        missing = None if self.gone else self._missing(self.peer)
        if missing is not None:
            self.drop("forbidden", missing)

    def follow(self, data: bytes) -> None:
        """Say what happened, or keep it until what happened before is said."""
        if self._kept is not None:
            self._kept.append(data)
        else:
            self.write(data)

    def hold(self) -> None:
        """Keep what happens from now on."""
        self.follows = True
        self._kept = []

    def release(self, before: bytes) -> None:
        """Say first this, and then what was kept; so much may wait for the client beside the rest."""
        self._room = ROOM + len(before)
        kept, self._kept = self._kept or [], None
        for each in (before, *kept):
            self.write(each)

    async def lines(self, reader: asyncio.StreamReader, longest: Callable[[], int]) -> AsyncIterator[bytes]:
        """The lines that the client says; Hello, and each that was begun, ends in time.

        Raises ValueError for one that is longer than it may be now, and TimeoutError.
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
        """Whether nothing of what waits was taken for a while; asked every now and then."""
        waiting = self._transport.get_write_buffer_size()
        if not waiting or not self._stuck or waiting < self._stuck:
            self._since = now
        self._stuck = waiting
        return bool(waiting) and now - self._since > PATIENCE

    def drop(self, kind: Parting, reason: str) -> None:
        """Let the client go: with a word where it can hear one."""
        if self.gone:
            return
        self.gone = True
        if kind == "slow" or self._transport.get_write_buffer_size() > ROOM:
            self._transport.abort()
            return
        if reason:
            self._transport.write(line(Goodbye(kind=kind, reason=reason)))
        self._transport.close()
