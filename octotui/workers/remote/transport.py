"""The contract of ways to another machine: commands over there, with their standard streams."""

from typing import Protocol

import msgspec

ERRORS = 4096  # bytes of standard error that are kept


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
