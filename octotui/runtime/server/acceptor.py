"""Accept connections one at a time, between all else that the loop has to do."""

import asyncio
import socket
from collections.abc import Callable

PAUSE = 1.0  # seconds until the next try where no descriptor is left


class Acceptor:
    """Hands on the connections of a listening socket; a flood of them gets no more than its turn."""

    def __init__(self, listening: socket.socket, take: Callable[[socket.socket], None]) -> None:
        """Begin; what `take` raises as OSError closes the connection."""
        self._listening = listening
        self._take = take
        self._loop = asyncio.get_running_loop()
        self._paused: asyncio.TimerHandle | None = None
        self._resume()

    def close(self) -> None:
        """Listen no more; connections that were handed on stay."""
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
        except OSError:  # who waits does so in the kernel
            self._loop.remove_reader(self._listening)
            self._paused = self._loop.call_later(PAUSE, self._resume)
            return
        try:
            connection.setblocking(False)
            self._take(connection)
        except OSError:  # who connected is gone already
            connection.close()
