"""The way by a program of this machine, such as `podman exec`: a process for each command."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import suppress

from octotui.workers.machine import Unreachable
from octotui.workers.remote.transport import CHUNK, ERRORS, CommandEnd, run_to_end

PATIENCE = 2.0  # seconds until the process of a command that is dropped is killed
BUFFERED = 1 << 20  # bytes of output that are read ahead

Errors = Callable[[bytes], None]


class ProgramCommand:
    """A command over there, and its standard streams."""

    def __init__(
        self, process: asyncio.subprocess.Process, way: "ProgramTransport", errors: Errors | None
    ) -> None:
        self._process = process
        self._way = way
        self._tell = errors
        self._errors = asyncio.ensure_future(self._last_errors())

    async def read(self, most: int) -> bytes:
        """Return up to `most` bytes of its output; b"" at its end."""
        assert self._process.stdout is not None
        return await self._process.stdout.read(most)

    async def write(self, data: bytes) -> None:
        """Write to its input, unless it has closed that."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.write(data)
            await self._process.stdin.drain()

    async def close_input(self) -> None:
        """End its input."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    async def wait(self) -> CommandEnd:
        """Return how it ended. Raises Unreachable where that is the end of the way to it alone."""
        code = await self._process.wait()
        return await self._way.end_of(code, await self._errors)

    async def close(self) -> None:
        """Drop the command and its streams; it hears that its input has ended, and is not waited for."""
        await self.close_input()
        self._way.leave(self)

    async def end(self) -> None:
        """End the process of a dropped command, once that has heard of it: a while after, at the latest."""
        try:
            async with asyncio.timeout(PATIENCE):
                while await self.read(CHUNK):
                    pass
                await self._process.wait()
        except TimeoutError:
            pass
        finally:
            self._errors.cancel()
            self._process._transport.close()  # type: ignore[attr-defined]  # it is killed where it goes on
            await self._process.wait()

    async def _last_errors(self) -> str:
        kept, stream = b"", self._process.stderr
        while stream is not None and (data := await stream.read(ERRORS)):
            kept = (kept + data)[-ERRORS:]
            if self._tell is not None:
                self._tell(data)
        return kept.decode(errors="replace")


class ProgramTransport(ABC):
    """Commands on one machine, by a program and the arguments that come before a shell and a command."""

    def __init__(self) -> None:
        self._running: set[ProgramCommand] = set()
        self._ending: set[asyncio.Task[None]] = set()

    @abstractmethod
    def call(self) -> Sequence[str]:
        """Return the program and its arguments. Raises Unreachable where it is missing."""

    @abstractmethod
    async def end_of(self, code: int, errors: str) -> CommandEnd:
        """Return how a command ended, by the exit code (negative: a signal) and the errors of its process.

        Raises Unreachable where these are of the program, and the machine was not reached.
        """

    async def run(self, command: str, body: bytes = b"", *, most: int = 1 << 20) -> CommandEnd:
        """Run a command by sh with `body` as its input. Raises Unreachable."""
        return await run_to_end(await self.open(command), body, most)

    async def open(self, command: str, errors: Errors | None = None) -> ProgramCommand:
        """Start a command by sh; `errors` gets its standard error. Raises Unreachable without the program."""
        pipe, call = asyncio.subprocess.PIPE, self.call()
        try:
            process = await asyncio.create_subprocess_exec(
                *(*call, "sh", "-c", command),
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                start_new_session=True,  # a key that interrupts octotui does not interrupt the way
                limit=BUFFERED,
            )
        except OSError as problem:
            raise Unreachable(f"{call[0]} cannot be started: {problem.strerror}") from None
        opened = ProgramCommand(process, self, errors)
        self._running.add(opened)
        return opened

    def watch(self, *, closely: bool) -> None:  # noqa: B027 - the same for all programs
        """Do nothing: each command has a process of its own, which ends with its way."""

    def retry_now(self) -> None:  # noqa: B027 - the same for all programs
        """Do nothing: each call tries anew."""

    async def close(self) -> None:
        """Close the way; what runs over there continues."""
        await asyncio.gather(*(each.close() for each in tuple(self._running)))
        await asyncio.gather(*self._ending, return_exceptions=True)

    def leave(self, command: ProgramCommand) -> None:
        """Let a dropped command end in the background."""
        if command in self._running:
            self._running.discard(command)
            ending = asyncio.get_running_loop().create_task(command.end())
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
