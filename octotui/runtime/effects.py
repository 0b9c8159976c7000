"""Perform the effects of committed events: start and stop work, and report back with commands."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, assert_never

from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.commands import ChoosePackages, Command, ReportOutcome
from octotui.engine.events import AnyEvent
from octotui.engine.rules.machines import packages_in_use
from octotui.engine.rules.masked_texts import masked
from octotui.engine.state import Job, Outcome, Run, State
from octotui.model.complaints import Reason
from octotui.model.space import BUILT_IN, Channel, Model
from octotui.runtime.clocks import Clock
from octotui.runtime.health.health_checker import HealthChecker
from octotui.runtime.jobs.containers.image_acquisition import ImageAcquisition, images_of, packages_of
from octotui.runtime.jobs.job_output import JobOutput
from octotui.runtime.jobs.package_acquisition import Acquirer, Chosen
from octotui.runtime.jobs.question_notifier import QuestionNotifier
from octotui.runtime.jobs.resume_record import LeftAttempt, ResumableAttempt, UnreachedAttempt
from octotui.runtime.jobs.script_jobs import ScriptJobs, attempt_name
from octotui.runtime.jobs.secret_store import OCTOTUI, SecretStore
from octotui.runtime.jobs.session_port import SessionPort
from octotui.runtime.leases.lease_tasks import LeaseTasks, Providers
from octotui.store.errors import StoreError
from octotui.store.logs import log_index
from octotui.store.space_folder import SpaceFolder
from octotui.workers.machine import Machine, Machines


class EffectRunner:
    """Runs the effects of a session's events: the machines, and the tasks in progress."""

    def __init__(
        self,
        folder: SpaceFolder,
        machines: Machines,
        acquirer: Acquirer,
        now: Clock,
        session: SessionPort,
        *,
        keeps_output: bool = True,
        secret_store: SecretStore | None = None,
        providers: Providers | None = None,
    ) -> None:
        self._session = session
        self._folder = folder
        self._machines = machines
        self._acquirer = acquirer
        self._now = now
        self._keeps_output = keeps_output
        self._secret_store = secret_store or SecretStore()
        self._masked = self._secret_store.masked
        self._notifier = QuestionNotifier(folder, machines, self._secret_store, now, session.report)
        self._scripts = ScriptJobs(
            folder, machines, acquirer, self._secret_store, now, session, keeps_output=keeps_output
        )
        self._images = ImageAcquisition(self._scripts.names.space, self._masked, now)
        self._checker = HealthChecker(
            self._scripts.names.space, self._scripts.use, machines, self._secret_store, now, session
        )
        self._leases = LeaseTasks(providers or {}, self._masked.text, session, self._forget)
        self._attempts: dict[str, ResumableAttempt | UnreachedAttempt | None] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._choosing = asyncio.Lock()
        self._closed = False

    def perform(self, event: AnyEvent) -> None:  # noqa: C901, PLR0912 - one line an event
        """Perform the effect of a committed event, if it has one."""
        match event:  # the most frequent ones first
            case events.JobQueued() | events.JobPlaced() | events.JobMoved():
                pass  # they have no effect
            case events.JobStarted():
                job = self._session.state.jobs.get(event.job)
                if job is not None and job.state == "running" and job.attempt == event.attempt:
                    self._start(job)
            case events.JobEnded() | events.AttemptFailed():
                self._leave(event.job)
            case events.ModelLoaded():
                self._scripts.requests.keep(self._session.state.model)
            case events.CheckStarted():
                self._checker.start(event.machine)
            case events.RunQueued():
                self._secret_store.inherit(self._session.state, event.run)
                self._choose(self._session.state.runs.get(event.run))
            case events.JobStopping():
                self._stop(event.job)
            case events.InterruptionRaised() if self._keeps_output:
                self._notifier.tell(self._session.state, event.interruption)
            case events.RunEnded():
                self._secret_store.return_outputs(self._session.state, event.run)
                self._secret_store.forget(event.run, self._session.state)
            case (
                (events.RunDue() | events.RunMoved() | events.PackagesChosen() | events.RunStarted())
                | (events.WorkersSelected() | events.TargetsSelected() | events.TargetExcluded())
                | (events.RunAwaitsMachines() | events.RunAwaitsChecks())
                | (events.RunYielded() | events.RunResumed() | events.RunPaused() | events.RunRequeued())
                | (
                    events.RunCancelling()
                    | events.StepSkipped()
                    | events.TargetSkipped()
                    | events.VariablePublished()
                )
                | (events.JobRetried() | events.JobProgressed() | events.JobUnreachable())
                | (events.JobReached() | events.PassphraseGiven() | events.CommandSent())
                | (events.InterruptionRaised() | events.InterruptionTaken() | events.InterruptionAnswered())
                | (events.InterruptionReleased() | events.InterruptionHandedOver())
                | (events.InterruptionClosed() | events.NoticeFailed())
                | (events.WorkerReselected() | events.HealthChanged() | events.ChecksPlanned())
                | (events.ChecksQueued() | events.MachineChecked() | events.MachineLost())
                | (events.ReleaseCreated() | events.ScheduleMissed())
                | (events.ActionRefused() | events.RunsRemoved() | events.FilesRemoved())
            ):
                pass  # they have no effect
            case (
                (events.MachineRequested() | events.ProvisioningFailed() | events.ProvisioningRetried())
                | (events.MachineProvisioned() | events.MachineReady() | events.MachineDue())
                | (events.MachineDraining() | events.MachineToBeDestroyed() | events.DestroyFailed())
                | (events.DestroyRetried() | events.MachineDestroyed() | events.MachineAdopted())
            ):
                self._leases.perform(event)
            case _:
                assert_never(event)

    async def inspect(self, state: State) -> tuple[ReportOutcome, ...]:
        """Inspect attempts that ran when the space was left; return reports of those that are lost."""
        self._secret_store.hold_own(state.model)
        await self._secret_store.reload(state)
        running = tuple(job for job in state.jobs.values() if job.state == "running")
        lost = []
        for job, attempt in await self._inspected(state, sorted(running, key=lambda each: each.place)):
            if isinstance(attempt, Outcome):
                lost.append(ReportOutcome(job=job.id, attempt=job.attempt, outcome=attempt))
            else:
                self._attempts[job.id] = attempt
        await self._scripts.remove_orphans(state.model, running)
        return tuple(lost)

    async def _inspected(
        self, state: State, jobs: Sequence[Job]
    ) -> tuple[tuple[Job, LeftAttempt | None], ...]:
        """Inspect the attempts of jobs, all at once: where one does not answer, the others need not wait."""
        scripts = [job for job in jobs if job.kind == "script"]
        found = await asyncio.gather(*(self._scripts.inspect(state, job) for job in scripts))
        known = dict(zip((job.id for job in scripts), found, strict=True))
        return tuple((job, known.get(job.id)) for job in jobs)

    def resume(self, state: State) -> None:
        """Resume the jobs that an earlier session began, and the pending choices of packages.

        Acquiring packages starts again: it finds those that are cached.
        """
        self._leases.resume(state)
        self._scripts.account()
        for name, attempt in self._attempts.items():
            if name in state.jobs and state.jobs[name].state == "running":
                self._spawn(name, self._work(state.jobs[name], attempt))
        self._attempts.clear()
        for run in sorted((run for _, run in state.runs.items()), key=lambda each: each.number):
            self._choose(run)

    def give(self, run: str, secrets: Mapping[str, str], passed: Mapping[str, str]) -> None:
        """Keep the sensitive values given to a run, which no event holds; see SecretStore."""
        self._secret_store.give(run, secrets, passed)

    def record(self, job: Job, secrets: Mapping[str, str]) -> None:
        """Keep the sensitive values of an answer, which no event holds."""
        self._secret_store.record(self._session.state, job, secrets)

    def unlock(self, key: str, passphrase: str) -> None:
        """Keep the passphrase of a key, which no event holds, and mask it, until the session ends."""
        self._secret_store.passphrases.give(key, passphrase)
        self._masked.hold(OCTOTUI, (passphrase,))

    def mask(self, text: str) -> str:
        """Return a text with the sensitive values of open runs masked."""
        return self._masked.text(text)

    def without_sensitive(self, command: Command) -> Command:
        """Return a command fit for the journal: texts masked, variables with sensitive values marked (V5)."""
        match command:  # the most frequent ones first
            case (
                commands.ReportOutcome() | commands.ReportProgress() | commands.ReportReachability()
            ) | commands.Tick():
                pass  # they carry no values of variables
            case commands.LoadModel() | commands.Reopen():
                if command.model is not None:
                    self._secret_store.hold_own(command.model)
            case commands.StartRun():
                command = replace(command, sensitive=self._sensitive(command.variables, command.sensitive))
            case commands.AnswerInterruption():
                command = replace(command, sensitive=self._sensitive(command.values, command.sensitive))
            case (
                (commands.ReportHealth() | commands.StartDue() | commands.CreateRelease())
                | (commands.ChoosePackages() | commands.TakeInterruption() | commands.ReleaseInterruption())
                | (commands.HandOverInterruption() | commands.ReportNotice() | commands.MoveToTop())
                | (commands.CancelRun() | commands.RecordRefusal() | commands.RemoveRuns())
                | (commands.RecordRemoval() | commands.CheckHealth() | commands.ReportCheck())
                | commands.ForgetMachines()
                | (commands.DestroyMachine() | commands.AdoptMachine())
                | (commands.ReportMachine() | commands.ReportDestroyed())
                | (commands.RecordCommand() | commands.GivePassphrase() | commands.ForgetMachines())
            ):
                pass  # they carry no values of variables
            case _:
                assert_never(command)
        return masked(command, self.mask)

    def check_folder(self) -> None:
        """Check that the space's folder is still at its path; raises StoreError."""
        self._folder.check(above=True)

    def log_path(self, run: str, job: str) -> Path:
        """Return the path of a job's output."""
        return self._folder.log(run, job)

    def artifact_path(self, run: str, job: str, name: str) -> Path:
        """Return the path of a job's artifact."""
        return self._folder.artifacts(run, job) / name

    async def flush(self) -> bool:
        """Let pending notifications finish; return whether there were any."""
        return await self._notifier.close()

    async def close(self) -> None:
        """Stop following everything: scripts go on, and the next session resumes them."""
        self._closed = True
        await self._secret_store.close()
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._leases.close()
        await self._checker.close()
        await self._scripts.close()
        await self._machines.close()

    async def choose(self, needed: tuple[str, ...], channel: Channel) -> Chosen:
        """Return versions of packages for a release of a channel, from the feeds as they are now."""
        return await self._acquirer.choose(self._session.state.model, needed, channel)

    def _forget(self, worker: str) -> None:
        try:
            self._scripts.forget(worker)
        except StoreError as problem:
            self._session.fail(problem)

    def _choose(self, run: Run | None) -> None:
        if run is not None and run.state == "queued" and run.awaits_packages:
            self._spawn(run.id, self._choose_versions(run))

    async def _choose_versions(self, run: Run) -> None:
        """Choose the versions of a run's packages, one run at a time, so that runs keep their order."""
        async with self._choosing:
            versions, problems = await self._acquirer.choose(self._session.state.model, run.needs_packages)
            self._session.report(ChoosePackages(run=run.id, versions=versions, problems=problems))

    def _start(self, job: Job) -> None:
        match job.kind:
            case "script" | "acquire":
                self._spawn(job.id, self._work(job))
            case "runbook" | "manual":
                pass  # the engine drives them
            case _:
                assert_never(job.kind)

    def _stop(self, name: str) -> None:
        job = self._session.state.jobs.get(name)
        if job is not None:
            self._end(job)

    def _leave(self, name: str) -> None:
        """Clean up after an attempt; one that the engine gave up is followed no more, and stopped (M6)."""
        task = self._tasks.get(name)
        if task is None or task.done():
            self._scripts.clean(name)
            return
        task.cancel()
        self._acquirer.stop(name)
        self._images.stop(name)
        self._scripts.abandon(name)

    def _end(self, job: Job) -> None:
        """Begin to stop a job; one that has not started never starts."""
        match job.kind:
            case "acquire":
                self._acquirer.stop(job.id)
                self._images.stop(job.id)
            case "script":
                self._scripts.stop(job)
            case "runbook" | "manual":
                pass  # they have no process
            case _:
                assert_never(job.kind)

    def _end_unkept(self, job: Job) -> None:
        """Stop a job whose output cannot be written; where the folder is gone, end the session instead."""
        try:
            self.check_folder()
        except StoreError as problem:
            self._session.fail(problem)
        else:
            self._end(job)

    async def _work(self, job: Job, left: ResumableAttempt | UnreachedAttempt | None = None) -> None:
        """Run a job, keep its output, and report its outcome."""
        attempt = await self._scripts.reach(job) if isinstance(left, UnreachedAttempt) else left
        if isinstance(attempt, Outcome):
            outcome = attempt
        elif self._closed or (attempt is None and self._session.state.jobs[job.id].stopping):
            outcome = Outcome(state="cancelled")  # stopped before it started
        else:
            with self._output(job, attempt) as output:
                outcome = await self._outcome(job, output, attempt)
            if output.problem:
                outcome = Outcome(state="failed", reason=output.problem, artifacts=outcome.artifacts)
        self._session.report(ReportOutcome(job=job.id, attempt=job.attempt, outcome=outcome))

    def _output(self, job: Job, attempt: ResumableAttempt | None) -> JobOutput:
        """Return the output of a job; repeated output is kept once."""
        log = self._folder.log(job.run, job.id) if self._keeps_output else None
        first = job.attempt == 1
        if log is not None and first and job.kind == "acquire":
            log_index.remove(log)
        since = attempt.resume.log if attempt is not None else 0 if first else None
        spans = self._folder.masked_spans(attempt_name(job)) if log is not None else None
        end, is_new = partial(self._end_unkept, job), attempt is None
        return JobOutput(log, self._now, end, since, spans, is_new=is_new)

    async def _outcome(self, job: Job, output: JobOutput, attempt: ResumableAttempt | None) -> Outcome:
        if attempt is None and (problem := _undeclared(self._session.state.model, job.worker)):
            return Outcome(state="failed", reason=problem)
        if job.kind == "script":
            return await self._scripts.run(job, output, attempt)
        return await self._scripts.outages.reached(job, partial(self._acquire, job, output))

    async def _acquire(self, job: Job, output: JobOutput) -> Outcome:
        """Acquire packages and images, from the start again where their machine could not be reached."""
        state = self._session.state
        if state.jobs[job.id].stopping:
            return Outcome(state="cancelled")
        machine = self._machines.of(state.model, job.worker or "")
        self._machines.hold(attempt_name(job), machine)
        try:
            return await self._acquire_on(state, job, machine, output)
        finally:
            await self._machines.release(attempt_name(job))

    async def _acquire_on(self, state: State, job: Job, machine: Machine, output: JobOutput) -> Outcome:
        """Acquire packages, and images after them."""
        outcome = await self._acquirer.acquire(
            state.model,
            replace(job, packages=packages_of(job)),
            machine,
            lambda line: output(self._masked.whole(line)),
            lambda: packages_in_use(self._session.state),
        )
        if outcome.state != "succeeded" or not images_of(job) or not self._keeps_output:
            return outcome
        await self._scripts.use(job.worker or "", machine, await machine.boot())
        if self._session.state.jobs[job.id].stopping:
            return Outcome(state="cancelled")
        pulled = await self._images.acquire(state, job, machine, lambda line: output(f"{line}\n".encode()))
        return replace(pulled, warnings=(*outcome.warnings, *pulled.warnings))

    def _sensitive(self, values: Mapping[str, str], said: tuple[str, ...]) -> tuple[str, ...]:
        """Return the names of values that contain a sensitive one, or are declared sensitive."""
        return tuple(name for name, value in values.items() if name in said or self._masked.are_in(value))

    def _spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[name] = task
        task.add_done_callback(lambda done: self._done(name, done))

    def _done(self, name: str, task: "asyncio.Task[None]") -> None:
        """Remove a finished task; an exception in it is a bug, and ends the session."""
        if self._tasks.get(name) is task:
            del self._tasks[name]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._session.fail(error)


def _undeclared(model: Model, machine: str | None) -> Reason:
    """Return why nothing begins on a machine that a model which was loaded has no more, or `""` (M1).

    It would begin on this machine, which is that of names without more to say about them.
    """
    if machine in (None, BUILT_IN) or model.machine(machine or "") is not None:
        return ""
    return f"{machine} is not in the model any more: put it back, or start the run again"
