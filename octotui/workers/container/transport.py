"""The way to a container of this machine: `podman exec`, a process for each command."""

import asyncio
from contextlib import suppress

from octotui.workers.container.engine import MISSING, engine
from octotui.workers.machine import Unreachable
from octotui.workers.remote.answers import one_line
from octotui.workers.remote.transport import ERRORS, CommandEnd

OWN = 125  # from this exit code on, it may be that of the engine, and not that of the command
PATIENCE = 2.0  # seconds until a command that is dropped is killed
CHUNK = 1 << 16
DROPPED = 1 << 24  # bytes of output that are read after those that are kept


class ContainerCommand:
    """A command in a container, and its standard streams."""

    def __init__(self, process: asyncio.subprocess.Process, transport: "ContainerTransport") -> None:
        self._process = process
        self._transport = transport
        self._errors = asyncio.ensure_future(_last_errors(process.stderr))

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
        """Return how it ended. Raises Unreachable where its container is not there any more."""
        code = await self._process.wait()
        errors = await self._errors
        if code < 0 or code >= OWN:
            await self._transport.check(errors)
        if code < 0:
            raise Unreachable("the connection to the container was lost")
        return CommandEnd(code, errors=errors)

    async def close(self) -> None:
        """Drop the command and its streams; it hears that its input has ended, and is not waited for."""
        await self.close_input()
        self._transport.leave(self)

    async def end(self) -> None:
        """End the way of a dropped command, once that has heard of it: a while after, at the latest."""
        try:
            async with asyncio.timeout(PATIENCE):
                while await self.read(CHUNK):
                    pass
                await self._process.wait()
        except TimeoutError:
            pass
        finally:
            self._errors.cancel()
            if self._process.returncode is None:
                with suppress(ProcessLookupError):
                    self._process.kill()
            self._process._transport.close()  # type: ignore[attr-defined]


class ContainerTransport:
    """Commands in one container, by its name."""

    def __init__(self, container: str) -> None:
        self._container = container
        self._running: set[ContainerCommand] = set()
        self._ending: set[asyncio.Task[None]] = set()

    async def run(self, command: str, body: bytes = b"", *, most: int = 1 << 20) -> CommandEnd:
        """Run a command by sh with `body` as its input. Raises Unreachable."""
        running = await self.open(command)
        feeding = asyncio.ensure_future(_feed(running, body))
        try:
            output = await _read(running, most)
            end = await running.wait()
        finally:
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)
            await running.close()
        return CommandEnd(end.code, output, end.errors)

    async def open(self, command: str) -> ContainerCommand:
        """Start a command by sh. Raises Unreachable where there is no engine."""
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                *(_engine(), "exec", "-i", self._container, "sh", "-c", command),
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                start_new_session=True,  # a key that interrupts octotui does not interrupt the way
            )
        except OSError as problem:
            raise Unreachable(f"the container engine cannot be started: {problem.strerror}") from None
        opened = ContainerCommand(process, self)
        self._running.add(opened)
        return opened

    def watch(self, *, closely: bool) -> None:
        """Do nothing: each command has a process of its own, which ends with its way."""

    async def close(self) -> None:
        """Close the way; what runs in the container continues."""
        await asyncio.gather(*(each.close() for each in tuple(self._running)))
        await asyncio.gather(*self._ending, return_exceptions=True)

    def leave(self, command: ContainerCommand) -> None:
        """Let a dropped command end in the background."""
        if command in self._running:
            self._running.discard(command)
            ending = asyncio.get_running_loop().create_task(command.end())
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    async def check(self, errors: str) -> None:
        """Raise Unreachable unless the container runs; `errors` are what a command said that failed."""
        process = await asyncio.create_subprocess_exec(
            *(_engine(), "container", "inspect", "--format", "{{.State.Running}}", self._container),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, said = await process.communicate()
        if output.strip() == b"true":
            return
        if process.returncode:
            why = one_line((errors or said.decode(errors="replace")).strip())
            raise Unreachable(f"there is no container {self._container}{f': {why}' if why else ''}")
        raise Unreachable(f"the container {self._container} does not run")


def _engine() -> str:
    found = engine()
    if found is None:
        raise Unreachable(MISSING)
    return found


async def _feed(running: ContainerCommand, body: bytes) -> None:
    if body:
        await running.write(body)
    await running.close_input()


async def _read(running: ContainerCommand, most: int) -> bytes:
    """Return the first `most` bytes of the output; the rest is read and dropped.

    Raises Unreachable where the rest has no end.
    """
    kept, size = bytearray(), 0
    while chunk := await running.read(CHUNK):
        kept += chunk[: most - len(kept)]
        size += len(chunk)
        if size > most + DROPPED:
            raise Unreachable("it prints without end")
    return bytes(kept)


async def _last_errors(stream: asyncio.StreamReader | None) -> str:
    kept = b""
    while stream is not None and (data := await stream.read(ERRORS)):
        kept = (kept + data)[-ERRORS:]
    return kept.decode(errors="replace")
