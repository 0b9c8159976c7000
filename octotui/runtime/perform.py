"""What must be done follows from the events: a Crew does it, and reports back with commands."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from octotui.engine import events as happened
from octotui.engine.acquire import packages_in_use
from octotui.engine.commands import ChoosePackages, Command, ReportOutcome, ReportProgress
from octotui.engine.events import AnyEvent
from octotui.engine.state import Job, Run, State
from octotui.engine.terms import Outcome
from octotui.model.process import Package
from octotui.model.space import Channel
from octotui.runtime.acquiring import Acquirer, Chosen
from octotui.runtime.clocks import Clock
from octotui.runtime.deploying import Files, Undeployable, files_to_fill
from octotui.runtime.masking import Masker
from octotui.runtime.notifying import Notifier
from octotui.runtime.output import Output
from octotui.runtime.progress import Progress
from octotui.runtime.secrets import Unreadable
from octotui.runtime.transcript import Transcript
from octotui.runtime.vault import Vault
from octotui.runtime.work import script_work
from octotui.store.folder import SpaceFolder
from octotui.workers.contract import Executor


class Crew:
    """The executors of a session, and what they have in hand."""

    def __init__(
        self,
        folder: SpaceFolder,
        executor: Executor,
        acquirer: Acquirer,
        now: Clock,
        *,
        keeps_output: bool = True,
        vault: Vault | None = None,
    ) -> None:
        self.report: Callable[[Command], None] = lambda command: None
        self.fail: Callable[[BaseException], None] = lambda failure: None
        self.present: Callable[[], State] = State
        self._folder = folder
        self._executor = executor
        self._acquirer = acquirer
        self._now = now
        self._keeps_output = keeps_output
        self._vault = vault or Vault()
        self._notifier = Notifier(folder, executor, self._vault, now, self._pass_on)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._choosing = asyncio.Lock()
        self._closed = False

    def perform(self, event: AnyEvent) -> None:
        """Do what a committed event asks for, if anything."""
        match event:
            case happened.RunQueued():
                self._choose(self.present().runs.get(event.run))
            case happened.JobStarted():
                job = self.present().jobs.get(event.job)
                if job is not None and job.state == "running" and job.attempt == event.attempt:
                    self._start(job)
            case happened.JobStopping():
                self._stop(event.job)
            case happened.InterruptionRaised() if self._keeps_output:
                self._notifier.tell(self.present(), event.interruption)
            case happened.RunEnded():
                self._vault.forget(event.run)
            case _:
                pass  # the other events ask for nothing

    def take_up(self, state: State) -> None:
        """Go on with what an earlier session left undone: runs whose packages nobody has chosen."""
        for run in sorted((run for _, run in state.runs.items()), key=lambda each: each.number):
            self._choose(run)

    def give(self, run: str, secrets: Mapping[str, str]) -> None:
        """Take the sensitive values that were given for a run, which no event holds."""
        self._vault.give(run, secrets)

    def learn(self, job: Job, secrets: Mapping[str, str]) -> None:
        """Take the sensitive values that were given in an answer, which no event holds."""
        self._vault.learn(self.present(), job, secrets)

    def log_path(self, run: str, job: str) -> Path:
        """Where a job's output is kept."""
        return self._folder.log(run, job)

    def artifact_path(self, run: str, job: str, name: str) -> Path:
        """Where a file is that a job's script had kept."""
        return self._folder.artifacts(run, job) / name

    async def tell_all(self) -> bool:
        """Let those who are being told of questions hear of them; whether there was anybody."""
        return await self._notifier.close()

    async def close(self) -> None:
        """End everything in hand."""
        self._closed = True
        await self._vault.close()
        await self._executor.close()
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def choose(self, needed: tuple[str, ...], channel: Channel) -> Chosen:
        """Versions of packages for a release of a channel, from the feeds as they are now."""
        return await self._acquirer.choose(self.present().model, needed, channel)

    def _choose(self, run: Run | None) -> None:
        if run is not None and run.state == "queued" and run.versions is None and run.needs_packages:
            self._spawn(run.id, self._choose_versions(run))

    async def _choose_versions(self, run: Run) -> None:
        """Fix the versions of a run's packages; one run after the other, so that they keep their order."""
        async with self._choosing:
            versions, problems = await self._acquirer.choose(self.present().model, run.needs_packages)
            self.report(ChoosePackages(run=run.id, versions=versions, problems=problems))

    def _start(self, job: Job) -> None:
        if job.kind in ("script", "acquire"):
            self._spawn(job.id, self._work(job))

    def _stop(self, name: str) -> None:
        job = self.present().jobs.get(name)
        if job is not None:
            self._end(job)

    def _end(self, job: Job) -> None:
        """Begin to end a job where it runs; one that has not begun yet won't begin."""
        self._vault.stop(job.id)
        (self._acquirer if job.kind == "acquire" else self._executor).stop(job.id)

    async def _work(self, job: Job) -> None:
        """Do a job, keep its output, and report how it ended."""
        state = self.present()
        if self._closed or state.jobs[job.id].stopping:
            outcome = Outcome(state="cancelled")  # it was to end before it began
        else:
            log = self._folder.log(job.run, job.id) if self._keeps_output else None
            with Output(log, self._now, partial(self._end, job)) as output:
                outcome = await self._outcome(state, job, output)
            if output.problem:
                outcome = Outcome(state="failed", reason=output.problem, artifacts=outcome.artifacts)
        self.report(ReportOutcome(job=job.id, attempt=job.attempt, outcome=outcome))

    async def _outcome(self, state: State, job: Job, output: Output) -> Outcome:
        directory = self.directory(state, job.worker or "")
        if job.kind == "acquire":
            return await self._acquirer.acquire(
                state.model, job, directory, output, lambda: packages_in_use(self.present())
            )
        try:
            secrets = await self._vault.values(state, job)
        except Unreadable as problem:
            return Outcome(state="failed", reason=str(problem))
        if secrets is None:
            return Outcome(state="cancelled")  # it was to end before it began
        try:
            files = await self._files(state, job, str(directory))
            work, warnings = script_work(state, job, str(directory), self._now(), secrets, files)
        except Undeployable as problem:
            return Outcome(state="failed", reason=Masker(secrets.values()).text(str(problem)))
        progress = Progress(partial(self._progress, job))
        transcript = Transcript(output, (*secrets.values(), *work.sensitive), progress)
        warnings = tuple(map(transcript.masked, warnings))
        if not self._keeps_output:  # a prediction cannot know what steps will set
            warnings = tuple(each for each in warnings if "].Output" not in each)
        if job.attempt > 1:
            output.say(f"attempt {job.attempt}", "highlight")
        for warning in warnings:
            output.say(warning, "warning")
        leave = partial(transcript.keep_artifacts, folder=self._folder.artifacts(job.run, job.id))
        outcome = transcript.ended(await self._executor.run(work, transcript, leave))
        progress.end()
        self._vault.learn(state, job, transcript.sensitive)
        return replace(outcome, warnings=warnings + outcome.warnings)

    async def _files(self, state: State, job: Job, directory: str) -> Files:
        """The files of a package that are filled in; a prediction reads none."""
        run = state.runs[job.run]
        deploys = isinstance(run.runbook.steps[job.step or 0].action, Package)
        if not deploys or not self._keeps_output:
            return {}
        return await asyncio.to_thread(files_to_fill, run, job, directory)

    def _pass_on(self, command: Command) -> None:
        """Report what is not a job's; who is told of it is known later than this crew."""
        self.report(command)

    def _progress(self, job: Job, percentage: int, message: str) -> None:
        """Report how far a job's script has come."""
        self.report(ReportProgress(job=job.id, attempt=job.attempt, percentage=percentage, message=message))

    def directory(self, state: State, worker: str) -> Path:
        """Where a worker, or a target, keeps its work and its packages."""
        declared = state.model.workers.get(worker) or state.model.targets.get(worker)
        if declared is not None and declared.directory is not None:
            return Path(declared.directory)
        return self._folder.worker(worker)

    def _spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[name] = task
        task.add_done_callback(lambda done: self._done(name, done))

    def _done(self, name: str, task: "asyncio.Task[None]") -> None:
        """Forget a task; what it raised is a bug, and ends the session."""
        if self._tasks.get(name) is task:
            del self._tasks[name]
        if not task.cancelled() and (error := task.exception()) is not None:
            self.fail(error)
