"""Processes of providers: bounded in time and output, and never two at once for one machine.

Theory of operation. A process leads a group, writes its id into a file before it becomes the command, and its
environment names the lease. A session that was killed leaves the group running: the next one finds it by that
file, and waits until all of it has ended before it asks the provider again. The group of a command that takes
too long, is cancelled, or has failed is stopped: TERM, and KILL to what goes on, whether its leader does or
not. The file stays until the group is empty, so that nothing begins beside it.
"""

import asyncio
import signal
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from octotui.runtime.leases.provider import ProviderError
from octotui.store.private_files import make_folder
from octotui.workers.agent.processes import ENDED, alive, process_stat, processes, send
from octotui.workers.remote.answers import one_line

LEASE = "OCTOTUI_LEASE"
LARGEST = 1 << 16  # bytes of output that are kept of each stream: its last ones
SHOWN = 300  # characters of what it says last in a reason
GRACE = 5.0  # seconds between TERM and KILL
POLL = 0.1  # seconds between looks at processes
REST = 1.0  # seconds that the rest of an ended command's output may take
_CLAIM = 'umask 077; echo $$ >"$0" && exec "$@"'


class Ended(msgspec.Struct, frozen=True):
    """How a command ended: its exit code, and the end of what it printed."""

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
        self._stopping: set[asyncio.Task[None]] = set()

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
        output, errors = _Tail(process.stdout), _Tail(process.stderr)
        reading = output.reading, errors.reading
        try:
            code = await _exit_code(process)
            # What it has left running may hold its output open; nobody waits for that.
            await asyncio.wait(reading, timeout=REST)
        except asyncio.CancelledError:
            await self._stop(name, process.pid, process)
            raise
        finally:
            for each in reading:
                each.cancel()
            await asyncio.gather(*reading, return_exceptions=True)
            process._transport.close()  # type: ignore[attr-defined]
        if code:  # what goes on of it would be beside the next try
            await self._stop(name, process.pid)
        else:
            self._forget(name, process.pid)
        return Ended(code, output.kept, errors.kept)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.pid"

    def _forget(self, name: str, group: int) -> None:
        """Remove the file of a lease, unless another group has written it since."""
        with suppress(OSError, ValueError):
            if int(self._file(name).read_text()) == group:
                self._file(name).unlink()

    async def _earlier(self, name: str) -> None:
        """Wait until what was started earlier for a lease has ended."""
        while self._group(name) is not None:
            await asyncio.sleep(POLL)

    async def _stop_earlier(self, name: str) -> None:
        group = self._group(name)
        if group is not None:
            await self._stop(name, group)

    def _group(self, name: str) -> int | None:
        """Return the process group that was left running for a lease, or None."""
        with suppress(OSError, ValueError):
            group = int(self._file(name).read_text())
            return group if _is_of(group, name) else None
        return None

    def _stop(
        self, name: str, group: int, process: asyncio.subprocess.Process | None = None
    ) -> Awaitable[None]:
        """Stop a group, to the end even where nobody waits for it any more."""
        task = asyncio.ensure_future(self._stopped(name, group, process))
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)
        return asyncio.shield(task)

    async def _stopped(self, name: str, group: int, process: asyncio.subprocess.Process | None) -> None:
        is_certain = process is not None and process.returncode is None
        if not (is_certain or _is_of(group, name)) or await _end(group, process):
            self._forget(name, group)


class _Tail:
    """The end of a stream; what comes before it is read and dropped."""

    def __init__(self, stream: asyncio.StreamReader) -> None:
        self.kept = b""
        self.reading = asyncio.ensure_future(self._read(stream))

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while data := await stream.read(LARGEST):
            self.kept = (self.kept + data)[-LARGEST:]


async def _exit_code(process: asyncio.subprocess.Process) -> int:
    """Wait until a process has ended: some Pythons' `wait` waits for the end of its output, too."""
    waiting = asyncio.ensure_future(process.wait())
    try:
        while process.returncode is None:
            await asyncio.wait({waiting}, timeout=POLL)
    finally:
        waiting.cancel()
    return process.returncode


def _is_of(group: int, lease: str) -> bool:
    """Return whether a process of a group runs for a lease, its leader or what that has left.

    Another group may have the id of one that has ended: no environment in it names the lease.
    """
    if not alive(group):
        return False
    leader = process_stat(group)
    if leader is not None and leader.state not in ENDED and _names(group, lease):
        return True
    return any(
        each.group == group and each.state not in ENDED and _names(each.pid, lease)
        for each in processes().values()
    )


def _names(pid: int, lease: str) -> bool:
    with suppress(OSError):
        return f"{LEASE}={lease}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return False


async def _end(group: int, leader: asyncio.subprocess.Process | None) -> bool:
    """Stop all processes of a group: TERM, and after a while KILL; return whether none is left."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        send(group, number)
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                while (leader is not None and leader.returncode is None) or alive(group):
                    await asyncio.sleep(POLL)
                return True
    return False
