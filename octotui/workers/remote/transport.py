"""The contract of ways to another machine: commands over there, with their standard streams."""

import asyncio
from typing import Protocol

import msgspec

from octotui.workers.machine import Unreachable

ERRORS = 4096  # bytes of standard error that are kept
CHUNK = 1 << 16
DROPPED = 1 << 24  # bytes of output that are read after those that are kept
ENDLESS = "it prints without end"


class CommandEnd(msgspec.Struct, frozen=True):
    """The exit code of a command (negative: killed by that signal), its output, and its last errors."""

    code: int
    output: bytes = b""
    errors: str = ""


class RemoteCommand(Protocol):
    """A running command over there. All raise Unreachable where the way to it is lost."""

    async def read(self, most: int) -> bytes:
        """Return up to `most` bytes of its output, at least one; b"" at its end."""
        ...

    async def write(self, data: bytes) -> None:
        """Write to its standard input; returns when there is room for more (backpressure)."""
        ...

    async def close_input(self) -> None:
        """End its standard input."""
        ...

    async def wait(self) -> CommandEnd:
        """Return how it ended; its output is empty here, since it was read."""
        ...

    async def close(self) -> None:
        """Drop the command and its streams; it is not waited for."""
        ...


class Transport(Protocol):
    """A way to one machine, for the account that works there; connects when first used, and when lost."""

    async def run(self, command: str, body: bytes = b"", *, most: int = 1 << 20) -> CommandEnd:
        """Run a command by the account's shell with `body` as its input. Raises Unreachable."""
        ...

    async def open(self, command: str) -> RemoteCommand:
        """Start a command by the account's shell. Raises Unreachable."""
        ...

    def watch(self, *, closely: bool) -> None:
        """Ask often whether the machine is there, or seldom: nothing is awaited from there."""
        ...

    async def close(self) -> None:
        """Close the way; what runs over there continues."""
        ...


async def run_to_end(running: RemoteCommand, body: bytes, most: int, endless: str = ENDLESS) -> CommandEnd:
    """Write the input of a command, and return how it ended with the first `most` bytes of its output.

    What follows is read and dropped. Raises Unreachable, also with `endless` where the output has no end.
    """
    try:
        feeding = asyncio.ensure_future(_feed(running, body))
        try:
            output = await _read(running, most, endless)
            end = await running.wait()
        finally:
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)
    finally:
        await running.close()
    return CommandEnd(end.code, output, end.errors)


async def _feed(running: RemoteCommand, body: bytes) -> None:
    if body:
        await running.write(body)
    await running.close_input()


async def _read(running: RemoteCommand, most: int, endless: str) -> bytes:
    kept, size = bytearray(), 0
    while chunk := await running.read(CHUNK):
        kept += chunk[: most - len(kept)]
        size += len(chunk)
        if size > most + DROPPED:
            raise Unreachable(endless)
    return bytes(kept)
