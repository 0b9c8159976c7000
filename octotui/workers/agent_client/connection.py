"""A connection to an agent: frames out once for each turn of the loop, and frames in."""

import asyncio
import socket
from collections.abc import Callable

from octotui.workers.agent.frames import FrameError, FrameReader, Header, head

CLOSING = 5.0  # seconds that the last frames may take


class AgentConnection(asyncio.BufferedProtocol):
    """Calls `receive` with each frame, and `lost` once when the connection has ended."""

    def __init__(
        self,
        version: str,
        receive: Callable[["AgentConnection", Header, bytes], None],
        lost: Callable[["AgentConnection"], None],
    ) -> None:
        self.version = version
        self.heard = asyncio.get_running_loop().time()  # when the other side last said anything
        self.acknowledged = 0  # wishes that the other side has heard
        self.is_superseded = False
        self.is_finished = False  # whether the other side has heard the last frame
        self._receive = receive
        self._lost = lost
        self._reader = FrameReader()
        self._waiting: list[bytes] = []
        self._transport: asyncio.Transport | None = None
        self._ended = asyncio.get_running_loop().create_future()

    async def open(self, stream: socket.socket) -> "AgentConnection":
        """Take a connected socket."""
        await asyncio.get_running_loop().create_connection(lambda: self, sock=stream)
        return self

    @property
    def is_open(self) -> bool:
        """Whether frames may arrive at the other side."""
        return self._transport is not None and not self._transport.is_closing()

    def send(self, header: Header, *payload: bytes) -> None:
        """Send a frame at the end of this turn of the loop; on a lost connection, nothing."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._flush)
        self._waiting += (head(header, sum(map(len, payload))), *payload)

    async def close(self) -> None:
        """Say goodbye, and close the connection once the other side has heard it, or is too late for it."""
        self.send({"do": "bye"})
        if self.is_open:
            await asyncio.wait({self._ended}, timeout=CLOSING)
        if self._transport is not None:
            self._transport.abort()
            await asyncio.wait({self._ended}, timeout=CLOSING)

    def finish(self) -> None:
        """Take the answer to a goodbye."""
        self.is_finished = True
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where the next bytes go."""
        return self._reader.space()

    def buffer_updated(self, nbytes: int) -> None:
        """Pass the frames on that have arrived; hang up on strange ones."""
        self.heard = asyncio.get_running_loop().time()
        try:
            frames = self._reader.complete(nbytes)
        except FrameError:
            if self._transport is not None:
                self._transport.abort()
            return
        for header, payload in frames:
            self._receive(self, header, payload)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that the connection has ended."""
        if not self._ended.done():
            self._ended.set_result(None)
        self._lost(self)

    def _flush(self) -> None:
        if self._waiting and self.is_open:
            assert self._transport is not None
            self._transport.write(b"".join(self._waiting))
        self._waiting.clear()
