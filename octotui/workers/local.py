"""Jobs on this machine: processes in workspaces, all of their spools read by one timer."""

import asyncio
import os
import shutil
import sys

from octotui.engine.terms import Outcome
from octotui.workers import shells
from octotui.workers.contract import Leave, Output, Work
from octotui.workers.process import LAST_GRACE, Process
from octotui.workers.workspaces import Workspace, Workspaces

TICK = 0.01  # seconds between two looks at the spools
FIRST = 0.003  # seconds before the first look, when nothing else runs


class LocalExecutor:
    """Runs scripts as processes of this machine."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[Process, Output]] = {}
        self._workspaces = Workspaces()
        self._surroundings = dict(os.environb)
        self._programs: dict[str, str] = {}
        self._ticking: asyncio.TimerHandle | None = None

    async def run(self, work: Work, output: Output, leave: Leave | None = None) -> Outcome:
        """Do the work to its end: 0 is success (S7), and what it left running is ended."""
        program = self._programs.get(work.shell) or _program(work.shell)
        if not program:
            return _failed(f"{work.shell} is not on this machine: install it, or say another shell")
        self._programs[work.shell] = program
        try:
            workspace = self._workspaces.take(work.directory)
        except OSError as error:
            return _failed(f"{work.worker} has no work directory: {_why(error)}")
        try:
            outcome = await self._run(work, program, workspace, output)
            if leave is not None:
                await leave(workspace.path)
            return outcome
        finally:
            if not self._workspaces.give_back(work.directory, workspace):
                asyncio.get_running_loop().run_in_executor(None, workspace.remove)

    def stop(self, job: str) -> None:
        """Begin to end a job and all it started: TERM, its grace, KILL."""
        # A turn of the loop later: a task that was made for this job before has begun by then.
        asyncio.get_running_loop().call_soon(self._stop, job)

    async def close(self) -> None:
        """End everything that still runs; nobody gets more than a moment."""
        for process, _ in self._running.values():
            process.stop(LAST_GRACE)
        while self._running:
            await asyncio.sleep(TICK)
        self._workspaces.remove()

    async def _run(self, work: Work, program: str, workspace: Workspace, output: Output) -> Outcome:
        try:
            workspace.fill(work.script)
            command = (program, *shells.command(work.shell, workspace.script)[1:])
            process = Process(work, command, self._around(work.shell), workspace)
        except (OSError, ValueError) as error:
            return _failed(f"{work.shell} cannot be started on {work.worker}: {_why(error)}")
        self._running[work.job] = (process, output)
        self._tick_soon(FIRST)
        try:
            return await process.ended(output)
        finally:
            del self._running[work.job]

    def _around(self, shell: str) -> dict[bytes, bytes]:
        """The environment of all jobs of a shell: ours, and what brings Octopus's helper functions (V7)."""
        helpers = shells.environment(shell)
        return self._surroundings | {os.fsencode(name): os.fsencode(value) for name, value in helpers.items()}

    def _stop(self, job: str) -> None:
        if job in self._running:
            self._running[job][0].stop()

    def _tick_soon(self, delay: float) -> None:
        if self._ticking is None:
            self._ticking = asyncio.get_running_loop().call_later(delay, self._tick)

    def _tick(self) -> None:
        """Hand on what was printed since the last look; who prints much is looked at again at once."""
        self._ticking = None
        more = [process.read(output) for process, output in self._running.values()]
        if more:
            self._tick_soon(0 if any(more) else TICK)


def _program(shell: str) -> str:
    """The program that runs a shell's scripts, or nothing; Python may be the one we run in."""
    if shell == "python":
        return shutil.which("python3") or sys.executable
    return shutil.which(shell) or ""


def _failed(reason: str) -> Outcome:
    return Outcome(state="failed", reason=reason)


def _why(error: OSError | ValueError) -> str:
    """What the system said, as a part of a sentence."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error)
