"""Processes of providers: bounded in time and output, and never two at once for one machine.

Theory of operation. A process writes its id into a file before it becomes the command, and its environment
names the lease. A session that was killed leaves it running: the next one finds it by that file, and waits
until it has ended before it asks the provider again. One that takes too long is stopped with its group.
"""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from octotui.runtime.leases.provider import ProviderError
from octotui.store.private_files import make_folder
from octotui.workers.remote.answers import one_line

LEASE = "OCTOTUI_LEASE"
LARGEST = 1 << 16  # bytes of output that are kept of each stream
SHOWN = 300  # characters of what it says last in a reason
GRACE = 5.0  # seconds between TERM and KILL
POLL = 0.1  # seconds between looks at a process of an earlier session
_CLAIM = 'umask 077; echo $$ >"$0" && exec "$@"'


class Ended(msgspec.Struct, frozen=True):
    """How a command ended: its exit code, and the beginning of what it printed."""

    code: int
    output: bytes
    errors: bytes

    @property
    def reason(self) -> str:
        """Its exit code, and the last line of what it said on standard error."""
        lines = self.errors.decode(errors="replace").strip().splitlines()
        last = f": {one_line(lines[-1], SHOWN)}" if lines else ""
        return f"exit code {self.code}{last}"


class ProviderProcesses:
    """The processes of providers, whose ids are in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def run(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], timeout: float
    ) -> Ended:
        """Run a command for the lease `name` to its end, in time. Raises ProviderError."""
        try:
            async with asyncio.timeout(timeout):
                await self._earlier(name)
                return await self._run(name, command, environment)
        except TimeoutError:
            await self._stop_earlier(name)
            raise ProviderError(f"{command[0]} was not finished within {timeout:g} s") from None

    async def _run(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Ended:
        try:
            make_folder(self._folder)
            process = await asyncio.create_subprocess_exec(
                *("/bin/sh", "-c", _CLAIM, str(self._file(name)), *command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={**environment, LEASE: name},
                start_new_session=True,
            )
        except OSError as problem:
            raise ProviderError(f"{command[0]} cannot be started: {problem.strerror}") from None
        assert process.stdout is not None
        assert process.stderr is not None
        output, errors = _Beginning(process.stdout), _Beginning(process.stderr)
        reading = output.reading, errors.reading
        try:
            code = await _exit_code(process)
            # What it has left running may hold its output open; nobody waits for that.
            await asyncio.wait(reading, timeout=POLL)
        except asyncio.CancelledError:
            await _end(process.pid, process)
            raise
        finally:
            for each in reading:
                each.cancel()
            await asyncio.gather(*reading, return_exceptions=True)
            process._transport.close()  # type: ignore[attr-defined]
            self._file(name).unlink(missing_ok=True)
        return Ended(code, output.kept, errors.kept)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.pid"

    async def _earlier(self, name: str) -> None:
        """Wait until the process of an earlier session has ended."""
        while self._pid(name) is not None:
            await asyncio.sleep(POLL)

    async def _stop_earlier(self, name: str) -> None:
        pid = self._pid(name)
        if pid is not None:
            await _end(pid)

    def _pid(self, name: str) -> int | None:
        """Return the process that an earlier session has left running for a lease, or None.

        Another process may have its id since: that one's environment does not name the lease.
        """
        with suppress(OSError, ValueError):
            pid = int(self._file(name).read_text())
            surroundings = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            return pid if f"{LEASE}={name}".encode() in surroundings else None
        return None


class _Beginning:
    """The beginning of a stream, of which the rest is read and dropped."""

    def __init__(self, stream: asyncio.StreamReader) -> None:
        self.kept = b""
        self.reading = asyncio.ensure_future(self._read(stream))

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while data := await stream.read(LARGEST):
            self.kept += data[: LARGEST - len(self.kept)]


async def _exit_code(process: asyncio.subprocess.Process) -> int:
    """Wait until a process has ended: some Pythons' `wait` waits for the end of its output, too."""
    waiting = asyncio.ensure_future(process.wait())
    try:
        while process.returncode is None:
            await asyncio.wait({waiting}, timeout=POLL)
    finally:
        waiting.cancel()
    return process.returncode


async def _end(pid: int, process: asyncio.subprocess.Process | None = None) -> None:
    """Stop a process with its group: TERM, and after a while KILL."""
    for number, patience in ((signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, number)
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await (_gone(pid) if process is None else _exit_code(process))
                return


async def _gone(pid: int) -> None:
    while Path(f"/proc/{pid}").exists():
        await asyncio.sleep(POLL)
