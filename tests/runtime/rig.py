"""A session in virtual time, with an executor and a journal that do as they are told."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence, Set
from pathlib import Path
from typing import TypeVar

from octotui.engine.commands import StartRun
from octotui.engine.events import RunQueued
from octotui.engine.state import Event, Outcome, State
from octotui.model.space import Model
from octotui.runtime.clocks import Clock, in_virtual_time
from octotui.runtime.effects import EffectRunner
from octotui.runtime.jobs.package_acquisition import Acquirer, SimulatedAcquirer
from octotui.runtime.jobs.secret_store import SecretStore
from octotui.runtime.jobs.session_port import SessionPort
from octotui.runtime.schedule_timer import ScheduleTimer
from octotui.runtime.session import Session
from octotui.store.journal.in_memory import AnyJournal, MemoryJournal
from octotui.store.journal.remembered_requests import TakenRequest
from octotui.store.space_folder import SpaceFolder
from octotui.workers.executor import (
    AttemptLocation,
    AttemptSpec,
    AttemptStatus,
    Executor,
    Leave,
    Notice,
    Output,
    unheard,
)
from octotui.workers.local.workspace_files import LocalWorkspaceFiles
from octotui.workers.machine import Machines
from octotui.workers.processes import ExecutorProcesses
from octotui.workers.simulated_machine import SimulatedMachine, SimulatedMachines
from tests.world import START

T = TypeVar("T")
OK = Outcome(state="succeeded", exit_code=0)


class Hands:
    """An executor that notes its work, and ends it when told or stopped; `left` is what it finds."""

    def __init__(self, **left: AttemptStatus) -> None:
        self.begun: list[AttemptSpec] = []
        self.followed: list[str] = []
        self.stopped: list[str] = []
        self.cleaned: list[str] = []
        self.memos: dict[str, str] = {}
        self.outputs: dict[str, Output] = {}
        self.left = {name.replace("_", "-", 1).replace("_", "."): each for name, each in left.items()}
        self._ends: dict[str, asyncio.Future[Outcome]] = {}

    async def inspect(self, location: AttemptLocation) -> AttemptStatus:
        return self.left.get(_job(location), AttemptStatus("nothing"))

    async def start(self, location: AttemptLocation, work: AttemptSpec, resume: str = "") -> None:
        self.begun.append(work)
        self.memos[work.job] = resume

    async def follow(
        self, location: AttemptLocation, output: Output, leave: Leave | None = None, notice: Notice = unheard
    ) -> Outcome:
        job = _job(location)
        self.followed.append(job)
        self.outputs[job] = output
        self._ends[job] = asyncio.get_running_loop().create_future()
        return await self._ends[job]

    def end(self, job: str, outcome: Outcome = OK) -> None:
        self._ends[job].set_result(outcome)

    def break_down(self, job: str, error: Exception) -> None:
        self._ends[job].set_exception(error)

    def stop(self, location: AttemptLocation, grace: float) -> None:
        job = _job(location)
        self.stopped.append(job)
        if job in self._ends and not self._ends[job].done():
            self._ends[job].set_result(Outcome(state="cancelled"))

    def clean(self, location: AttemptLocation) -> None:
        self.cleaned.append(location.name)

    async def remove_orphans(self, directory: str, space: str, keep: Set[str]) -> None:
        pass

    async def close(self) -> None:
        pass

    @property
    def jobs(self) -> list[str]:
        return [work.job for work in self.begun]


def _job(location: AttemptLocation) -> str:
    return location.name.rpartition("-")[0]


BOOT = "boot-1"  # of all machines


class OverExecutor(SimulatedMachines):
    """Machines whose processes are an executor's, with the workspaces that it leaves."""

    def machine(self, worker: str, directory: str | None) -> SimulatedMachine:
        made = super().machine(worker, directory)
        made.processes = ExecutorProcesses(self._executor, made.directory, LocalWorkspaceFiles)
        made.boot_id = BOOT
        return made


def over(executor: Executor, folder: SpaceFolder) -> Machines:
    """Machines over an executor, for every endpoint."""
    kind = OverExecutor(folder.worker, executor=executor)
    return Machines(lambda endpoint: kind)


class SlowJournal(MemoryJournal):
    """A journal whose disk takes its time: nothing is written until `write`."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[tuple[Sequence[Event], TakenRequest | None, asyncio.Future[None]]] = []

    def append(self, events: Sequence[Event], taken: TakenRequest | None = None) -> "asyncio.Future[None]":
        future = asyncio.get_running_loop().create_future()
        self.waiting.append((events, taken, future))
        return future

    def write(self, failure: Exception | None = None) -> None:
        waiting, self.waiting = self.waiting, []
        for events, taken, future in waiting:
            if failure is None:
                super().append(events, taken)
                future.set_result(None)
            else:
                future.set_exception(failure)


class Rig:
    """A session and what is around it."""

    def __init__(
        self,
        folder: Path,
        now: Clock,
        executor: Executor,
        acquirer: Acquirer,
        journal: AnyJournal,
        state: State,
        secret_store: SecretStore | None,
        timetable: ScheduleTimer | None = None,
    ) -> None:
        self.now = now
        self.journal = journal

        def effects(session: SessionPort) -> EffectRunner:
            self.port = session
            self.crew = EffectRunner(
                SpaceFolder(folder, "space"),
                over(executor, SpaceFolder(folder, "space")),
                acquirer,
                now,
                session,
                secret_store=secret_store,
            )
            return self.crew

        self.session = Session(state, journal, effects, user="ann", now=now, timetable=timetable)

    @property
    def state(self) -> State:
        return self.session.state

    async def start(self, process: str, **where: str) -> str:
        """Start a run, and say its id."""
        events = await self.session.send(StartRun(process=process, requester="ann", **where))
        return next(each.run for each in events if isinstance(each, RunQueued))

    async def until(self, condition: Callable[[], object]) -> None:
        """Let things go on until it is so."""
        for _ in range(10_000):
            if condition():
                return
            await asyncio.sleep(0.001)
        raise AssertionError("it never came to be")

    def run_state(self, run: str) -> str:
        """How a run stands, by the table of runs."""
        return next(each.state for each in self.journal.runs(100) if each.id == run)


async def soon() -> None:
    """Let what is due at once happen."""
    for _ in range(5):
        await asyncio.sleep(0)


def play(
    model: Model,
    folder: Path,
    main: Callable[[Rig], Awaitable[T]],
    *,
    executor: Executor | None = None,
    acquirer: Acquirer | None = None,
    journal: AnyJournal | None = None,
    state: State | None = None,
    secret_store: SecretStore | None = None,
    timetable: ScheduleTimer | None = None,
) -> T:
    """Open a session on a model in virtual time, let `main` do its part, and close it."""

    async def opened(now: Clock) -> T:
        rig = Rig(
            folder,
            now,
            executor or Hands(),
            acquirer or SimulatedAcquirer(),
            journal or MemoryJournal(),
            state or State(),
            secret_store,
            timetable,
        )
        starting = asyncio.ensure_future(rig.session.start(model))
        while isinstance(rig.journal, SlowJournal) and not starting.done():
            rig.journal.write()
            await asyncio.sleep(0)
        await starting
        try:
            return await main(rig)
        finally:
            await rig.session.close()

    return in_virtual_time(opened, START)
