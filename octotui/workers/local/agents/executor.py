"""The executor of this machine whose jobs one agent runs; those of a supervisor each are followed as well."""

import asyncio
import os
from collections.abc import Set
from contextlib import suppress
from pathlib import Path

from octotui.engine.state import Outcome
from octotui.model.file_trust import Distrusted, FileTrust
from octotui.store.private_files import make_folder
from octotui.workers import shells
from octotui.workers.agent_client.agents import Agents
from octotui.workers.agent_client.attempt import AgentAttempt, StartFrame
from octotui.workers.agent_client.connection import AgentConnection
from octotui.workers.agent_client.start_frame import Surroundings, attempt_name, start_frame, status_of
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
from octotui.workers.local.agents.starter import LocalAgentWay
from octotui.workers.local.supervisors.executor import SupervisorExecutor, program_of
from octotui.workers.script_environment import ScriptEnvironments
from octotui.workers.search_path import absolute

TRIES = 3  # connections that may be lost while an attempt is looked for
UNUSABLE = 60.0  # seconds after which an agent that could not be had is tried again


class AgentExecutor:
    """Runs scripts by an agent, or under a supervisor each where the spec says so.

    What either has started is found and followed, whatever starts jobs now.
    """

    def __init__(self, folder: Path, trust: FileTrust | None = None) -> None:
        """Take the folder of the agents, beside which the workers' directories may lie."""
        self._supervised = SupervisorExecutor(trust)
        self._trust = trust or FileTrust()
        self._agents = Agents(LocalAgentWay(str(folder)))
        self._home = str(folder / self._agents.way.version)
        self._space = f"{folder.parent}/"
        environment = {**os.environ, "PATH": absolute(os.environ.get("PATH", ""))}
        self._surroundings = Surroundings(
            ScriptEnvironments(environment), shells.HELPERS, open_file_limit.raise_soft()
        )
        self._programs: dict[str, str] = {}
        self._checked: set[str] = set()  # directories that were found safe in this turn of the loop
        self._relative: dict[str, str] = {}
        self._unusable = (float("-inf"), "")  # until when no agent is tried, and why
        self._instead: dict[AttemptLocation, str] = {}  # why a supervisor runs these

    async def inspect(self, location: AttemptLocation) -> AttemptStatus:
        """Return the status of an attempt, by its workspace or by the agents; raises TimeoutError."""
        if self._agents.attempt(attempt_name(location)) is None and self._supervised.claims(location):
            return await self._supervised.inspect(location)
        for _ in range(TRIES):
            try:
                return await self._known(location) or await self._supervised.inspect(location)
            except TimeoutError:  # it may have the attempt
                raise
            except OSError:
                continue
        return await self._supervised.inspect(location)

    async def start(self, location: AttemptLocation, work: AttemptSpec, resume: str = "") -> None:
        """Start the script, under a supervisor where no agent can be had for it. Raises StartError."""
        if work.supervisor == "each":
            await self._supervised.start(location, work, resume)
            return
        attempt = AgentAttempt(
            attempt_name(location), location, work, await self._frame(location, work, resume)
        )
        self._agents.take(attempt)
        connection = await self._connection(location)
        if connection is None:
            self._agents.remove(attempt.name)
            await self._supervised.start(location, work, resume)
            if attempt.grace is not None:  # it was stopped meanwhile
                self._supervised.stop(location, attempt.grace)
            return
        self._agents.add(attempt, connection)
        try:
            await self._agents.begun(attempt)
        except TimeoutError as silence:
            self._agents.give_up(attempt)
            raise StartError(f"{silence}; should it begin this attempt later, it stops it") from None
        except StartError:
            self._agents.remove(attempt.name)
            raise

    async def follow(
        self, location: AttemptLocation, output: Output, leave: Leave | None = None, notice: Notice = unheard
    ) -> Outcome:
        """Wait for an attempt and return its Outcome."""
        attempt = await self._attempt(location)
        if attempt is None:
            if location in self._instead:
                notice(self._instead.pop(location))
            return await self._supervised.follow(location, output, leave, notice)
        attempt.attach(output, notice)
        self._agents.follow(attempt)
        try:
            header = attempt.ended.result() if attempt.ended.done() else await asyncio.shield(attempt.ended)
        except BaseException:
            attempt.detach()
            raise
        attempt.is_over = True
        if attempt.failure is not None:
            raise attempt.failure
        if leave is not None and "folder" in header:
            await leave(f"{location.directory}/work/{header['folder']}")
        return attempt.outcome(header)

    def stop(self, location: AttemptLocation, grace: float) -> None:
        """Begin to stop an attempt and all it started: TERM, KILL after `grace` seconds."""
        attempt = self._agents.attempt(attempt_name(location))
        if attempt is None:
            self._supervised.stop(location, grace)
        else:
            self._agents.stop(attempt, grace)

    def clean(self, location: AttemptLocation) -> None:
        """Remove the workspace of an attempt."""
        self._instead.pop(location, None)
        if self._agents.attempt(attempt_name(location)) is None:
            self._supervised.clean(location)
        else:
            self._agents.forget(attempt_name(location))

    async def remove_orphans(self, directory: str, space: str, keep: Set[str]) -> None:
        """Remove workspaces that crashes have left, and stop what runs in them."""
        with suppress(OSError):
            if await self._agents.existing():
                self._agents.keep([f"{space}/{name}" for name in sorted(keep)], space)
        await self._supervised.remove_orphans(directory, space, keep)

    async def close(self) -> None:
        """Release all resources; running jobs continue."""
        await self._agents.close()
        await self._supervised.close()

    async def _attempt(self, location: AttemptLocation) -> AgentAttempt | None:
        """Return an attempt to be followed: from its start if it was followed to its end before."""
        name = attempt_name(location)
        attempt = self._agents.attempt(name)
        if attempt is not None and not attempt.is_over:
            return attempt
        if attempt is None and self._supervised.claims(location):
            return None
        self._agents.remove(name)
        with suppress(OSError):
            await self._known(location)
        return self._agents.attempt(name)

    async def _connection(self, location: AttemptLocation) -> AgentConnection | None:
        """Return the connection to the agent; None where it cannot be had, and a supervisor is to be used."""
        now = asyncio.get_running_loop().time
        until, reason = self._unusable
        if now() >= until:
            try:
                return await self._agents.ready()
            except OSError as problem:
                reason = _without_agent(problem)
                self._unusable = (now() + UNUSABLE, reason)
        self._instead[location] = reason
        return None

    async def _known(self, location: AttemptLocation) -> AttemptStatus | None:
        """Return the status of an attempt that an agent has. Raises OSError where that is unknown."""
        name = attempt_name(location)
        for connection in await self._agents.existing():
            header, body = await self._agents.look(connection, name, self._seen_by_agent(location.directory))
            if header.get("state") == "nothing":
                continue
            if self._agents.attempt(name) is None:  # to look changes nothing
                self._agents.add(AgentAttempt(name, location), connection)
            return status_of(location, header, body)
        return None

    async def _frame(self, location: AttemptLocation, work: AttemptSpec, resume: str) -> StartFrame:
        """Return the frame that starts an attempt. Raises StartError."""
        program = self._programs[work.shell] = self._programs.get(work.shell) or program_of(work.shell)
        self._check(work)
        seen = self._seen_by_agent(work.directory)
        return await start_frame(location, work, resume, program, self._surroundings, seen)

    def _check(self, work: AttemptSpec) -> None:
        """Refuse a directory in which other accounts could replace the script. Raises StartError.

        All that begins in one turn of the loop has it looked at once.
        """
        folder = f"{work.directory}/work"
        if folder in self._checked:
            return
        try:
            if not os.path.isdir(folder):  # noqa: PTH112
                make_folder(Path(folder))
            self._trust.check_again(folder)
        except OSError as error:
            raise StartError(f"{work.worker} has no work directory: {why(error)}") from None
        except Distrusted as problem:
            raise StartError(f"the work directory of {work.worker} is not safe: {problem}") from None
        if not self._checked:
            asyncio.get_running_loop().call_soon(self._checked.clear)
        self._checked.add(folder)

    def _seen_by_agent(self, directory: str) -> str:
        """Return a worker's directory, relative to the agent's if both move with the space."""
        if directory not in self._relative:
            inside = f"{directory}/".startswith(self._space)
            self._relative[directory] = os.path.relpath(directory, self._home) if inside else directory
        return self._relative[directory]


def _without_agent(problem: OSError) -> str:
    """Return the sentence that says why an attempt has a supervisor of its own."""
    known = isinstance(problem, TimeoutError)
    cause = str(problem) if known else f"the agent of this machine cannot be started ({why(problem)})"
    return f"{cause}, so this job runs under a supervisor of its own"
