"""A command that runs on a machine over a channel of a connection."""

import asyncio
import signal
from collections import deque
from collections.abc import Callable
from typing import Any

import asyncssh

from octotui.workers.machine import Unreachable
from octotui.workers.remote.transport import ERRORS, CommandEnd

BUFFERED = 1 << 20  # bytes of output that are read ahead
CUT = "the connection was lost"
Errors = Callable[[bytes], None]
"""Takes standard error in chunks."""


class SshCommand(asyncssh.SSHClientSession[bytes]):
    """A running command and its standard streams; `lost` says why its connection was lost."""

    def __init__(
        self,
        begun: Callable[[], None],
        ended: Callable[[], None],
        lost: Callable[[], str],
        errors: Errors | None = None,
    ) -> None:
        """Call `begun` when the channel is open, `ended` when it is closed; `errors` gets standard error."""
        self._tell = errors
        self.has_begun = False
        self._begun = begun
        self._ended = ended
        self._lost = lost
        self._channel: Any = None
        self._output: deque[bytes] = deque()
        self._buffered = 0
        self._errors = b""
        self._is_whole = False  # its output: the end of it has come
        self._is_closed = False
        self._code: int | None = None
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    async def read(self, most: int) -> bytes:
        """Return up to `most` bytes of its output; b"" at its end. Raises Unreachable."""
        while not self._output:
            if self._is_whole or (self._is_closed and self._code is not None):
                return b""
            self._check()
            self._news.clear()
            await self._news.wait()
        chunk = self._output.popleft()
        if len(chunk) > most:
            self._output.appendleft(chunk[most:])
            chunk = chunk[:most]
        if self._buffered >= BUFFERED > self._buffered - len(chunk) and not self._is_closed:
            self._channel.resume_reading()
        self._buffered -= len(chunk)
        return chunk

    async def write(self, data: bytes) -> None:
        """Write to its input, and wait until there is room for more. Raises Unreachable."""
        self._check()
        try:
            self._channel.write(data)
        except OSError:  # it has closed its input
            return
        while not self._room.is_set() and not self._is_closed:
            await self._room.wait()

    async def close_input(self) -> None:
        """End its standard input."""
        if not self._is_closed and not self._channel.is_closing():
            self._channel.write_eof()

    async def wait(self) -> CommandEnd:
        """Return how it ended. Raises Unreachable where that is unknown."""
        while not self._is_closed:
            self._news.clear()
            await self._news.wait()
        if self._code is None:
            self._check()
        assert self._code is not None
        return CommandEnd(self._code, errors=self._errors.decode(errors="replace"))

    async def close(self) -> None:
        """Drop the command and its streams."""
        if not self._is_closed:
            self._channel.abort()

    def connection_made(self, chan: Any) -> None:
        """Keep the channel."""
        self._channel = chan
        self.has_begun = True
        self._begun()

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Take output, or the end of what it says on standard error."""
        if datatype is not None:
            self._errors = (self._errors + data)[-ERRORS:]
            if self._tell is not None:
                self._tell(data)
            return
        self._output.append(data)
        if self._buffered < BUFFERED <= self._buffered + len(data):
            self._channel.pause_reading()
        self._buffered += len(data)
        self._news.set()

    def eof_received(self) -> bool:
        """Note the end of its output; its input stays open."""
        self._is_whole = True
        self._news.set()
        return True

    def exit_status_received(self, status: int) -> None:
        """Note its exit code."""
        self._code = status

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:
        """Note the signal that ended it."""
        self._code = -_number_of(signal)

    def pause_writing(self) -> None:
        """Hold back who writes."""
        self._room.clear()

    def resume_writing(self) -> None:
        """Let go on who writes."""
        self._room.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake all that wait."""
        self._is_closed = True
        self._room.set()
        self._news.set()
        self._ended()

    def _check(self) -> None:
        if self._is_closed and self._code is None:
            raise Unreachable(self._lost() or CUT)


def _number_of(name: str) -> int:
    """Return the number of a signal by its name in the protocol; 1 where this machine does not know it."""
    known = getattr(signal, f"SIG{name}", None)
    return int(known) if isinstance(known, signal.Signals) else 1
