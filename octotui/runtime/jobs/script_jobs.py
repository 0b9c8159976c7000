"""Attempts at script jobs: started at a location, followed to their end, resumed by a later session."""

import asyncio
import os
from functools import partial
from pathlib import Path

import msgspec
from msgspec.structs import replace

from octotui.engine.commands import ReportProgress
from octotui.engine.state import Job, Outcome, State, step_of
from octotui.model.iteration import environment_sources
from octotui.model.process import Package
from octotui.runtime.clocks import Clock
from octotui.runtime.jobs.job_output import JobOutput
from octotui.runtime.jobs.job_script import fill_without_blocking, script_work
from octotui.runtime.jobs.masking import Masker, SensitiveValues
from octotui.runtime.jobs.package_acquisition import Acquirer, AttemptPackages, copies
from octotui.runtime.jobs.package_deployment import Files, Undeployable, files_to_fill
from octotui.runtime.jobs.progress_throttle import ProgressThrottle
from octotui.runtime.jobs.resume_record import ResumeRecord, bounded, decode, encode
from octotui.runtime.jobs.secret_sources import UnreadableSecret
from octotui.runtime.jobs.secret_store import SecretStore
from octotui.runtime.jobs.session_port import SessionPort
from octotui.runtime.jobs.transcript import Transcript
from octotui.store import artifacts
from octotui.store.errors import StoreError
from octotui.store.logs.log_index import size_of
from octotui.store.packages.installer import PackageError
from octotui.store.space_folder import SpaceFolder
from octotui.store.workspace_index import WorkspaceIndex
from octotui.variables.template import OverBudget
from octotui.workers.executor import AttemptLocation, AttemptSpec, AttemptStatus, Executor, StartError
from octotui.workers.local.workspaces import FILES
from octotui.workers.script_environment import missed

RESTARTED = "its machine was restarted while it was running, and it is unknown how far it got"
KILLED = "all its processes were killed while octotui was not running, and it is unknown how far it got"
UNREADABLE = "another version of octotui started it, and its record cannot be read by this one"

STOPPED = Outcome(state="cancelled")  # stopped before it started


class ResumableAttempt(msgspec.Struct, frozen=True):
    """An attempt that an earlier session left: its location, its resume record, whether it has started."""

    location: AttemptLocation
    resume: ResumeRecord
    begun: bool


class ScriptJobs:
    """The script jobs of a session."""

    def __init__(
        self,
        folder: SpaceFolder,
        executor: Executor,
        acquirer: Acquirer,
        secret_store: SecretStore,
        now: Clock,
        session: SessionPort,
        *,
        keeps_output: bool,
    ) -> None:
        self._session = session
        self._folder = folder
        self._executor = executor
        self._secret_store = secret_store
        self._now = now
        self._keeps_output = keeps_output
        self._packages = AttemptPackages(acquirer)
        self._names = WorkspaceIndex(folder)
        self._locations: dict[str, AttemptLocation] = {}
        self._masked: SensitiveValues = secret_store.masked

    async def inspect(self, state: State, job: Job) -> ResumableAttempt | Outcome:
        """Return an attempt that ran when the space was left, or the outcome `lost`."""
        here = str(self.directory(state, job))
        location, left = self._location(here, job), AttemptStatus("nothing")
        for directory in dict.fromkeys((here, *self._names.directories)):
            there = self._location(directory, job)
            left = await self._executor.inspect(there)
            if left.state != "nothing":
                location = there
                break
        self._locations[job.id] = location
        resume = decode(left.resume) if left.resume else ResumeRecord(log=self._log_begins(job))
        if resume is not None:
            self._masked.hold(job.run, (*resume.secrets.values(), *resume.sensitive))
        return _judged(location, left, resume, same_boot=self._names.same_boot)

    async def remove_orphans(self, jobs: tuple[Job, ...]) -> None:
        """Remove what crashes have left, except of these jobs."""
        keep = frozenset(attempt_name(job) for job in jobs)
        artifacts.remove_all_but(self._folder.masked_spans(""), keep)
        for directory in self._names.directories:
            await self._executor.remove_orphans(directory, self._names.space, keep)
            await self._packages.remove_orphans(directory, self._names.space, keep)

    def account(self) -> None:
        """Record the boot id once lost jobs are reported; raises StoreError."""
        if self._keeps_output:
            self._names.note_boot()

    async def run(self, job: Job, output: JobOutput, attempt: ResumableAttempt | None = None) -> Outcome:
        """Run an attempt, or resume it, to its end."""
        if attempt is not None and attempt.begun:
            known = [each.name for each in job.artifacts]
            artifacts.remove_all_but(self._folder.artifacts(job.run, job.id), known)
            self._secret_store.restore(self._session.state.runs[job.run], attempt.resume.secrets)
            asyncio.get_running_loop().call_soon(self._stop_if_told, job)  # once it is followed
            return await self._follow(job, output, attempt.location, attempt.resume)
        state = self._session.state
        try:
            secrets = await self._secret_store.values(state, job)
        except UnreadableSecret as problem:
            return Outcome(state="failed", reason=str(problem))
        if secrets is None:
            return STOPPED
        try:
            return await self._begin(state, job, output, secrets, attempt)
        except (Undeployable, PackageError, StoreError, OverBudget) as problem:
            if self._session.state.jobs[job.id].stopping:
                return STOPPED
            reason = problem.reason if isinstance(problem, OverBudget) else str(problem)
            return Outcome(state="failed", reason=self._masked.text(reason))

    def stop(self, job: Job) -> None:
        """Begin to stop a job; one that has not started never starts."""
        self._secret_store.stop(job.id)
        self._packages.stop(job.id)
        location, step = self._locations.get(job.id), step_of(self._session.state, job)
        if location is not None and step is not None:
            self._executor.stop(location, step.grace)

    def clean(self, job: str) -> None:
        """Remove an attempt's files once its outcome is on disk."""
        location = self._locations.pop(job, None)
        if location is not None:
            self._folder.masked_spans(location.name).unlink(missing_ok=True)
            self._executor.clean(location)
            self._packages.remove(location)

    def directory(self, state: State, job: Job) -> Path:
        """Return the directory of a job's worker or target."""
        worker = job.worker or ""
        declared = state.model.workers.get(worker) or state.model.targets.get(worker)
        if declared is not None and declared.directory is not None:
            return Path(declared.directory)
        return self._folder.worker(worker)

    async def _begin(
        self,
        state: State,
        job: Job,
        output: JobOutput,
        secrets: dict[str, str],
        attempt: ResumableAttempt | None,
    ) -> Outcome:
        directory = str(self.directory(state, job))
        location = self._location(directory, job) if attempt is None else attempt.location
        if self._keeps_output:
            self._names.use(directory)
        self._locations[job.id] = location
        changed = await self._packages.provide(state, job, Path(directory), location)
        files = await self._files(state, job, copies(location))
        work, warnings = await self._work(state, job, directory, secrets, files, copies(location))
        self._masked.hold(job.run, (*secrets.values(), *work.sensitive))
        resume = ResumeRecord(
            log=self._log_begins(job) if attempt is None else attempt.resume.log,
            warnings=bounded((*changed, *map(self._masked.text, filter(self._may_warn, warnings)))),
            secrets=secrets,
            sensitive=self._masked.held_by(job.run),
            notes_spans=True,
        )
        if self._session.state.jobs[job.id].stopping:
            return STOPPED
        try:
            await self._executor.start(location, work, encode(resume))
        except StartError as problem:
            self._introduce(job, output, resume)
            return Outcome(state="failed", reason=str(problem), warnings=resume.warnings)
        self._stop_if_told(job)  # a stop during the start had no effect
        return await self._follow(job, output, location, resume)

    async def _work(
        self,
        state: State,
        job: Job,
        directory: str,
        secrets: dict[str, str],
        files: Files,
        packages: str,
    ) -> tuple[AttemptSpec, tuple[str, ...]]:
        """Return the spec of a job, filled in without blocking the loop."""
        filling = partial(script_work, state, job, directory, self._now(), secrets, files, packages)
        return await fill_without_blocking(
            filling, state.model, state.runs[job.run].request.process, large=bool(files)
        )

    async def _follow(
        self, job: Job, output: JobOutput, location: AttemptLocation, resume: ResumeRecord
    ) -> Outcome:
        progress = ProgressThrottle(partial(self._progress, job), job.progress)
        self._introduce(job, output, resume)
        earlier = output.masked_before() if resume.notes_spans else None
        masker = Masker(values=self._masked, holder=job.run, earlier=earlier, note=output.note_masked)
        transcript = Transcript(output, tell=progress, masker=masker)
        leave = partial(self._leave, job, transcript)
        outcome = transcript.ended(await self._executor.follow(location, transcript, leave))
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

    async def _leave(self, job: Job, transcript: Transcript, directory: str) -> None:
        """Copy the artifacts, and the rest of the workspace if the model keeps it."""
        await transcript.keep_artifacts(directory, self._folder.artifacts(job.run, job.id))
        if not self._session.state.model.retention.workspaces.forever:
            folder = self._folder.workspace(job.run, attempt_name(job))
            problem = await asyncio.to_thread(artifacts.keep_workspace, directory, folder, FILES)
            if problem is not None:
                transcript.warn(problem)

    def _introduce(self, job: Job, output: JobOutput, resume: ResumeRecord) -> None:
        """Write the lines before the script's own output."""
        if job.attempt > 1:
            output.say(f"attempt {job.attempt}", "highlight")
        for warning in resume.warnings:
            output.say(warning, "warning")

    def _location(self, directory: str, job: Job) -> AttemptLocation:
        return AttemptLocation(directory, self._names.space, attempt_name(job))

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

    async def _files(self, state: State, job: Job, packages: str) -> Files:
        """Return the files of a package to fill in; a prediction reads none."""
        run = state.runs[job.run]
        deploys = isinstance(run.runbook.steps[job.step or 0].action, Package)
        if not deploys or not self._keeps_output:
            return {}
        return await asyncio.to_thread(files_to_fill, run, job, packages)

    def _progress(self, job: Job, percentage: int, message: str) -> None:
        """Report a script's progress."""
        report = ReportProgress(job=job.id, attempt=job.attempt, percentage=percentage, message=message)
        self._session.report(report)


def attempt_name(job: Job) -> str:
    """Return the name of a job's attempt, unique in its space."""
    return f"{job.id}-{job.attempt}"


def _judged(
    location: AttemptLocation, left: AttemptStatus, resume: ResumeRecord | None, *, same_boot: bool
) -> ResumableAttempt | Outcome:
    """Decide about an attempt that was left: none is run twice silently (R4)."""
    begun = left.state in ("running", "ended")
    if not begun and not same_boot:
        return Outcome(state="lost", reason=RESTARTED)
    if left.state == "lost":
        return Outcome(state="lost", reason=left.reason or KILLED)
    if resume is None or (begun and not left.resume):
        return Outcome(state="lost", reason=UNREADABLE)
    return ResumableAttempt(location, resume, begun)
