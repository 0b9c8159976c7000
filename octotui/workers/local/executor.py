"""Jobs on this machine: processes in workspaces, all of their spools read by one timer."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Set
from functools import partial

from octotui.engine.state import Outcome
from octotui.model.file_trust import Distrusted, FileTrust
from octotui.workers import shells
from octotui.workers.executor import AttemptLocation, AttemptSpec, AttemptStatus, Leave, Output, StartError
from octotui.workers.local import open_file_limit
from octotui.workers.local.process import Process, spawn
from octotui.workers.local.workspaces import Workspace, Workspaces
from octotui.workers.search_path import absolute, find

TICK = 0.01  # seconds between two looks at the spools
FIRST = 0.003  # seconds before the first look, when nothing else runs
SHARE = 20  # looking takes at most one part of so many of the time


class LocalExecutor:
    """Runs scripts as processes of this machine, which go on when we do not."""

    def __init__(self, trust: FileTrust | None = None) -> None:
        self._begun: dict[AttemptLocation, Process] = {}
        self._followed: dict[AttemptLocation, tuple[Process, Output]] = {}
        self._workspaces = Workspaces(trust)
        self._surroundings = {**os.environ, "PATH": absolute(os.environ.get("PATH", ""))}
        self._programs: dict[str, str] = {}
        self._ticking: asyncio.TimerHandle | None = None
        self._open_files = open_file_limit.raise_soft()

    async def inspect(self, location: AttemptLocation) -> AttemptStatus:
        """What is there of an attempt: as long as its record is locked, something of it lives."""
        path = self._workspaces.left(location)
        if path is None:
            return AttemptStatus("nothing")
        workspace = Workspace(path)
        try:
            running, record = workspace.locked(), workspace.read()  # in this order: it may end meanwhile
        finally:
            workspace.close()
        if running:
            return AttemptStatus("running", record.resume)
        if record.code is not None:
            return AttemptStatus("ended", record.resume)
        return AttemptStatus("unstarted" if record.pid is None else "lost", record.resume)

    async def start(self, location: AttemptLocation, work: AttemptSpec, resume: str = "") -> None:
        """Begin the work under a supervisor; raises StartError."""
        program = self._programs.get(work.shell) or _program(work.shell)
        if not program:
            raise StartError(f"{work.shell} is not on this machine: install it, or say another shell")
        self._programs[work.shell] = program
        try:
            workspace = self._workspaces.take(location)
        except OSError as error:
            raise StartError(f"{work.worker} has no work directory: {_why(error)}") from None
        except Distrusted as problem:
            raise StartError(f"the work directory of {work.worker} is not safe: {problem}") from None
        try:
            workspace.fill(location.name, work.script, resume)
            command = (program, *shells.command(work.shell, workspace.script)[1:])
            pid = spawn(workspace, command, self._around(work.shell) | work.environment, self._open_files)
        except (OSError, ValueError) as error:
            self._elsewhere(workspace.remove)
            raise StartError(f"{work.shell} cannot be started on {work.worker}: {_why(error)}") from None
        self._begun[location] = Process(workspace, pid)

    async def follow(self, location: AttemptLocation, output: Output, leave: Leave | None = None) -> Outcome:
        """Be with an attempt to its end; what it left running is ended."""
        process = self._begun.get(location) or self._process(location)
        self._followed[location] = (process, output)
        self._tick_soon(FIRST)
        try:
            outcome = await process.ended(output)
        finally:
            del self._followed[location]
            process.let_go()
        if leave is not None:
            await leave(process.workspace.path)
        return outcome

    def stop(self, location: AttemptLocation, grace: float) -> None:
        """Begin to end an attempt and all it started: TERM, its grace, KILL."""
        if location in self._begun:
            self._begun[location].stop(grace)

    def clean(self, location: AttemptLocation) -> None:
        """Empty the workspace of an attempt, to be used again; what takes long is done elsewhere."""
        process = self._begun.pop(location, None)
        left = self._workspaces.forget(location)
        if process is not None:
            if not self._workspaces.give_back(location.directory, process.workspace):
                self._elsewhere(process.workspace.remove)
        elif left is not None:
            self._elsewhere(partial(shutil.rmtree, left, ignore_errors=True))

    async def remove_orphans(self, directory: str, space: str, keep: Set[str]) -> None:
        """Take away what crashes have left."""
        for path in self._workspaces.others(directory, space, frozenset(keep)):
            await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)

    async def close(self) -> None:
        """Let go of everything; what runs goes on."""
        if self._ticking is not None:
            self._ticking.cancel()
        for process in self._begun.values():
            process.let_go()
            process.workspace.close()
        self._begun.clear()
        self._workspaces.remove()

    def _process(self, location: AttemptLocation) -> Process:
        path = self._workspaces.left(location)
        assert path is not None, "it was looked for, and is there"
        process = self._begun[location] = Process(Workspace(path))
        return process

    def _elsewhere(self, remove: Callable[[], None]) -> None:
        """Remove something in a thread: it may be large."""
        asyncio.get_running_loop().run_in_executor(None, remove)

    def _around(self, shell: str) -> dict[str, str]:
        """The environment of all jobs of a shell: ours, and what brings Octopus's helper functions (V7)."""
        return self._surroundings | shells.environment(shell)

    def _tick_soon(self, delay: float) -> None:
        if self._ticking is None:
            self._ticking = asyncio.get_running_loop().call_later(delay, self._tick)

    def _tick(self) -> None:
        """Hand on what was printed since the last look; who prints much is looked at again at once."""
        self._ticking = None
        loop = asyncio.get_running_loop()
        began = loop.time()
        more = [process.read(output) for process, output in self._followed.values()]
        if more:
            self._tick_soon(0 if any(more) else max(TICK, SHARE * (loop.time() - began)))


def _program(shell: str) -> str:
    """The program that runs a shell's scripts, or nothing; Python may be the one we run in."""
    if shell == "python":
        return find("python3") or sys.executable
    return find(shell) or ""


def _why(error: OSError | ValueError) -> str:
    """What the system said, as a part of a sentence."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error)
