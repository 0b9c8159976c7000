"""Checks of machines: reach them, ask for facts and tools, run the script of their policy, and report."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from time import monotonic

from msgspec.structs import replace

from octotui.engine.commands import ReportCheck
from octotui.engine.decide.machines.cluster_checks import checking_worker
from octotui.engine.state import CheckedFacts, FoundTool, Outcome
from octotui.model.iteration import tools_needed
from octotui.model.machines.health_policy import MachinePolicy
from octotui.model.quantities import duration
from octotui.model.space import Model
from octotui.runtime.clocks import Clock
from octotui.runtime.health import tool_versions
from octotui.runtime.health.check_script import (
    CheckErrors,
    CheckVerdict,
    own_spec,
    policy_spec,
    shortened,
    verdict,
)
from octotui.runtime.health.cluster_check import cluster_verdict, reaching_spec, with_login
from octotui.runtime.jobs.clusters.login import read_login
from octotui.runtime.jobs.job_script import fill_without_blocking
from octotui.runtime.jobs.masking import Masker
from octotui.runtime.jobs.secret_sources import UnreadableSecret
from octotui.runtime.jobs.secret_store import SecretStore
from octotui.runtime.jobs.session_port import SessionPort
from octotui.runtime.jobs.transcript import Transcript
from octotui.store.errors import StoreError
from octotui.variables.template import OverBudget
from octotui.workers.executor import AttemptSpec, Output, StartError
from octotui.workers.machine import (
    AttemptKey,
    FileError,
    Gone,
    Locked,
    Machine,
    MachineFacts,
    Machines,
    Unreachable,
)
from octotui.workers.reaching import about, follow_to_end

SHORT = 100  # characters of the name of a system, or of an architecture
SHARE = 0.5  # of a check's time that tools have to say their versions
GRACE = 2.0  # seconds that an overdue script has to end before it is killed


UseMachine = Callable[[str, Machine, str], Awaitable[None]]  # raises StoreError


class HealthChecker:
    """Checks each machine as it is told to, and reports the result; a check never fails anything else."""

    def __init__(
        self,
        space: str,
        use: UseMachine,
        machines: Machines,
        secret_store: SecretStore,
        now: Clock,
        session: SessionPort,
    ) -> None:
        """Name attempts by the `space`, as its jobs; `use` records a machine before they begin there.

        So what a crash has left of them is removed with that of jobs.
        """
        self._space = space
        self._use = use
        self._machines = machines
        self._secret_store = secret_store
        self._masked = secret_store.masked
        self._now = now
        self._session = session
        self._tasks: set[asyncio.Task[None]] = set()
        self._current: dict[str, asyncio.Task[None]] = {}  # of each machine

    def start(self, machine: str) -> None:
        """Begin to check a machine, in place of a check of one that was forgotten with an earlier model."""
        if (earlier := self._current.get(machine)) is not None:
            earlier.cancel()
        task = asyncio.get_running_loop().create_task(self._check(machine))
        self._current[machine] = task
        self._tasks.add(task)
        task.add_done_callback(partial(self._done, machine))

    async def close(self) -> None:
        """Drop all checks; the next session makes them again."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, machine: str, task: "asyncio.Task[None]") -> None:
        """Remove a finished task; an exception in it is a bug, and ends the session."""
        self._tasks.discard(task)
        if self._current.get(machine) is task:
            del self._current[machine]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._session.fail(error)

    async def _check(self, name: str) -> None:
        """Check a machine within the time of its policy, and report how it is."""
        model = self._session.state.model
        declared = model.machine(name)
        if declared is None:
            return  # forgotten with a new model, before its check began
        check = self._check_of(model, name, model.policy_of(declared))
        if isinstance(check, str):
            found = CheckVerdict("unavailable", self._said(check))
            self._report(name, found, None, None)
        else:
            found = await self._made(check, f"check/{name}", model.policy_of(declared).timeout)
            self._report(name, found, check.latency, check.facts)

    def _check_of(self, model: Model, name: str, policy: MachinePolicy) -> "_Check | str":
        """Return the check of a machine, or why none can be made: a worker makes that of a cluster (W13)."""
        worker, kind = name, _Check
        if model.cluster_of(name) is not None:
            chosen = checking_worker(self._session.state, name)
            if chosen.problem:
                return chosen.problem
            worker, kind = chosen.worker, _ClusterCheck
        machine = self._machines.of(model, worker)
        self._machines.retry_now(model, worker)
        return kind(
            model, name, worker, policy, machine, self._space, self._use, self._secret_store, self._now
        )

    async def _made(self, check: "_Check", holder: str, timeout: float) -> CheckVerdict:
        """Make a check within its time; return how the machine is, whatever happens."""
        self._machines.hold(holder, check.machine)
        try:
            async with asyncio.timeout(timeout):
                return await check.run()
        except TimeoutError:
            late = f"within {duration(timeout)}"
            if check.latency is not None:
                return CheckVerdict("unhealthy", f"its check was not finished {late}")
            return CheckVerdict("unavailable", f"it did not answer {late}")
        except Unreachable as problem:
            key = problem.key if isinstance(problem, Locked) else ""
            why = self._said(check.away(problem))
            return CheckVerdict("unavailable", why, locked_key=key, gone=check.is_gone(problem))
        except UnreadableSecret as problem:
            return CheckVerdict("unhealthy", self._said(str(problem)))
        except (StartError, FileError, StoreError) as problem:
            return CheckVerdict("unhealthy", self._said(f"its check cannot be started: {problem}"))
        except OverBudget as problem:
            return CheckVerdict("unhealthy", self._said(f"its check cannot be filled in: {problem.reason}"))
        finally:
            check.forget()
            await self._machines.release(holder)

    def _report(
        self, name: str, found: CheckVerdict, latency: float | None, facts: CheckedFacts | None
    ) -> None:
        self._session.report(
            ReportCheck(
                machine=name,
                health=found.health,
                reason=found.reason,
                warnings=found.warnings,
                latency=latency,
                facts=facts,
                locked_key=found.locked_key,
                gone=found.gone,
            )
        )

    def _said(self, text: str) -> str:
        """Return a text masked, and only then shortened: of a part nobody knows that it is sensitive."""
        return shortened(self._masked.text(text))


class _Check:
    """One check: what it has found so far remains where it comes to no end."""

    def __init__(
        self,
        model: Model,
        name: str,
        worker: str,
        policy: MachinePolicy,
        machine: Machine,
        space: str,
        use: UseMachine,
        secret_store: SecretStore,
        now: Clock,
    ) -> None:
        self._model = model
        self._name = name
        self._worker = worker
        self._policy = policy
        self.machine = machine
        self._space = space
        self._use = use
        self._secret_store = secret_store
        self._masked = secret_store.masked
        self._now = now
        self._login: dict[str, str] = {}  # on a cluster
        self.latency: float | None = None
        self.facts: CheckedFacts | None = None

    def forget(self) -> None:
        """Forget the sensitive values of the check."""
        self._masked.release(f"check-{self._name}")

    def away(self, problem: Unreachable) -> str:
        """Return why the machine cannot be reached."""
        return about(str(problem), self._name)

    def is_gone(self, problem: Unreachable) -> bool:
        """Return whether the machine cannot be reached since it is not there any more."""
        return isinstance(problem, Gone)

    async def run(self) -> CheckVerdict:
        """Reach the machine, find its tools, and let the policy's script judge it."""
        before = monotonic()
        boot = await self.machine.boot()
        await self._use(self._worker, self.machine, boot)
        self.latency = monotonic() - before
        sought = tool_versions.sought_tools(tools_needed(self._model))
        facts = await self.machine.facts(
            [each for each in sought if not each.startswith(tool_versions.MODULE)]
        )
        if facts.system:
            self.facts = self._facts(facts, tool_versions.found_tools(facts.tools, sought, b""))
        if self.facts is not None and facts.tools:
            said = await self._versions(facts, sought)
            self.facts = self._facts(facts, tool_versions.found_tools(facts.tools, sought, said))
        return await self._judge() if self._policy.check == "script" else CheckVerdict("healthy")

    async def _versions(self, facts: MachineFacts, sought: tuple[str, ...]) -> bytes:
        """Return what tools say of their versions, as far as they do in time; raises Unreachable."""
        text = tool_versions.script(facts.tools, sought)
        spec = own_spec(self._model, self._name, self.machine.directory, "sh", text)
        said = bytearray()
        with suppress(TimeoutError, StartError):
            async with asyncio.timeout(self._policy.timeout * SHARE):
                await self._follow("tools", spec, partial(_bounded, said))
        return bytes(said)

    async def _judge(self) -> CheckVerdict:
        """Run the policy's script; raises StartError, OverBudget and Unreachable."""
        script = self._policy.script
        if script is None:
            return CheckVerdict("healthy")
        filling = partial(policy_spec, self._model, self._name, self.machine.directory, script, self._now())
        spec = self._extended(await fill_without_blocking(filling, self._model, ""))
        return verdict(*await self._said_by("script", spec))

    def _extended(self, spec: AttemptSpec) -> AttemptSpec:
        """Return the spec of a policy's script as it is; one on a cluster needs more."""
        return spec

    async def _said_by(self, what: str, spec: AttemptSpec) -> tuple[Outcome, str]:
        """Run a script; return how it ended and its first error, masked. Raises StartError, Unreachable."""
        errors = CheckErrors()
        masker = Masker(values=self._masked, holder=f"check-{self._name}")
        transcript = Transcript(errors, masker=masker)
        outcome = transcript.ended(await self._follow(what, spec, transcript))
        # Masked before they are shortened: of a part nobody knows that it is sensitive.
        reason, warnings = self._masked.text(outcome.reason), map(self._masked.text, outcome.warnings)
        return replace(outcome, reason=reason, warnings=tuple(warnings)), errors.first

    async def _follow(self, what: str, spec: AttemptSpec, output: Output) -> Outcome:
        """Run a script to its end; where the check ends before, the script is stopped."""
        processes = self.machine.processes
        # A name that no attempt has had, also of another session.
        attempt = AttemptKey(self._space, f"check-{what}-{self._name}-{round(self._now() * 1000)}")
        following: asyncio.Future[Outcome] | None = None
        try:
            await processes.start(attempt, spec, is_new=True)
            following = asyncio.ensure_future(follow_to_end(processes, attempt, output))
            return await asyncio.shield(following)
        finally:
            with suppress(Unreachable):
                if following is None or not following.done():
                    await processes.stop(attempt, 0.0)
                if following is not None:
                    await asyncio.wait({following}, timeout=GRACE)
                    following.cancel()
                await processes.clean(attempt)

    def _facts(self, facts: MachineFacts, tools: dict[str, FoundTool]) -> CheckedFacts:
        """Return the facts that are kept; nothing that a machine says is longer than it may be."""
        return CheckedFacts(
            system=facts.system[:SHORT],
            architecture=facts.architecture[:SHORT],
            python=facts.python[: tool_versions.LONGEST],
            ahead=round(facts.clock - self._now()) if facts.clock else 0.0,
            tools=tools,
        )


class _ClusterCheck(_Check):
    """The check of a Kubernetes target, which a script on a worker of its pool makes (W13)."""

    def away(self, problem: Unreachable) -> str:
        """Return why the worker cannot be reached that checks the cluster."""
        return f"{self._worker}, which checks it, cannot be reached: {about(str(problem), self._worker)}"

    def is_gone(self, problem: Unreachable) -> bool:
        """Return False: the worker that is gone is not the cluster."""
        return False

    async def run(self) -> CheckVerdict:
        """Reach the worker, have kubectl look for the namespace, and let the policy's script judge it."""
        cluster, read = self._model.cluster_of(self._name), self._secret_store.reader(self._model)
        if cluster is None:
            return CheckVerdict("healthy")  # no cluster any more
        boot = await self.machine.boot()
        await self._use(self._worker, self.machine, boot)
        self._login = {} if read is None else await read_login(self._model, cluster, read)
        self._masked.hold(f"check-{self._name}", self._login.values())
        directory, before = self.machine.directory, monotonic()
        spec = reaching_spec(self._model, self._name, self._worker, directory, self._login)
        found = cluster_verdict(*await self._said_by("cluster", spec), cluster, self._worker)
        if found.health != "unavailable":
            self.latency = monotonic() - before
        judged = found.health == "healthy" and self._policy.check == "script"
        return await self._judge() if judged else found

    def _extended(self, spec: AttemptSpec) -> AttemptSpec:
        """Return the spec of a policy's script with the kubeconfig of the cluster."""
        return with_login(spec, self._model, self._name, self._worker, self._login)


def _bounded(kept: bytearray, chunk: bytes) -> None:
    """Keep the beginning of an output."""
    kept.extend(chunk[: tool_versions.LARGEST - len(kept)])
