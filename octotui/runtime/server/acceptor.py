"""Accepts connections one at a time, fairly with everything else on the loop."""

import asyncio
import socket
from collections.abc import Callable

PAUSE = 1.0  # seconds until the next try when descriptors have run out


class Acceptor:
    """Passes on the connections of a listening socket; a flood of them cannot starve the loop."""

    def __init__(self, listening: socket.socket, take: Callable[[socket.socket], None]) -> None:
        """Start; an OSError from `take` closes the connection."""
        self._listening = listening
        self._take = take
        self._loop = asyncio.get_running_loop()
        self._paused: asyncio.TimerHandle | None = None
        self._resume()

    def close(self) -> None:
        """Stop listening; accepted connections stay open."""
        if self._paused is not None:
            self._paused.cancel()
        if self._listening.fileno() >= 0:
            self._loop.remove_reader(self._listening)
            self._listening.close()

    def _resume(self) -> None:
        self._loop.add_reader(self._listening, self._accept)

    def _accept(self) -> None:
        try:
            connection, _ = self._listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionError):
            return
        except OSError:  # clients wait in the kernel's backlog
            self._loop.remove_reader(self._listening)
            self._paused = self._loop.call_later(PAUSE, self._resume)
            return
        try:
            connection.setblocking(False)
            self._take(connection)
        except OSError:  # the client is gone already
            connection.close()
