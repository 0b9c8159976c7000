"""The attempts of a worker on a machine without Python."""

import asyncio
import re
from collections.abc import Mapping, Set
from functools import lru_cache
from pathlib import Path
from shlex import quote

import octotui.workers
from octotui.engine.state import Outcome
from octotui.model.environment_names import is_passed
from octotui.store.logs.line_streams import STDOUT
from octotui.workers import shells, workspace_record
from octotui.workers.executor import (
    BEGINNING,
    AttemptSpec,
    AttemptStatus,
    Notice,
    Offsets,
    Output,
    StartError,
    unheard,
)
from octotui.workers.machine import AttemptEnd, AttemptKey, Unreachable, check_path
from octotui.workers.remote.answers import byte_count, understood
from octotui.workers.remote.shell.calls import ShellProblem
from octotui.workers.remote.shell.following import FollowTurns, follow_in_turns
from octotui.workers.remote.shell.outcomes import ELSEWHERE, GONE, status_of
from octotui.workers.remote.shell.reached import ShellDirectory, helpers_version
from octotui.workers.remote.shell.workspace_files import ShellWorkspaceFiles
from octotui.workers.script_environment import ScriptEnvironments
from octotui.workers.values_file import encoded

SUPERVISOR = Path(octotui.workers.__file__).parent / "local" / "supervisors" / "supervisor.sh"
KEPT = frozenset(
    {"_", "SHELLOPTS", "BASHOPTS", "BASH_VERSINFO", "PPID", "UID", "EUID"}
)  # of shells themselves
INHERITED = "\0inherited"  # stands for a value that is over there, and is not asked for

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class ShellProcesses:
    """Attempts of one worker; each call is idempotent, and raises Unreachable where its machine is away."""

    def __init__(self, directory: ShellDirectory, turns: FollowTurns) -> None:
        self._directory = directory
        self._turns = turns
        self._started: set[AttemptKey] = set()
        self._starting: dict[AttemptKey, asyncio.Lock] = {}
        self._left: set[AttemptKey] = set()  # those with a workspace, followed to their ends

    async def inspect(self, attempt: AttemptKey) -> AttemptStatus:
        """Return the status of an attempt."""
        parts = await self._ask("attempts", "inspect", attempt)
        if not parts:
            return AttemptStatus("nothing")
        where = f"{self._directory.path}/{folder_of(attempt)}"
        life, printed, record = (*parts, b"0", b"")[:3]
        with understood():
            return status_of(attempt.name, where, life.decode(), byte_count(printed or b"0"), record)

    async def start(
        self, attempt: AttemptKey, work: AttemptSpec, resume: str = "", *, is_new: bool = False
    ) -> None:
        """Start an attempt unless it was started, also by an earlier process. Raises StartError.

        One that `is_new` is looked for over there, too: its folder is what makes it start once.
        """
        async with self._starting.setdefault(attempt, asyncio.Lock()):
            if attempt not in self._started:
                await self._begin(attempt, work, resume)
                self._started.add(attempt)

    async def follow(
        self, attempt: AttemptKey, output: Output, offsets: Offsets = BEGINNING, notice: Notice = unheard
    ) -> AttemptEnd:
        """Wait for the end of an attempt, whose output is sent from the offset of its one stream on."""
        _check(attempt)
        await self._directory.reached()
        calls = self._directory.calls
        end = await follow_in_turns(calls, attempt, output, offsets[STDOUT], notice, self._turns)
        if end is None:
            return AttemptEnd(Outcome(state="lost", reason=GONE))
        self._left.add(attempt)
        return AttemptEnd(end.outcome, (end.length, 0))

    def workspace(self, attempt: AttemptKey) -> ShellWorkspaceFiles | None:
        """Return the files of an ended attempt, if it has a workspace."""
        if attempt not in self._left:
            return None
        return ShellWorkspaceFiles(self._directory, f"{folder_of(attempt)}/files")

    async def stop(self, attempt: AttemptKey, grace: float) -> None:
        """Begin to stop an attempt; one that is being started is stopped once it has begun."""
        starting = self._starting.get(attempt)
        if starting is not None:
            async with starting:
                pass
        await self._ask("stopping", "stop", attempt, str(max(0, round(grace * 100))))

    async def clean(self, attempt: AttemptKey) -> None:
        """Remove the files of an ended attempt, and forget it."""
        await self._ask("attempts", "clean", attempt)
        self._starting.pop(attempt, None)
        self._started.discard(attempt)
        self._left.discard(attempt)

    async def remove_orphans(self, space: str, keep: Set[str]) -> None:
        """Remove what crashes have left of a space."""
        await self._directory.reached()
        try:
            await self._directory.calls.ask("stopping", "orphans", space, *sorted(keep))
        except ShellProblem as problem:
            raise Unreachable(f"what earlier runs have left cannot be removed: {problem}") from None

    async def _begin(self, attempt: AttemptKey, work: AttemptSpec, resume: str) -> None:
        try:
            await self._launch(attempt, work, resume)
        except ShellProblem as problem:
            if problem.kind != "helpers":
                raise _start_error(work, problem) from None
            await self._send_helpers(work)
            try:
                await self._launch(attempt, work, resume)
            except ShellProblem as another:
                raise _start_error(work, another) from None

    async def _launch(self, attempt: AttemptKey, work: AttemptSpec, resume: str) -> None:
        """Start an attempt. Raises ShellProblem."""
        _check(attempt)
        facts = await self._directory.reached()
        helpers = f"{facts.directory}/helpers/{helpers_version()}"
        surroundings = dict.fromkeys(
            (each for each in facts.names if is_passed(each, work.passed)), INHERITED
        )
        environment = ScriptEnvironments(surroundings, helpers).of(work)
        own = {
            name: value
            for name, value in environment.items()
            if name not in facts.names or value != INHERITED
        }
        own[shells.VALUES] = f"{facts.directory}/{folder_of(attempt)}/files/values"
        bodies = (
            work.script.encode(errors="surrogateescape"),
            await encoded(work.values),
            workspace_record.resume_line(attempt.name, resume),
        )
        script = f"{facts.directory}/{folder_of(attempt)}/files/script"
        _, *arguments = shells.command(work.shell, script, helpers, environment)
        program = "python3" if work.shell == "python" else work.shell
        try:
            before = _before(own, [each for each in facts.names if each not in environment])
        except ValueError as problem:
            raise StartError(f"{work.shell} cannot be started on {work.worker}: {problem}") from None
        sizes = map(str, map(len, bodies))
        given = (attempt.space, attempt.name, helpers_version(), program, *sizes, *arguments)
        await self._directory.calls.ask("attempts", "start", *given, body=b"".join(bodies), before=before)

    async def _send_helpers(self, work: AttemptSpec) -> None:
        try:
            await self._directory.send_helpers()
        except ShellProblem as problem:
            raise StartError(f"the helpers of scripts cannot be kept on {work.worker}: {problem}") from None

    async def _ask(self, file: str, verb: str, attempt: AttemptKey, *more: str) -> list[bytes]:
        _check(attempt)
        await self._directory.reached()
        try:
            return await self._directory.calls.ask(file, verb, attempt.space, attempt.name, *more)
        except ShellProblem as problem:
            raise Unreachable(f"its attempts cannot be looked at: {problem}") from None


def folder_of(attempt: AttemptKey) -> str:
    """Return the path of an attempt's folder in the directory of its worker."""
    return f"attempts/{attempt.space}/{attempt.name}"


def _check(attempt: AttemptKey) -> None:
    """Check that the names of an attempt are names of folders. Raises FileError."""
    for each in (attempt.space, attempt.name):
        check_path(each.replace("/", "//"))


def _before(own: Mapping[str, str], others: list[str]) -> str:
    """Return sh that defines the supervisor, and how to set the environment. Raises ValueError."""
    unset = [each for each in others if _NAME.fullmatch(each) and each not in KEPT]
    lines = [_export(name, value) for name, value in own.items()]
    lines += [f"unset {' '.join(unset)}"] if unset else []
    return f"supervisor={quote(_supervisor())}\nenvironment() {{\n" + "\n".join((*lines, ":")) + "\n}"


def _export(name: str, value: str) -> str:
    """Return the sh that sets a variable. Raises ValueError."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"its shell cannot set {name!r}: name this variable otherwise")
    if value == INHERITED:  # the machine's BASH_ENV, which ours stands in for
        return f'export {name}="$BASH_ENV"'
    if "\0" in value:
        raise ValueError("embedded null byte")
    return f"export {name}={quote(value)}"


@lru_cache(maxsize=1)
def _supervisor() -> str:
    lines = SUPERVISOR.read_text("utf-8").splitlines()
    return "".join(f"{each}\n" for each in lines if not each.startswith("#"))


def _start_error(work: AttemptSpec, problem: ShellProblem) -> Exception:
    match problem.kind:
        case "program":
            return StartError(f"{work.shell} is not on {work.worker}: install it there, or say another shell")
        case "elsewhere":
            return StartError(ELSEWHERE)
        case "slow":
            return Unreachable("it takes long to begin an attempt there")
        case _:
            return StartError(f"{work.shell} cannot be started on {work.worker}: {problem}")
