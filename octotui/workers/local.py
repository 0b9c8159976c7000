"""Jobs on this machine: a process group of their own, their output in a spool that is read as it grows."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from functools import cache, partial
from pathlib import Path

from octotui.engine.commands import Outcome
from octotui.workers.contract import Output, Work

TICK = 0.01  # seconds between two looks at the spools
CHUNK = 1 << 20  # bytes handed on at a time
PATIENCE = 8  # chunks of one job before another has its turn
LAST_GRACE = 2.0  # seconds that jobs get when octotui itself ends


class Unable(Exception):
    """A job can't be started here; its text is the sentence that says why."""


class LocalExecutor:
    """Runs scripts as processes of this machine."""

    def __init__(self) -> None:
        self._running: dict[str, _Process] = {}
        self._ticking: asyncio.TimerHandle | None = None

    async def run(self, work: Work, output: Output) -> Outcome:
        """Do the work to its end: 0 is success (S7), and what it left running is ended."""
        try:
            process = _Process(work, output)
        except Unable as error:
            return Outcome(state="failed", reason=str(error))
        self._running[work.job] = process
        self._tick_soon()
        try:
            return await process.ended()
        finally:
            del self._running[work.job]
            process.clean_up()

    def stop(self, job: str) -> None:
        """Begin to end a job and all it started: TERM, its grace, KILL."""
        if job in self._running:
            self._running[job].stop()

    async def close(self) -> None:
        """End everything that still runs; nobody gets more than a moment."""
        for process in self._running.values():
            process.stop(LAST_GRACE)
        while self._running:
            await asyncio.sleep(TICK)

    def _tick_soon(self, delay: float = TICK) -> None:
        if self._ticking is None:
            self._ticking = asyncio.get_running_loop().call_later(delay, self._tick)

    def _tick(self) -> None:
        """Hand on what was printed since the last look; who prints much is looked at again at once."""
        self._ticking = None
        more = [process.read(PATIENCE) for process in self._running.values()]
        if more:
            self._tick_soon(0 if any(more) else TICK)


class _Process:
    """One attempt: its workspace, its process group, and how far its spool was read."""

    def __init__(self, work: Work, output: Output) -> None:
        self._work = work
        self._output = output
        self._stopped = False
        self._read = 0
        self._killing: asyncio.TimerHandle | None = None
        self._workspace = Path(work.directory) / "work" / f"{work.job}-{work.attempt}"
        program = interpreter(work.shell)
        try:
            script = _prepare(self._workspace, work)
            self._spool = os.open(self._workspace / "spool", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise Unable(f"the work directory of {work.worker} cannot be used: {error}") from error
        try:
            self._popen = subprocess.Popen(
                [program, script],
                stdin=subprocess.DEVNULL,
                stdout=self._spool,
                stderr=self._spool,
                cwd=self._workspace,
                env=os.environ | work.environment,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            self.clean_up()
            raise Unable(f"{program} cannot be started on {work.worker}: {error}") from error
        self._exited = _exit_of(self._popen)

    async def ended(self) -> Outcome:
        """Wait for the script's exit, hand on the rest of its output, and say how it went."""
        try:
            await self._exited
        except asyncio.CancelledError:
            self._signal(signal.SIGKILL)
            self._popen.wait()
            raise
        if self._stopped:
            self._popen.wait()
            await self._until_group_ends()
        self._signal(signal.SIGKILL)  # what the script left behind ends with it
        code = self._popen.wait()
        while self.read(PATIENCE):
            await asyncio.sleep(0)
        return self._outcome(code)

    def read(self, chunks: int) -> bool:
        """Hand on what is new in the spool, and say whether there may be more."""
        for _ in range(chunks):
            chunk = os.pread(self._spool, CHUNK, self._read)
            if chunk:
                self._read += len(chunk)
                self._output(chunk)
            if len(chunk) < CHUNK:
                return False
        return True

    def stop(self, grace: float | None = None) -> None:
        """Ask the whole group to end, and kill it when its grace is over."""
        if self._killing is not None:
            self._killing.cancel()
        self._stopped = True
        self._signal(signal.SIGTERM)
        loop = asyncio.get_running_loop()
        seconds = self._work.grace if grace is None else min(grace, self._work.grace)
        self._killing = loop.call_later(seconds, self._signal, signal.SIGKILL)

    def clean_up(self) -> None:
        """Leave nothing behind."""
        if self._killing is not None:
            self._killing.cancel()
        os.close(self._spool)
        with contextlib.suppress(OSError):
            (self._workspace / "script").unlink()
            (self._workspace / "spool").unlink()
            self._workspace.rmdir()
            return
        shutil.rmtree(self._workspace, ignore_errors=True)

    async def _until_group_ends(self) -> None:
        """Give what the script started the rest of the grace; `stop` has set when it is over."""
        while self._signal(0):
            await asyncio.sleep(TICK)

    def _signal(self, number: int) -> bool:
        """Send a signal to the group, and say whether there still is one."""
        try:
            os.killpg(self._popen.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def _outcome(self, code: int) -> Outcome:
        if self._stopped:
            return Outcome(state="cancelled", exit_code=code)
        if code < 0:
            return Outcome(state="failed", exit_code=code, reason=f"killed by {_signal_name(-code)}")
        if code > 0:
            return Outcome(state="failed", exit_code=code, reason=f"exit code {code}")
        return Outcome(state="succeeded", exit_code=0)


def _prepare(workspace: Path, work: Work) -> str:
    """Make the workspace and write the script into it; nobody else may read either."""
    try:
        workspace.mkdir(0o700)
    except FileExistsError:
        shutil.rmtree(workspace)
        workspace.mkdir(0o700)
    except FileNotFoundError:
        workspace.parent.mkdir(0o700, parents=True, exist_ok=True)
        workspace.mkdir(0o700, exist_ok=True)
    script = str(workspace / "script")
    file = os.open(script, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, work.script.encode(errors="surrogateescape"))
    finally:
        os.close(file)
    return script


@cache
def interpreter(shell: str) -> str:
    """The program that runs a shell's scripts; raises Unable where there is none."""
    found = shutil.which("python3" if shell == "python" else shell)
    if found is None and shell == "python":
        return sys.executable
    if found is None:
        raise Unable(f"{shell} is not on this machine: install it, or say another shell")
    return found


def _exit_of(popen: "subprocess.Popen[bytes]") -> "asyncio.Future[None]":
    """A future that resolves when a process has exited; it is not yet waited for."""
    loop = asyncio.get_running_loop()
    exited: asyncio.Future[None] = loop.create_future()
    if hasattr(os, "pidfd_open"):
        descriptor = os.pidfd_open(popen.pid)
        loop.add_reader(descriptor, partial(_note_exit, loop, descriptor, exited))
        return exited
    flags = os.WEXITED | os.WNOWAIT
    return asyncio.ensure_future(loop.run_in_executor(None, lambda: _wait(popen.pid, flags)))


def _wait(pid: int, flags: int) -> None:
    os.waitid(os.P_PID, pid, flags)


def _note_exit(loop: asyncio.AbstractEventLoop, descriptor: int, exited: "asyncio.Future[None]") -> None:
    loop.remove_reader(descriptor)
    os.close(descriptor)
    if not exited.done():
        exited.set_result(None)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
