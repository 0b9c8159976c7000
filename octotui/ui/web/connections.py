"""The connections to the server of the app: bounded, and those of strangers for a short time alone."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from aiohttp import web

from octotui.runtime.server.acceptor import Acceptor
from octotui.ui.web.request_protocol import RequestProtocol

MOST = 128  # connections at once
DEADLINE = 10.0  # seconds in which a connection must bring a request of somebody who has access
IDLE = 60.0  # seconds between two requests of one connection


class Connections:
    """Accepts connections; where there are too many, the oldest one of a stranger makes room."""

    def __init__(
        self,
        listening: socket.socket,
        protocol: Callable[[], RequestProtocol],
        known: Callable[[socket.socket], bool],
    ) -> None:
        """Start; `known` says of which connections the kernel knows already that they have access."""
        self._protocol = protocol
        self._known = known
        self._strangers: dict[web.RequestHandler, asyncio.TimerHandle] = {}  # the oldest first
        self._admitted: set[web.RequestHandler] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        listening.listen(MOST)
        listening.setblocking(False)
        self._acceptor = Acceptor(listening, self._take)

    def stop(self) -> None:
        """Accept no more."""
        self._acceptor.close()

    async def close(self) -> None:
        """Hang up on everybody."""
        self.stop()
        for each in [*self._strangers, *self._admitted]:
            self._drop(each)
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def admit(self, protocol: web.RequestHandler) -> None:
        """Keep a connection: it has brought a request of somebody who has access."""
        if (deadline := self._strangers.pop(protocol, None)) is not None:
            deadline.cancel()
            self._admitted.add(protocol)

    def _take(self, connection: socket.socket) -> None:
        if len(self._strangers) + len(self._admitted) >= MOST:
            if not self._strangers:
                connection.close()
                return
            self._drop(next(iter(self._strangers)))
        protocol, loop = self._protocol(), asyncio.get_running_loop()
        if self._known(connection):
            self._admitted.add(protocol)
        else:
            self._strangers[protocol] = loop.call_later(DEADLINE, self._drop, protocol)
        task = loop.create_task(self._connect(protocol, connection))
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, protocol, connection))

    async def _connect(self, protocol: RequestProtocol, connection: socket.socket) -> None:
        """Have a protocol serve a connection until either side closes it."""
        loop = asyncio.get_running_loop()
        with suppress(OSError):  # the client is gone already
            transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection)
            if protocol not in self._strangers and protocol not in self._admitted:
                transport.abort()  # it had to make room at once
            await protocol.closed.wait()

    def _ended(self, protocol: RequestProtocol, connection: socket.socket, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._forget(protocol)
        connection.close()

    def _drop(self, protocol: web.RequestHandler) -> None:
        """Close a connection, whatever is still to be sent."""
        self._forget(protocol)
        if isinstance(protocol.transport, asyncio.Transport):
            protocol.transport.abort()

    def _forget(self, protocol: web.RequestHandler) -> None:
        self._admitted.discard(protocol)
        if (deadline := self._strangers.pop(protocol, None)) is not None:
            deadline.cancel()
