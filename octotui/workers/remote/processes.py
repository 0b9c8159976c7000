"""The attempts of a worker on another machine, which agents over there run."""

import asyncio
from collections.abc import Set
from contextlib import suppress
from typing import get_args

import msgspec

from octotui.engine.state import Outcome
from octotui.model.environment_names import is_passed
from octotui.model.process import Shell
from octotui.workers.agent.frames import Header
from octotui.workers.agent_client.agents import GONE, Agents
from octotui.workers.agent_client.attempt import AgentAttempt, StartFrame
from octotui.workers.agent_client.connection import AgentConnection
from octotui.workers.agent_client.start_frame import Surroundings, attempt_name, start_frame, status_of
from octotui.workers.executor import (
    BEGINNING,
    AttemptLocation,
    AttemptSpec,
    AttemptStatus,
    Notice,
    Offsets,
    Output,
    StartError,
    unheard,
    why,
)
from octotui.workers.machine import AttemptEnd, AttemptKey, Unreachable
from octotui.workers.processes import EXISTING
from octotui.workers.remote.answers import STRANGE, byte_count, one_line, understood
from octotui.workers.remote.calls import CallFailed
from octotui.workers.remote.channel import RelayChannel
from octotui.workers.remote.worker_directory import ReachedDirectory, WorkerDirectory
from octotui.workers.remote.workspace_files import RemoteWorkspaceFiles
from octotui.workers.script_environment import ScriptEnvironments

HIGHEST_CODE = (1 << 31) - 1
MOST_WARNINGS = 100
TRIES = 3  # connections to agents that may be lost while an attempt is looked for
ENDS = "its agent ends whenever it is asked"
REBOOTED = "its machine was restarted, and it is unknown how far it got"


class RemoteProcesses:
    """Attempts of one worker; each call is idempotent, and raises Unreachable where its machine is away."""

    def __init__(self, directory: WorkerDirectory) -> None:
        self._directory = directory
        self._started: set[AttemptKey] = set()
        self._tried: set[AttemptKey] = set()  # which a call may have started
        self._starting: dict[AttemptKey, asyncio.Lock] = {}
        self._workspaces: dict[AttemptKey, str] = {}
        self._boots: dict[AttemptKey, str] = {}
        self._surroundings: _KnownSurroundings | None = None

    async def inspect(self, attempt: AttemptKey) -> AttemptStatus:
        """Return the status of an attempt."""
        return await self._known(attempt) or AttemptStatus("nothing")

    async def start(
        self, attempt: AttemptKey, work: AttemptSpec, resume: str = "", *, is_new: bool = False
    ) -> None:
        """Start an attempt unless it was started, also by an earlier process. Raises StartError.

        Whether a call that failed has started one that `is_new` is unknown: then it is looked for, too.
        """
        async with self._starting.setdefault(attempt, asyncio.Lock()):
            if attempt in self._started:
                return
            is_untried = is_new and attempt not in self._tried
            self._tried.add(attempt)
            status = AttemptStatus("nothing") if is_untried else await self.inspect(attempt)
            if status.state == "lost" and not status.resume:
                raise StartError(status.reason)
            if status.state not in EXISTING:
                await self._begin(attempt, work, resume)
            self._started.add(attempt)

    async def follow(
        self, attempt: AttemptKey, output: Output, offsets: Offsets = BEGINNING, notice: Notice = unheard
    ) -> AttemptEnd:
        """Wait for the end of an attempt, whose output is sent from the offsets on."""
        followed = await self._followed(attempt, offsets)
        if followed is None:
            return AttemptEnd(Outcome(state="lost", reason=await self._lost(attempt, GONE)))
        followed.attach(output, notice)
        (await self._directory.agents(attempt.space)).follow(followed)
        try:
            output(b"")  # its agent has answered
            header = await asyncio.shield(followed.ended)
        except BaseException:
            followed.detach()
            raise
        followed.is_over = True
        if followed.failure is not None:
            raise followed.failure
        if "folder" in header:
            self._workspaces[attempt] = str(header["folder"])
        with understood("the end of an attempt"):
            outcome, lengths = followed.outcome(_credible(header)), _lengths(header.get("sizes"))
        if outcome.state == "lost":
            outcome = msgspec.structs.replace(outcome, reason=await self._lost(attempt, outcome.reason))
        return AttemptEnd(outcome, lengths)

    def workspace(self, attempt: AttemptKey) -> RemoteWorkspaceFiles | None:
        """Return the files of an ended attempt, if it has a workspace."""
        folder = self._workspaces.get(attempt)
        return None if folder is None else RemoteWorkspaceFiles(self._directory, folder)

    async def stop(self, attempt: AttemptKey, grace: float) -> None:
        """Begin to stop an attempt; one that is being started is stopped once it has begun."""
        starting = self._starting.get(attempt)
        if starting is not None:
            async with starting:
                pass
        agents = await self._directory.agents(attempt.space)
        await self._known(attempt)
        known = agents.attempt(_name(attempt))
        if known is not None:
            agents.stop(known, grace)
            await self._known(attempt)  # which is answered after it

    async def clean(self, attempt: AttemptKey) -> None:
        """Remove the files of an ended attempt, and forget it."""
        agents = await self._directory.agents(attempt.space)
        is_known = await self._known(attempt) is not None
        self._starting.pop(attempt, None)
        self._workspaces.pop(attempt, None)
        self._boots.pop(attempt, None)
        self._started.discard(attempt)
        self._tried.discard(attempt)
        if is_known:
            agents.forget(_name(attempt))
            await self._known(attempt)
        agents.remove(_name(attempt))

    async def remove_orphans(self, space: str, keep: Set[str]) -> None:
        """Remove what crashes have left of a space."""
        agents, names = await self._directory.agents(space), [f"{space}/{name}" for name in sorted(keep)]
        for _ in range(TRIES):
            try:
                for connection in await agents.existing():
                    connection.send({"do": "keep", "jobs": names, "space": space})
                    await agents.look(connection, "", "")  # which is answered after it
                await self._sweep(space, keep)
            except TimeoutError as silence:
                raise Unreachable(str(silence)) from None
            except OSError:
                continue
            return
        raise Unreachable(ENDS)

    async def _sweep(self, space: str, keep: Set[str]) -> None:
        at = await self._directory.reached()
        with suppress(CallFailed):  # the next session removes them
            given = {"in": at.path, "space": space}
            await at.channel.ask("workspace sweep", given, msgspec.json.encode(sorted(keep)))

    async def _begin(self, attempt: AttemptKey, work: AttemptSpec, resume: str) -> None:
        agents, name = await self._directory.agents(attempt.space), _name(attempt)
        at = await self._directory.reached()
        location = AttemptLocation(at.path, attempt.space, attempt.name)
        frame = await self._frame(at, location, work, resume)
        begun = AgentAttempt(name, location, work, frame)
        agents.take(begun)
        try:
            agents.add(begun, await agents.ready())
            self._boots[attempt] = await self._boot(at.channel)
            await agents.begun(begun)
        except TimeoutError as silence:
            agents.remove(name)
            raise Unreachable(str(silence)) from None
        except OSError as problem:
            agents.remove(name)
            raise StartError(f"the agent of {work.worker} cannot be started: {why(problem)}") from None
        except (StartError, Unreachable):
            agents.remove(name)
            raise

    async def _frame(
        self, at: ReachedDirectory, location: AttemptLocation, work: AttemptSpec, resume: str
    ) -> StartFrame:
        """Return the frame that starts an attempt with what its machine has. Raises StartError."""
        if self._surroundings is None or self._surroundings.at.channel is not at.channel:
            self._surroundings = _KnownSurroundings(at)
        try:
            program = await self._surroundings.program(work.shell)
            surroundings = await self._surroundings.of(work)
        except (CallFailed, *STRANGE) as problem:
            said = f"{work.shell} cannot be started on {work.worker}: {one_line(problem)}"
            raise StartError(said) from None
        if not program:
            raise StartError(f"{work.shell} is not on {work.worker}: install it there, or say another shell")
        return await start_frame(location, work, resume, program, surroundings, at.path)

    async def _known(self, attempt: AttemptKey) -> AttemptStatus | None:
        """Return the status of an attempt that an agent has. Raises Unreachable."""
        agents, name = await self._directory.agents(attempt.space), _name(attempt)
        for _ in range(TRIES):
            try:
                at = await self._directory.reached()
                for connection in await agents.existing():
                    header, body = await agents.look(connection, name, at.path)
                    if header.get("state") == "nothing":
                        continue
                    location = AttemptLocation(at.path, attempt.space, attempt.name)
                    _own(agents, location, connection)
                    if attempt not in self._boots:
                        self._boots[attempt] = await self._boot(at.channel)
                    return status_of(location, header, body)
            except TimeoutError as silence:
                raise Unreachable(str(silence)) from None
            except OSError:
                continue
            return None
        raise Unreachable(ENDS)

    async def _followed(self, attempt: AttemptKey, offsets: Offsets) -> AgentAttempt | None:
        """Return an attempt that is to be followed from offsets on, or None where no agent has it."""
        agents, name = await self._directory.agents(attempt.space), _name(attempt)
        known = agents.attempt(name)
        if known is None or known.is_over or not agents.has_owner(name):
            if await self._known(attempt) is None:
                agents.remove(name)
            known = agents.attempt(name)
        if known is not None:
            known.expect(offsets)
        return known

    async def _lost(self, attempt: AttemptKey, reason: str) -> str:
        """Return why an attempt is lost: by the reboot of its machine, or the given reason."""
        before = self._boots.get(attempt)
        at = await self._directory.reached()
        return REBOOTED if before and before != await self._boot(at.channel) else reason

    async def _boot(self, channel: RelayChannel) -> str:
        header, _ = await channel.ask("facts", payload=b"[]")
        with understood():
            return one_line(header["boot"])


class _KnownSurroundings:
    """What scripts find on a machine, as far as it was asked for by one channel."""

    def __init__(self, at: ReachedDirectory) -> None:
        self.at = at
        self._names: list[str] | None = None
        self._open_files = ""
        self._values: dict[str, str] = {}
        self._programs: dict[str, str] | None = None

    async def program(self, shell: str) -> str | None:
        """Return the path of a shell's program."""
        if self._programs is None:
            body = msgspec.json.encode(get_args(Shell))
            _, found = await self.at.channel.ask("facts", payload=body)
            self._programs = msgspec.json.decode(found, type=dict[str, str])
        return self._programs.get(shell)

    async def of(self, work: AttemptSpec) -> Surroundings:
        """Return the surroundings of an attempt: only values of variables that it gets are asked for."""
        if self._names is None:
            header, body = await self.at.channel.ask("environment")
            self._open_files = one_line(header["open_files"])
            self._names = msgspec.json.decode(body, type=list[str])
        passed = [each for each in self._names if is_passed(each, work.passed)]
        if missing := [each for each in passed if each not in self._values]:
            _, body = await self.at.channel.ask("environment", payload=msgspec.json.encode(missing))
            self._values |= msgspec.json.decode(body, type=dict[str, str])
        values = {each: self._values[each] for each in passed if each in self._values}
        environments = ScriptEnvironments(values, self.at.helpers)
        return Surroundings(environments, self.at.helpers, self._open_files)


def _credible(header: Header) -> Header:
    """Return what an agent says of an end, as far as it can be kept. Raises TypeError or ValueError."""
    code = header.get("code")
    if code is not None and (type(code) is not int or abs(code) > HIGHEST_CODE):
        raise ValueError("its exit code is none")
    told = {
        name: [*map(one_line, header.get(name) or ())][:MOST_WARNINGS] for name in ("warnings", "survivors")
    }
    reason = {"why": one_line(header["why"])} if "why" in header else {}
    return {**header, **told, **reason}


def _lengths(sizes: object) -> Offsets | None:
    """Return the lengths of both streams as an agent says them, or None where it does not know them."""
    if not isinstance(sizes, list) or not sizes:
        return None
    stdout, stderr = (*map(byte_count, sizes), 0)[:2]
    return stdout, stderr


def _name(attempt: AttemptKey) -> str:
    return attempt_name(AttemptLocation("", attempt.space, attempt.name))


def _own(agents: Agents, location: AttemptLocation, connection: AgentConnection) -> None:
    """Have an attempt that an agent knows, unless it is had: one that is over is followed anew."""
    name = attempt_name(location)
    known = agents.attempt(name)
    if known is not None and agents.has_owner(name) and not known.is_over:
        return
    if known is None or known.is_over:
        again = AgentAttempt(name, location)
        again.grace = None if known is None else known.grace
        known = again
    agents.add(known, connection)
