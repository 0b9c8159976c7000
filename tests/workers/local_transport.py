"""A way to a machine that is this one, with a home of its own: `sh -c` as a subprocess, with faults."""

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from octotui.workers.machine import Unreachable
from octotui.workers.remote.machine import RemoteMachine, RemoteMachines
from octotui.workers.remote.transport import ERRORS, CommandEnd
from octotui.workers.remote.unpacked_archives import UnpackedArchives

BROKEN = "the way broke"


class LocalCommand:
    """A command, whose way is cut after so many bytes in one of the directions."""

    def __init__(self, process: asyncio.subprocess.Process, way: "LocalTransport") -> None:
        self.process = process
        self._way = way
        self._errors = asyncio.create_task(self._last_errors())
        self._is_cut = False

    async def read(self, most: int) -> bytes:
        assert self.process.stdout is not None
        self._check()
        if self._way.cut_reading == 0:
            self.cut()
            self._check()
        data = await self.process.stdout.read(most)
        self._check()
        await self._way.pass_time()
        if self._way.is_silent:
            await asyncio.Event().wait()
        if self._way.cut_reading is not None and data:
            data = data[: self._way.cut_reading]
            self._way.cut_reading -= len(data)
            if not data:
                self.cut()
                self._check()
        return data

    async def write(self, data: bytes) -> None:
        self._check()
        await self._way.pass_time()
        limit = self._way.cut_writing
        if limit is not None and len(data) >= limit:
            await self._write(data[:limit])
            self.cut()
            self._check()
        if limit is not None:
            self._way.cut_writing = limit - len(data)
        await self._write(data)

    async def close_input(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    async def wait(self) -> CommandEnd:
        self._check()
        code = await self.process.wait()
        return CommandEnd(code, errors=await self._errors)

    async def close(self) -> None:
        self._errors.cancel()
        self.process._transport.close()  # type: ignore[attr-defined]
        await self.process.wait()

    def cut(self) -> None:
        """Break the way: neither end hears of the other again."""
        self._is_cut = True
        self._way.cut_reading = self._way.cut_writing = None
        self._way.cuts += 1
        self.process._transport.close()  # type: ignore[attr-defined]

    async def _write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(data)
            await self.process.stdin.drain()
        except OSError:
            raise Unreachable(BROKEN) from None

    async def _last_errors(self) -> str:
        assert self.process.stderr is not None
        kept = b""
        while data := await self.process.stderr.read(ERRORS):
            kept = (kept + data)[-ERRORS:]
        return kept.decode(errors="replace")

    def _check(self) -> None:
        if self._is_cut:
            raise Unreachable(BROKEN)


class LocalTransport:
    """Runs commands in a home; `cut_reading` and `cut_writing` are bytes until the way breaks once."""

    def __init__(
        self, home: Path, environment: Mapping[str, str] | None = None, shell: tuple[str, ...] = ("sh", "-c")
    ) -> None:
        self.environment = {"HOME": str(home), "PATH": os.environ["PATH"], **(environment or {})}
        self.shell = shell
        self.cut_reading: int | None = None
        self.cut_writing: int | None = None
        self.is_away = False
        self.is_silent = False
        self.delay = 0.0
        self.cuts = 0
        self.opened: list[LocalCommand] = []
        self.watched: list[bool] = []
        home.mkdir(parents=True, exist_ok=True)

    def watch(self, *, closely: bool) -> None:
        self.watched.append(closely)

    async def run(self, command: str, body: bytes = b"", *, most: int = 1 << 20) -> CommandEnd:
        opened = await self.open(command)
        await opened.write(body)
        await opened.close_input()
        output = b""
        while data := await opened.read(most):
            output += data
        end = await opened.wait()
        await opened.close()
        return CommandEnd(end.code, output, end.errors)

    async def open(self, command: str) -> LocalCommand:
        if self.is_away:
            raise Unreachable("no route to it")
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *self.shell, command, stdin=pipe, stdout=pipe, stderr=pipe, env=self.environment
        )
        self.opened.append(LocalCommand(process, self))
        return self.opened[-1]

    async def close(self) -> None:
        for each in self.opened:
            await each.close()

    async def pass_time(self) -> None:
        """Take as long as the way does."""
        if self.delay:
            await asyncio.sleep(self.delay)

    def cut(self) -> None:
        """Break the way of all commands."""
        for each in self.opened:
            each.cut()


class DeclaredMachines(RemoteMachines):
    """Machines elsewhere, of which the model declares the directory; each has the way that was given."""

    def __init__(
        self, home: Callable[[str], Path], transport: Callable[[Path], LocalTransport] = LocalTransport
    ) -> None:
        self._home = home
        self.transport = transport(home("account"))
        super().__init__(lambda worker: self.transport, "space", UnpackedArchives(home("fetched")))

    def machine(self, worker: str, directory: str | None) -> RemoteMachine:
        return super().machine(worker, directory or str(self._home(worker)))
