"""Attempts at script jobs: started at a location, followed to their end, resumed by a later session."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial

from msgspec.structs import replace

from octotui.engine.commands import ReportProgress
from octotui.engine.state import Job, Outcome, State, step_of
from octotui.model.iteration import environment_sources
from octotui.model.process import Package
from octotui.model.space import Model
from octotui.runtime.clocks import Clock
from octotui.runtime.jobs.clusters.login import values_with_login
from octotui.runtime.jobs.containers.contained_files import files_of
from octotui.runtime.jobs.job_output import JobOutput
from octotui.runtime.jobs.job_script import fill_without_blocking, script_work
from octotui.runtime.jobs.masking import Masker, SensitiveValues
from octotui.runtime.jobs.package_acquisition import Acquirer, AttemptPackages, copies
from octotui.runtime.jobs.package_deployment import Files, Undeployable, files_to_fill
from octotui.runtime.jobs.progress_throttle import ProgressThrottle
from octotui.runtime.jobs.resume_record import (
    LeftAttempt,
    LocatedAttempt,
    ResumableAttempt,
    ResumeRecord,
    UnreachedAttempt,
    bounded,
    decode,
    encode,
    judged,
)
from octotui.runtime.jobs.secret_sources import UnreadableSecret
from octotui.runtime.jobs.secret_store import SecretStore
from octotui.runtime.jobs.session_port import SessionPort
from octotui.runtime.jobs.transcript import Transcript
from octotui.runtime.reachability.job_outages import JobOutages
from octotui.runtime.reachability.machine_requests import MachineRequests
from octotui.store import artifacts
from octotui.store.errors import StoreError
from octotui.store.logs import masked_spans
from octotui.store.logs.line_streams import STDERR, STDOUT
from octotui.store.logs.log_index import size_of
from octotui.store.logs.masked_spans import EarlierSpans
from octotui.store.packages.installer import PackageError
from octotui.store.space_folder import SpaceFolder
from octotui.store.workspace_index import WorkspaceIndex
from octotui.variables.template import OverBudget
from octotui.workers.executor import AttemptSpec, AttemptStatus, StartError
from octotui.workers.machine import (
    AttemptKey,
    FileError,
    Machine,
    MachineProcesses,
    Machines,
    Unreachable,
    WorkspaceFiles,
)
from octotui.workers.orphan_removals import OrphanRemovals
from octotui.workers.reaching import follow_to_end
from octotui.workers.script_environment import missed

STOPPED = Outcome(state="cancelled")  # stopped before it started
NOTHING = AttemptStatus("nothing")
GRACE = 2.0  # seconds that closing a space waits for requests


class ScriptJobs:
    """The script jobs of a session."""

    def __init__(
        self,
        folder: SpaceFolder,
        machines: Machines,
        acquirer: Acquirer,
        secret_store: SecretStore,
        now: Clock,
        session: SessionPort,
        *,
        keeps_output: bool,
    ) -> None:
        self._session = session
        self.outages = JobOutages(lambda: session.state, session.report, now)
        self._folder = folder
        self._machines = machines
        self._secret_store = secret_store
        self._now = now
        self._keeps_output = keeps_output
        self._packages = AttemptPackages(acquirer, lambda: session.state.model, now)
        self.names = WorkspaceIndex(folder)
        self._located: dict[str, LocatedAttempt] = {}
        self._uninspected: dict[str, str] = {}  # jobs of an earlier session, and their workers
        self._boots: dict[str, str] = {}
        self.requests = MachineRequests(machines, session.fail)
        self._orphans = OrphanRemovals(machines, session.fail)
        self._masked: SensitiveValues = secret_store.masked

    async def use(self, worker: str, machine: Machine, boot: str) -> None:
        """Record a machine before anything runs on it, and its boot if no earlier attempt is open.

        What crashes have left there is removed by then, which would remove what begins, too.
        """
        await self._orphans.done(self._session.state.model, worker)
        self.names.use(worker, machine.directory, None if worker in self._uninspected.values() else boot)

    async def inspect(self, state: State, job: Job) -> LeftAttempt:
        """Return an attempt that ran when the space was left, or the outcome `lost`."""
        try:
            return await self._inspect(state, job)
        except Unreachable:
            self._uninspected[job.id] = job.worker or ""
            return UnreachedAttempt()

    async def reach(self, job: Job) -> ResumableAttempt | Outcome:
        """Return an attempt whose machine could not be reached, as soon as it can be."""
        return await self.outages.reached(job, partial(self._inspect, self._session.state, job))

    async def remove_orphans(self, model: Model, jobs: tuple[Job, ...]) -> None:
        """Remove what crashes have left, except of these jobs; on other machines in the background."""
        keep = frozenset(attempt_name(job) for job in jobs)
        spans = [self._folder.masked_spans(name) for name in keep]
        known = {masked_spans.of_stream(path, stream).name for path in spans for stream in (STDOUT, STDERR)}
        artifacts.remove_all_but(self._folder.masked_spans(""), known)
        await self._orphans.begin(model, self.names, partial(self._remove_orphans, keep))

    def account(self) -> None:
        """Record the boots of machines once their lost jobs are reported; raises StoreError."""
        if self._keeps_output:
            away = self._uninspected.values()
            known = {name: boot for name, boot in self._boots.items() if name and name not in away}
            self.names.note_boots(known)

    async def run(self, job: Job, output: JobOutput, attempt: ResumableAttempt | None = None) -> Outcome:
        """Run an attempt, or resume it, to its end."""
        if attempt is not None and attempt.begun:
            known = [each.name for each in job.artifacts]
            artifacts.remove_all_but(self._folder.artifacts(job.run, job.id), known)
            self._secret_store.restore(self._session.state.runs[job.run], attempt.resume.secrets)
            asyncio.get_running_loop().call_soon(self._stop_if_told, job)  # once it is followed
            outcome = await self._follow(job, output, attempt.machine, attempt.key, attempt.resume)
            lost = outcome.state == "lost" and attempt.lost
            return replace(outcome, reason=lost) if lost else outcome
        state = self._session.state
        try:
            secrets = await values_with_login(self._secret_store, state, job)
        except UnreadableSecret as problem:
            return Outcome(state="failed", reason=str(problem))
        if secrets is None:
            return STOPPED
        try:
            return await self._begin(state, job, output, secrets, attempt)
        except (Undeployable, PackageError, StoreError, OverBudget, FileError) as problem:
            if self._is_stopping(job):
                return STOPPED
            reason = problem.reason if isinstance(problem, OverBudget) else str(problem)
            return Outcome(state="failed", reason=self._masked.text(reason))

    def stop(self, job: Job) -> None:
        """Begin to stop a job; one that has not started never starts."""
        self._secret_store.stop(job.id)
        self._packages.stop(job.id)
        located, step = self._located.get(job.id), step_of(self._session.state, job)
        if located is not None and step is not None:
            stop = partial(located.machine.processes.stop, located.key, step.grace)
            self.requests.add(located.key.name, stop)

    def clean(self, job: str) -> None:
        """Remove an attempt's files once its outcome is on disk."""
        self._uninspected.pop(job, None)
        located = self._located.pop(job, None)
        if located is not None:
            if located.has_spans:
                masked_spans.remove(self._folder.masked_spans(located.key.name))
            self.requests.finish(located.key.name, partial(located.clean, self._packages))

    def abandon(self, job: str) -> None:
        """Stop an attempt that nobody follows any more, once its machine is reached, and then clean it."""
        self._uninspected.pop(job, None)
        self._secret_store.stop(job)
        self._packages.stop(job)
        if (located := self._located.pop(job, None)) is not None:
            masked_spans.remove(self._folder.masked_spans(located.key.name))
            self.requests.finish(located.key.name, partial(located.stop_and_clean, self._packages))

    def forget(self, worker: str) -> None:
        """Drop what was to be done on the machine of a lease that has ended; raises StoreError (W12)."""
        self.requests.forget(worker, self._session.state.model)
        self.names.forget(worker)

    async def close(self) -> None:
        """Wait for requests to be acknowledged; those to machines that are away follow from the State."""
        await asyncio.gather(self.requests.close(GRACE), self._orphans.close())

    async def _remove_orphans(self, keep: frozenset[str], worker: str, machine: Machine) -> None:
        self._boots[worker] = await machine.boot()
        await machine.processes.remove_orphans(self.names.space, keep)
        await self._packages.remove_orphans(machine, self.names.space, keep)

    async def _inspect(self, state: State, job: Job) -> ResumableAttempt | Outcome:
        """Look for an attempt in every directory that its worker had. Raises Unreachable."""
        worker = job.worker or ""
        machine, left, key = self._machines.of(state.model, worker), NOTHING, self._key(job)
        boot = self._boots[worker] = await machine.boot()
        earlier = (self._machines.earlier(state.model, worker, at) for at in self.names.directories(worker))
        for each in (machine, *earlier):
            left = await each.processes.inspect(key)
            if left.state != "nothing":
                machine = each
                break
        self._locate(state, job, machine, key)
        resume = decode(left.resume) if left.resume else ResumeRecord(log=self._log_begins(job))
        if resume is not None:
            self._masked.hold(job.run, (*resume.secrets.values(), *resume.sensitive))
        same_boot = self.names.same_boot(worker, boot)
        return judged(machine, key, left, resume, same_boot=same_boot)

    def _locate(self, state: State, job: Job, machine: Machine, key: AttemptKey) -> None:
        step = step_of(state, job)
        self.requests.hold(key.name, machine)
        self._located[job.id] = LocatedAttempt(machine, key, step is not None and step.acquires)

    def _tell(self, job: Job, sentence: str) -> None:
        """Have a job say how it stands, as if its script had reported so."""
        present = self._session.state.jobs.get(job.id)
        percentage = present.progress.percentage if present and present.progress else 0
        self._progress(job, percentage, sentence)

    async def _begin(
        self,
        state: State,
        job: Job,
        output: JobOutput,
        secrets: dict[str, str],
        attempt: ResumableAttempt | None,
    ) -> Outcome:
        machine = self._machines.of(state.model, job.worker or "") if attempt is None else attempt.machine
        key = self._key(job)
        self._locate(state, job, machine, key)
        log = self._log_begins(job) if attempt is None else attempt.resume.log
        prepared = await self.outages.reached(job, partial(self._prepare, state, job, machine, key, secrets))
        if prepared is None or self._is_stopping(job):
            return STOPPED
        work, warnings = prepared
        resume = ResumeRecord(
            log=log,
            warnings=warnings,
            secrets=secrets,
            sensitive=self._masked.held_by(job.run),
            notes_spans=True,
        )
        start = partial(machine.processes.start, key, work, encode(resume), is_new=attempt is None)
        starting = partial(self._start, job, machine.processes, key, start)
        try:
            started = await self.outages.reached(job, starting)
        except StartError as problem:
            self._introduce(job, output, resume)
            return Outcome(state="failed", reason=str(problem), warnings=resume.warnings)
        if not started:
            return STOPPED
        self._stop_if_told(job)  # a stop during the start had no effect
        return await self._follow(job, output, machine, key, resume)

    async def _prepare(
        self, state: State, job: Job, machine: Machine, key: AttemptKey, secrets: dict[str, str]
    ) -> tuple[AttemptSpec, tuple[str, ...]] | None:
        """Bring an attempt's packages to its machine; return its spec and warnings, None once stopped."""
        if self._is_stopping(job):
            return None
        boot = await machine.boot()  # its directory is known from then on
        if self._keeps_output:
            await self.use(job.worker or "", machine, boot)
        changed = await self._packages.provide(state, job, machine, key)
        files, python = await self._files(state, job, machine, key)
        work, warnings = await self._work(state, job, machine, secrets, files, python)
        self._masked.hold(job.run, (*secrets.values(), *work.sensitive))
        return work, bounded((*changed, *map(self._masked.text, filter(self._may_warn, warnings))))

    async def _start(
        self, job: Job, processes: MachineProcesses, key: AttemptKey, start: Callable[[], Awaitable[None]]
    ) -> bool:
        """Start an attempt, unless it is to be stopped and has not begun; return whether it has."""
        if self._is_stopping(job) and (await processes.inspect(key)).state in ("nothing", "unstarted"):
            return False
        await start()
        return True

    async def _work(
        self,
        state: State,
        job: Job,
        machine: Machine,
        secrets: dict[str, str],
        files: Files,
        python: str,
    ) -> tuple[AttemptSpec, tuple[str, ...]]:
        """Return the spec of a job, filled in without blocking the loop."""
        packages = f"{machine.directory}/{copies(self._key(job))}"
        where, now = machine.directory, self._now()
        filling = partial(script_work, state, job, where, now, secrets, files, packages, python=python)
        return await fill_without_blocking(
            filling, state.model, state.runs[job.run].request.process, large=bool(files)
        )

    async def _follow(
        self, job: Job, output: JobOutput, machine: Machine, key: AttemptKey, resume: ResumeRecord
    ) -> Outcome:
        progress = ProgressThrottle(partial(self._progress, job), job.progress)
        self._introduce(job, output, resume)
        earlier: Callable[[int], EarlierSpans | None]
        earlier = output.masked_before if resume.notes_spans else lambda stream: None
        masker = Masker(values=self._masked, holder=job.run, earlier=earlier(STDOUT), note=output.note_masked)
        errors = masker.beside(earlier(STDERR), partial(output.note_masked, stream=STDERR))
        transcript = Transcript(output, tell=progress, masker=masker, errors=errors)
        tell, notice = self.outages.tell(job), partial(self._tell, job)
        known = self.outages.is_known(job)
        found = await follow_to_end(machine.processes, key, transcript, tell, notice, known=known)
        if found.state != "succeeded":  # it was perhaps killed, and its container is left
            end = partial(self._packages.end, self._session.state, job, machine, key)
            await self.outages.reached(job, end)
        await self._leave(job, transcript, machine.processes.workspace(key))
        warnings = tuple(map(self._masked.text, found.warnings))
        outcome = transcript.ended(replace(found, warnings=warnings))
        if job.id in self._located:
            self._located[job.id] = self._located[job.id]._replace(has_spans=output.may_have_spans)
        for warning in warnings:  # a retry keeps the log alone
            output.say(warning, "warning")
        progress.end()
        self._secret_store.record(self._session.state, job, transcript.sensitive)
        hints = self._hints(output, resume.log) if outcome.state == "failed" else ()
        return replace(outcome, warnings=resume.warnings + outcome.warnings + hints)

    def _hints(self, output: JobOutput, since: int) -> tuple[str, ...]:
        """Return hints about variables that the script seems to miss, and append them to its output."""
        model = self._session.state.model
        withheld = environment_sources(model)
        hint = missed(output.last(since), os.environ, model.engine.environment, withheld)
        if hint:
            output.say(hint, "warning")
        return (hint,) if hint else ()

    async def _leave(self, job: Job, transcript: Transcript, files: WorkspaceFiles | None) -> None:
        """Copy the artifacts, and the rest of the workspace if the model keeps it."""
        if files is None:
            return
        files = files_of(step_of(self._session.state, job), files)
        await transcript.keep_artifacts(files, self._folder.artifacts(job.run, job.id))
        if not self._session.state.model.retention.workspaces.forever:
            folder = self._folder.workspace(job.run, attempt_name(job))
            problem = await self.outages.reached(job, partial(files.save, folder))
            if problem is not None:
                transcript.warn(problem)

    def _introduce(self, job: Job, output: JobOutput, resume: ResumeRecord) -> None:
        """Write the lines before the script's own output."""
        if job.attempt > 1:
            output.say(f"attempt {job.attempt}", "highlight")
        for warning in resume.warnings:
            output.say(warning, "warning")

    def _key(self, job: Job) -> AttemptKey:
        return AttemptKey(self.names.space, attempt_name(job))

    def _is_stopping(self, job: Job) -> bool:
        return bool(self._session.state.jobs[job.id].stopping)

    def _log_begins(self, job: Job) -> int:
        """Return the offset in the job's log at which a new attempt's output begins."""
        first = job.attempt == 1 or not self._keeps_output
        return 0 if first else size_of(self._folder.log(job.run, job.id))

    def _may_warn(self, warning: str) -> bool:
        """Return whether a warning holds: a prediction cannot know the outputs of steps."""
        return self._keeps_output or "].Output" not in warning

    def _stop_if_told(self, job: Job) -> None:
        current = self._session.state.jobs.get(job.id)
        if current is not None and current.stopping:
            self.stop(job)

    async def _files(self, state: State, job: Job, machine: Machine, key: AttemptKey) -> tuple[Files, str]:
        """Return the files of a package to fill in, and the interpreter there; a prediction reads none."""
        run = state.runs[job.run]
        deploys = isinstance(run.runbook.steps[job.step or 0].action, Package)
        if not deploys or not self._keeps_output:
            return {}, ""
        return await files_to_fill(run, job, machine.files, copies(key)), (await machine.facts()).python

    def _progress(self, job: Job, percentage: int, message: str) -> None:
        """Report a script's progress."""
        report = ReportProgress(job=job.id, attempt=job.attempt, percentage=percentage, message=message)
        self._session.report(report)


def attempt_name(job: Job) -> str:
    """Return the name of a job's attempt, unique in its space."""
    return f"{job.id}-{job.attempt}"
