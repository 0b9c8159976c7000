"""A client at the server: what it is still to be told, and what becomes of it when it does not listen."""

import asyncio

from octotui.runtime.server.peer_credentials import Peer
from octotui.runtime.server.protocol import Goodbye, Parting, ToClient, line

ROOM = 8 << 20  # bytes that may wait for a client beside its snapshot
PATIENCE = 30.0  # seconds in which some of what waits has to be taken


class ClientConnection:
    """One connection; whatever it does, nobody waits for it."""

    def __init__(self, peer: Peer, writer: asyncio.StreamWriter) -> None:
        self.peer = peer
        self.greeted = False
        self.follows = False
        self.gone = False
        self._transport = writer.transport
        self._room = ROOM
        self._kept: list[bytes] | None = None
        self._stuck = 0
        self._since = 0.0

    def tell(self, message: ToClient) -> None:
        """Say something."""
        self.write(line(message))

    def write(self, data: bytes) -> None:
        """Say a line that is made already; who has let too much wait is let go."""
        if self.gone:
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > self._room:
            self.drop("slow", "you were too slow to take what happened: ask again from where you were")

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
