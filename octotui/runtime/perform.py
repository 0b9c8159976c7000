"""What must be done follows from the events: a Crew does it, and reports back with commands."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from octotui.engine import events as happened
from octotui.engine.commands import ChoosePackages, Command, Outcome, ReportOutcome
from octotui.engine.events import AnyEvent
from octotui.engine.state import Job, Run, State
from octotui.runtime.acquiring import Acquirer, choose_versions
from octotui.runtime.clocks import Clock
from octotui.runtime.work import script_work
from octotui.store.errors import StoreError
from octotui.store.folder import SpaceFolder
from octotui.store.logs import LogWriter
from octotui.workers.contract import Executor

P = ParamSpec("P")
T = TypeVar("T")


class Crew:
    """The executors of a session, and what they have in hand."""

    def __init__(self, folder: SpaceFolder, executor: Executor, acquirer: Acquirer, now: Clock) -> None:
        self.report: Callable[[Command], None] = lambda command: None
        self.fail: Callable[[BaseException], None] = lambda failure: None
        self.present: Callable[[], State] = State
        self._folder = folder
        self._executor = executor
        self._acquirer = acquirer
        self._now = now
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._choosing = asyncio.Lock()

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
            case _:
                pass  # the other events ask for nothing

    def take_up(self, state: State) -> None:
        """Go on with what an earlier session left undone: runs whose packages nobody has chosen."""
        for run in sorted((run for _, run in state.runs.items()), key=lambda each: each.number):
            self._choose(run)

    def log_path(self, run: str, job: str) -> Path:
        """Where a job's output is kept."""
        return self._folder.log(run, job)

    async def in_thread(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call something that reads a disk without holding up the session."""
        return await asyncio.to_thread(function, *args, **kwargs)

    async def close(self) -> None:
        """End everything in hand."""
        await self._executor.close()
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _choose(self, run: Run | None) -> None:
        if run is not None and run.state == "queued" and run.versions is None and run.needs_packages:
            self._spawn(run.id, self._choose_versions(run))

    async def _choose_versions(self, run: Run) -> None:
        """Fix the versions of a run's packages; one run after the other, so that they keep their order."""
        async with self._choosing:
            versions, problems = await self._acquirer.in_thread(
                choose_versions, self.present().model, run.needs_packages
            )
            self.report(ChoosePackages(run=run.id, versions=versions, problems=problems))

    def _start(self, job: Job) -> None:
        if job.kind in ("script", "acquire"):
            self._spawn(job.id, self._work(job))

    def _stop(self, name: str) -> None:
        job = self.present().jobs.get(name)
        if job is not None and job.kind == "script":
            self._executor.stop(name)
        elif job is not None and name in self._tasks:
            self._acquirer.stop(name)

    async def _work(self, job: Job) -> None:
        """Do a job, keep its output, and report how it ended."""
        state = self.present()
        with LogWriter(self._folder.log(job.run, job.id)) as log:

            def output(chunk: bytes) -> None:
                log.append(chunk, self._now())

            try:
                outcome = await self._outcome(state, job, output)
            except (StoreError, OSError) as error:
                self._executor.stop(job.id)
                outcome = Outcome(state="failed", reason=f"its output could not be kept: {error}")
        self.report(ReportOutcome(job=job.id, attempt=job.attempt, outcome=outcome))

    async def _outcome(self, state: State, job: Job, output: Callable[[bytes], None]) -> Outcome:
        directory = self.directory(state, job.worker or "")
        if job.kind == "acquire":
            return await self._acquirer.acquire(state.model, job, directory, output)
        work, warnings = script_work(state, job, str(directory))
        for warning in warnings:
            output(f"octotui: {warning}\n".encode())
        outcome = await self._executor.run(work, output)
        if not warnings:
            return outcome
        return Outcome(
            state=outcome.state,
            exit_code=outcome.exit_code,
            reason=outcome.reason,
            warnings=outcome.warnings + warnings,
        )

    def directory(self, state: State, worker: str) -> Path:
        """Where a worker keeps its work and its packages."""
        declared = state.model.workers.get(worker)
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
