"""Attempts at script jobs: begun in a place, followed to their end, and taken up again by a later session."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
from msgspec.structs import replace

from octotui.engine.commands import Command, ReportProgress
from octotui.engine.state import Job, State, step_of
from octotui.engine.terms import Outcome
from octotui.model.process import Package
from octotui.runtime.clocks import Clock
from octotui.runtime.deploying import Files, Undeployable, files_to_fill
from octotui.runtime.masking import Masker
from octotui.runtime.memo import Memo, decode, encode
from octotui.runtime.output import Output
from octotui.runtime.progress import Progress
from octotui.runtime.secrets import Unreadable
from octotui.runtime.transcript import Transcript
from octotui.runtime.vault import Vault
from octotui.runtime.work import script_work
from octotui.store import artifacts, leavings
from octotui.store.errors import StoreError, unusable
from octotui.store.folder import SpaceFolder
from octotui.store.logs import size_of
from octotui.store.places import Places
from octotui.workers.contract import Executor, Left, Place, Unstartable
from octotui.workers.workspaces import FILES

RESTARTED = "its machine was restarted while it was running, and nobody knows how far it was"
KILLED = "all of it was killed while octotui was away, and nobody knows how far it was"
UNREADABLE = "another version of octotui has started it, and what that noted can't be read"

STOPPED = Outcome(state="cancelled")  # it was to end before it began


class Found(msgspec.Struct, frozen=True):
    """What an earlier session has left of an attempt: where, the memo, and whether it has begun."""

    place: Place
    memo: Memo
    begun: bool


class Scripts:
    """The script jobs that a session has in hand."""

    def __init__(
        self, folder: SpaceFolder, executor: Executor, vault: Vault, now: Clock, *, keeps_output: bool
    ) -> None:
        self.report: Callable[[Command], None] = lambda command: None
        self.present: Callable[[], State] = State
        self._folder = folder
        self._executor = executor
        self._vault = vault
        self._now = now
        self._keeps_output = keeps_output
        self._names = Places(folder)
        self._places: dict[str, Place] = {}

    async def look(self, state: State, job: Job) -> Found | Outcome:
        """What is left of an attempt that ran when the space was left, or the outcome that it is lost."""
        here = str(self.directory(state, job))
        place, left = self._place(here, job), Left("nothing")
        for directory in dict.fromkeys((here, *self._names.directories)):
            there = self._place(directory, job)
            try:
                left = await self._executor.look(there)
            except OSError as problem:
                raise unusable(Path(directory), problem) from problem
            if left.state != "nothing":
                place = there
                break
        self._places[job.id] = place
        memo = decode(left.memo) if left.memo else Memo(log=self._log_begins(job))
        return _judged(place, left, memo, same_boot=self._names.same_boot)

    async def tidy(self, jobs: tuple[Job, ...]) -> None:
        """Take away what crashes have left, but that of these jobs."""
        keep = frozenset(_name(job) for job in jobs)
        for directory in self._names.directories:
            await self._executor.tidy(directory, self._names.space, keep)

    def account(self) -> None:
        """Note that all that was lost is told; raises StoreError."""
        if self._keeps_output:
            self._names.note_boot()

    async def run(self, job: Job, output: Output, found: Found | None = None) -> Outcome:
        """Do an attempt from where it is to its end."""
        if found is not None and found.begun:
            known = [each.name for each in job.artifacts]
            artifacts.leave_only(self._folder.artifacts(job.run, job.id), known)
            self._vault.recall(self.present().runs[job.run], found.memo.secrets)
            asyncio.get_running_loop().call_soon(self._stop_if_told, job)  # when it is followed
            return await self._follow(job, output, found.place, found.memo)
        state = self.present()
        try:
            secrets = await self._vault.values(state, job)
        except Unreadable as problem:
            return Outcome(state="failed", reason=str(problem))
        if secrets is None:
            return STOPPED
        try:
            return await self._begin(state, job, output, secrets, found)
        except Undeployable as problem:
            return Outcome(state="failed", reason=Masker(secrets.values()).text(str(problem)))

    def stop(self, job: Job) -> None:
        """Begin to end a job where it runs; one that has not begun yet won't begin."""
        self._vault.stop(job.id)
        place, step = self._places.get(job.id), step_of(self.present(), job)
        if place is not None and step is not None:
            self._executor.stop(place, step.grace)

    def clean(self, job: str) -> None:
        """Take away what an attempt needed; how it ended is on disk."""
        place = self._places.pop(job, None)
        if place is not None:
            self._executor.clean(place)

    def directory(self, state: State, job: Job) -> Path:
        """Where a job's worker, or target, keeps its work and its packages."""
        worker = job.worker or ""
        declared = state.model.workers.get(worker) or state.model.targets.get(worker)
        if declared is not None and declared.directory is not None:
            return Path(declared.directory)
        return self._folder.worker(worker)

    async def _begin(
        self, state: State, job: Job, output: Output, secrets: dict[str, str], found: Found | None
    ) -> Outcome:
        directory = str(self.directory(state, job))
        files = await self._files(state, job, directory)
        work, warnings = script_work(state, job, directory, self._now(), secrets, files)
        masked = Masker((*secrets.values(), *work.sensitive))
        memo = Memo(
            log=self._log_begins(job) if found is None else found.memo.log,
            warnings=tuple(masked.text(each) for each in warnings if self._may_warn(each)),
            secrets=secrets,
            sensitive=work.sensitive,
        )
        if self.present().jobs[job.id].stopping:
            return STOPPED
        place = self._place(directory, job) if found is None else found.place
        try:
            if self._keeps_output:
                self._names.use(directory)
            await self._executor.start(place, work, encode(memo))
        except (Unstartable, StoreError) as problem:
            self._introduce(job, output, memo)
            return Outcome(state="failed", reason=str(problem), warnings=memo.warnings)
        self._places[job.id] = place
        self._stop_if_told(job)  # as long as it was being started, nobody could
        return await self._follow(job, output, place, memo)

    async def _follow(self, job: Job, output: Output, place: Place, memo: Memo) -> Outcome:
        progress = Progress(partial(self._progress, job), job.progress)
        transcript = Transcript(output, (*memo.secrets.values(), *memo.sensitive), progress)
        self._introduce(job, output, memo)
        leave = partial(self._leave, job, transcript)
        outcome = transcript.ended(await self._executor.follow(place, transcript, leave))
        progress.end()
        self._vault.learn(self.present(), job, transcript.sensitive)
        return replace(outcome, warnings=memo.warnings + outcome.warnings)

    async def _leave(self, job: Job, transcript: Transcript, directory: str) -> None:
        """Keep the files that the script wants kept, and what else it left where the model wants that."""
        await transcript.keep_artifacts(directory, self._folder.artifacts(job.run, job.id))
        if not self.present().model.retention.workspaces.forever:
            place = self._folder.workspace(job.run, _name(job))
            problem = await asyncio.to_thread(leavings.keep, directory, place, FILES)
            if problem:
                transcript.warn(problem)

    def _introduce(self, job: Job, output: Output, memo: Memo) -> None:
        """Say what stands before the script's own output."""
        if job.attempt > 1:
            output.say(f"attempt {job.attempt}", "highlight")
        for warning in memo.warnings:
            output.say(warning, "warning")

    def _place(self, directory: str, job: Job) -> Place:
        return Place(directory, self._names.space, _name(job))

    def _log_begins(self, job: Job) -> int:
        """Where the output of an attempt that has said nothing yet begins in the log of its job."""
        first = job.attempt == 1 or not self._keeps_output
        return 0 if first else size_of(self._folder.log(job.run, job.id))

    def _may_warn(self, warning: str) -> bool:
        """A prediction cannot know what steps will set."""
        return self._keeps_output or "].Output" not in warning

    def _stop_if_told(self, job: Job) -> None:
        told = self.present().jobs.get(job.id)
        if told is not None and told.stopping:
            self.stop(job)

    async def _files(self, state: State, job: Job, directory: str) -> Files:
        """The files of a package that are filled in; a prediction reads none."""
        run = state.runs[job.run]
        deploys = isinstance(run.runbook.steps[job.step or 0].action, Package)
        if not deploys or not self._keeps_output:
            return {}
        return await asyncio.to_thread(files_to_fill, run, job, directory)

    def _progress(self, job: Job, percentage: int, message: str) -> None:
        """Report how far a job's script has come."""
        self.report(ReportProgress(job=job.id, attempt=job.attempt, percentage=percentage, message=message))


def _name(job: Job) -> str:
    """The name of a job's attempt among all of its space."""
    return f"{job.id}-{job.attempt}"


def _judged(place: Place, left: Left, memo: Memo | None, *, same_boot: bool) -> Found | Outcome:
    """What is to become of what was left: nothing is silently run twice (R4)."""
    begun = left.state in ("running", "ended")
    if not begun and not same_boot:
        return Outcome(state="lost", reason=RESTARTED)
    if left.state == "lost":
        return Outcome(state="lost", reason=KILLED)
    if memo is None or (begun and not left.memo):
        return Outcome(state="lost", reason=UNREADABLE)
    return Found(place, memo, begun)
