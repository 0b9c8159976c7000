"""Jobs on this machine: a process group of their own, their output in a spool that is read as it grows."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from functools import cache, partial

from octotui.engine.commands import Outcome
from octotui.workers.contract import Output, Work
from octotui.workers.workspaces import Workspace, Workspaces

TICK = 0.01  # seconds between two looks at the spools
CHUNK = 1 << 18  # bytes handed on at a time: what stays in the processor's cache
PATIENCE = 8  # chunks of one job before another has its turn
LAST_GRACE = 2.0  # seconds that jobs get when octotui itself ends


class Unable(Exception):
    """A job can't be started here; its text is the sentence that says why."""


class LocalExecutor:
    """Runs scripts as processes of this machine."""

    def __init__(self) -> None:
        self._running: dict[str, _Process] = {}
        self._workspaces = Workspaces()
        self._surroundings = dict(os.environ)
        self._ticking: asyncio.TimerHandle | None = None

    async def run(self, work: Work, output: Output) -> Outcome:
        """Do the work to its end: 0 is success (S7), and what it left running is ended."""
        try:
            workspace = self._workspaces.take(work.directory)
        except OSError as error:
            return Outcome(state="failed", reason=f"{work.worker} has no work directory: {error}")
        try:
            return await self._run(work, output, workspace)
        except Unable as error:
            return Outcome(state="failed", reason=str(error))
        finally:
            self._workspaces.give_back(work.directory, workspace)

    async def _run(self, work: Work, output: Output, workspace: Workspace) -> Outcome:
        process = self._running[work.job] = _Process(work, output, workspace, self._surroundings)
        self._tick_soon()
        try:
            return await process.ended()
        finally:
            del self._running[work.job]
            process.forget()

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
        self._workspaces.remove()

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
    """One attempt: its process group, and how far its spool was read."""

    def __init__(
        self, work: Work, output: Output, workspace: Workspace, surroundings: dict[str, str]
    ) -> None:
        self._work = work
        self._output = output
        self._spool = workspace.spool
        self._stopped = False
        self._read = 0
        self._killing: asyncio.TimerHandle | None = None
        program = interpreter(work.shell)
        try:
            workspace.write(work.script)
            self._popen = subprocess.Popen(
                [program, workspace.script],
                stdin=subprocess.DEVNULL,
                stdout=self._spool,
                stderr=self._spool,
                cwd=workspace.path,
                env={**surroundings, **work.environment},
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
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

    def forget(self) -> None:
        """Leave no timer behind."""
        if self._killing is not None:
            self._killing.cancel()

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
