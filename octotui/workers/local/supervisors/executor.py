"""The executor of this machine: processes in workspaces, all of their spools read by one timer."""

import asyncio
import os
import sys
from collections.abc import Callable, Set
from contextlib import suppress
from functools import partial

from octotui.engine.state import Outcome
from octotui.model.file_trust import Distrusted, FileTrust
from octotui.store.logs.line_streams import STDOUT
from octotui.workers import shells
from octotui.workers.agent.tree_removal import remove_tree
from octotui.workers.executor import (
    AttemptLocation,
    AttemptSpec,
    AttemptStatus,
    Leave,
    Notice,
    Output,
    StartError,
    unheard,
    why,
)
from octotui.workers.local import open_file_limit
from octotui.workers.local.supervisors.process import UNCLEAR, Process, spawn
from octotui.workers.local.supervisors.termination import Lookout
from octotui.workers.local.supervisors.workspaces import Workspace, Workspaces, is_of_agent
from octotui.workers.script_environment import ScriptEnvironments
from octotui.workers.search_path import absolute, find
from octotui.workers.values_file import encoded
from octotui.workers.workspace_record import OVERWRITTEN, RUNS_ON

GRACE = 2.0  # seconds that what a crash has left running has to end
TICK = 0.01  # seconds between reads of the spools
FIRST = 0.003  # seconds before the first read, when nothing else runs
SHARE = 20  # reading takes at most 1/20 of the time


class SupervisorExecutor:
    """Runs scripts as processes of this machine that outlive this one."""

    def __init__(self, trust: FileTrust | None = None) -> None:
        self._begun: dict[AttemptLocation, Process] = {}
        self._followed: dict[AttemptLocation, tuple[Process, Output]] = {}
        self._detached: set[AttemptLocation] = set()  # followed before
        self._workspaces = Workspaces(trust)
        self._lookout = Lookout()
        surroundings = {**os.environ, "PATH": absolute(os.environ.get("PATH", ""))}
        self._environments = ScriptEnvironments(surroundings)
        self._programs: dict[str, str] = {}
        self._ticking: asyncio.TimerHandle | None = None
        self._open_files = open_file_limit.raise_soft()

    def claims(self, location: AttemptLocation) -> bool:
        """Return whether an attempt has a supervisor, by what was started here or by its workspace."""
        return location in self._begun or self._workspaces.claim(location)

    async def inspect(self, location: AttemptLocation) -> AttemptStatus:
        """Return the status of an attempt; it runs as long as its record is locked."""
        if location in self._begun:
            return _status(location.name, self._begun[location].workspace)
        left: str | None = f"{location.directory}/work"
        try:
            left = self._workspaces.left(location)
            if left is None:
                return AttemptStatus("nothing")
            workspace = Workspace(left)
        except OSError as problem:
            return AttemptStatus("lost", reason=_gone(left, problem))
        try:
            return _status(location.name, workspace)
        finally:
            workspace.close()

    async def start(self, location: AttemptLocation, work: AttemptSpec, resume: str = "") -> None:
        """Start the script under a supervisor. Raises StartError."""
        program = self._programs.get(work.shell) or program_of(work.shell)
        self._programs[work.shell] = program
        values = await encoded(work.values)
        try:
            workspace = self._workspaces.take(location)
        except OSError as error:
            raise StartError(f"{work.worker} has no work directory: {why(error)}") from None
        except Distrusted as problem:
            raise StartError(f"the work directory of {work.worker} is not safe: {problem}") from None
        try:
            workspace.fill(location.name, work.script, resume, values)
            self._workspaces.note(location, workspace)
            environment = self._environments.of(work) | {shells.VALUES: workspace.values}
            own = shells.command(work.shell, workspace.script, surroundings=environment)
            command = (program, *own[1:])
            child = spawn(workspace, command, environment, self._open_files)
        except (OSError, ValueError) as error:
            self._in_thread(workspace.remove)
            raise StartError(f"{work.shell} cannot be started on {work.worker}: {why(error)}") from None
        self._begun[location] = Process(workspace, self._lookout.look, child)

    async def follow(
        self, location: AttemptLocation, output: Output, leave: Leave | None = None, notice: Notice = unheard
    ) -> Outcome:
        """Wait for an attempt and return its Outcome; processes it left running are killed."""
        try:
            process = self._process(location)
        except OSError as problem:
            return Outcome(state="lost", reason=_gone(self._workspaces.left(location), problem))
        self._followed[location] = (process, output)
        self._tick_soon(FIRST)
        try:
            outcome = await process.ended(output, notice)
        finally:
            del self._followed[location]
            process.detach()
            self._detached.add(location)
        if outcome.state != "succeeded":
            process.workspace.drop_values()
        if leave is not None:
            await leave(process.workspace.path)
        return outcome

    def stop(self, location: AttemptLocation, grace: float) -> None:
        """Have `follow` end an attempt and all it started: TERM, KILL after `grace` seconds."""
        if location in self._begun:
            self._begun[location].stop(grace)

    def clean(self, location: AttemptLocation) -> None:
        """Remove the workspace of an attempt, in a thread."""
        process = self._begun.pop(location, None)
        self._detached.discard(location)
        left = None
        with suppress(OSError):
            left = self._workspaces.forget(location)
        if process is not None:
            self._in_thread(process.workspace.remove)
        elif left is not None:
            self._in_thread(partial(remove_tree, left))

    async def remove_orphans(self, directory: str, space: str, keep: Set[str]) -> None:
        """Remove workspaces that crashes have left, and stop what runs in them."""
        left = self._workspaces.others(directory, space, frozenset(keep))
        await asyncio.gather(*(self._end(path) for path in left))
        for path in left:
            await asyncio.to_thread(remove_tree, path)

    async def close(self) -> None:
        """Release all resources; running jobs continue."""
        if self._ticking is not None:
            self._ticking.cancel()
        await self._lookout.close()
        for process in self._begun.values():
            process.detach()
            process.workspace.close()
        self._begun.clear()
        self._workspaces.close()

    def _process(self, location: AttemptLocation) -> Process:
        """Return the process of an attempt: ours as long as it is followed first, then by its record."""
        process = self._begun.get(location)
        if process is None:
            left = self._workspaces.left(location)
            assert left is not None, "inspect has found it"
            process = Process(Workspace(left), self._lookout.look)
        elif location in self._detached:
            process = Process(process.workspace, self._lookout.look)
        self._begun[location] = process
        return process

    async def _end(self, path: str) -> None:
        """Stop an attempt under a supervisor that nobody follows any more, and wait for its end."""
        if is_of_agent(path):
            return
        with suppress(OSError):
            workspace = Workspace(path)
            try:
                if workspace.locked():
                    process = Process(workspace, self._lookout.look)
                    process.stop(GRACE)
                    await process.ended(_unread, unheard)
                    process.detach()
            finally:
                workspace.close()

    def _in_thread(self, remove: Callable[[], None]) -> None:
        """Remove files in a thread: there may be many."""
        asyncio.get_running_loop().run_in_executor(None, remove)

    def _tick_soon(self, delay: float) -> None:
        if self._ticking is None:
            self._ticking = asyncio.get_running_loop().call_later(delay, self._tick)

    def _tick(self) -> None:
        """Read all spools; schedule the next read at once if there is more, else after a delay."""
        self._ticking = None
        loop = asyncio.get_running_loop()
        began = loop.time()
        more = [process.read(output) for process, output in self._followed.values()]
        if more:
            self._tick_soon(0 if any(more) else max(TICK, SHARE * (loop.time() - began)))


def _unread(chunk: bytes, stream: int = STDOUT, /) -> None:
    """Ignore output."""


def _status(attempt: str, workspace: Workspace) -> AttemptStatus:
    """Return the status of an attempt by its workspace, as far as that is credible."""
    running, record = workspace.locked(), workspace.read()  # in this order: it may end meanwhile
    if record.name != attempt:
        reason = f"{RUNS_ON} {workspace.path}" if running else OVERWRITTEN
        return AttemptStatus("lost", record.resume, reason)
    if running:
        return AttemptStatus("running", record.resume)
    if record.damaged:
        return AttemptStatus("lost", record.resume, UNCLEAR)
    if record.pid is not None:  # without its exit code, too: what it has printed is there
        return AttemptStatus("ended", record.resume)
    begun = record.begun or workspace.printed
    return AttemptStatus("lost" if begun else "unstarted", record.resume)


def _gone(path: str | None, problem: OSError) -> str:
    """Return the reason of a lost attempt whose workspace cannot be read."""
    return f"{path}, where it ran, cannot be read ({why(problem)}), and it is unknown how far it got"


def program_of(shell: str) -> str:
    """Return the path of a shell's program; Python falls back to this interpreter. Raises StartError."""
    program = find("python3") or sys.executable if shell == "python" else find(shell)
    if not program:
        raise StartError(f"{shell} is not on this machine: install it, or say another shell")
    return program
