"""M1: a machine that cannot be reached fails no job: the job waits, and goes on where it was."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.advance import advance
from octotui.engine.commands import (
    CancelRun,
    CheckHealth,
    LoadModel,
    ReportHealth,
    ReportReachability,
    StartRun,
)
from octotui.engine.events import JobEnded, JobReached, JobUnreachable, MachineChecked
from octotui.engine.state import State
from octotui.model.space import Worker
from octotui.runtime.clocks import Clock, in_virtual_time
from octotui.runtime.effects import EffectRunner
from octotui.runtime.jobs import resume_record
from octotui.runtime.jobs.package_acquisition import SimulatedAcquirer
from octotui.runtime.jobs.session_port import SessionPort
from octotui.runtime.session import Session
from octotui.store.journal.in_memory import MemoryJournal
from octotui.store.space_folder import SpaceFolder
from octotui.store.workspace_index import WorkspaceIndex
from octotui.workers.executor import AttemptStatus
from octotui.workers.machine import Machines, Unreachable
from octotui.workers.simulated_machine import SimulatedMachine
from tests.runtime.rig import BOOT, Hands, OverExecutor
from tests.workers.faulty import FaultyProcesses
from tests.world import START, model, script

BACK = "it answers"
SMALL = model({"a": [script("Run")]})


class FaultyMachines(OverExecutor):
    """Machines by a way that breaks, also for facts."""

    faults: tuple[str, ...] = ()
    away = 0  # times that the boot is asked for in vain
    cut: int | None = None
    made: FaultyProcesses | None = None

    def machine(self, worker: str, directory: str | None) -> SimulatedMachine:
        machine = super().machine(worker, directory)
        kind, boot = self, machine.boot

        async def asked() -> str:
            if kind.away:
                kind.away -= 1
                raise Unreachable("no route")
            return await boot()

        faulty = FaultyProcesses(machine.processes, self.faults, cut=self.cut)
        machine.boot = asked  # type: ignore[method-assign]
        machine.processes = faulty  # type: ignore[assignment]
        self.made = faulty
        return machine


class Play:
    """A session whose machines are away at times."""

    def __init__(self, folder: Path, now: Clock, kind: FaultyMachines, state: State) -> None:
        self.kind, self.journal = kind, MemoryJournal()

        def effects(session: SessionPort) -> EffectRunner:
            machines = Machines(lambda endpoint: kind)
            return EffectRunner(SpaceFolder(folder, "space"), machines, SimulatedAcquirer(), now, session)

        self.session = Session(state, self.journal, effects, user="ann", now=now)

    async def until(self, condition: Callable[[], object], seconds: float = 1000) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.01)

    def ends(self) -> list[tuple[str, str]]:
        events = self.journal.read()
        return [(each.state, each.reason) for each in events if isinstance(each, JobEnded)]

    def outages(self) -> list[str]:
        """The reasons why the machine of a job was away, each as often as it was told, and its return."""
        events = self.journal.read()
        told = [each for each in events if isinstance(each, JobUnreachable | JobReached)]
        return [each.reason if isinstance(each, JobUnreachable) else BACK for each in told]


def play(
    folder: Path, hands: Hands, main: Callable[[Play], object], state: State | None = None, **ways: object
) -> None:
    async def opened(now: Clock) -> None:
        kind = FaultyMachines(lambda worker: folder / worker, executor=hands)
        for name, value in ways.items():
            setattr(kind, name, value)
        made = Play(folder, now, kind, state or State())
        await made.session.start(SMALL)
        try:
            await main(made)
        finally:
            await made.session.close()

    in_virtual_time(opened, START)


@pytest.mark.parametrize("faults", [("before start",), ("after start", "before start")], ids=" ".join)
def test_m1_a_start_waits_for_its_machine_and_says_so(tmp_path: Path, faults: tuple[str, ...]) -> None:
    hands = Hands()

    async def main(play: Play) -> None:
        await play.session.send(StartRun(process="a", requester="ann"))
        await play.until(lambda: hands.followed)
        assert hands.jobs == ["job-1.1"]
        assert play.ends() == []
        first = "no route" if faults[0].startswith("before") else "the reply was lost"
        assert play.outages() == [first, *["no route"] * (len(faults) - 1), BACK]
        hands.end("job-1.1")
        await play.until(play.ends)
        assert play.ends() == [("succeeded", "")]

    play(tmp_path, hands, main, faults=faults)


def test_m1_a_worker_that_is_away_is_waited_for_before_anything_is_sent(tmp_path: Path) -> None:
    hands = Hands()

    async def main(play: Play) -> None:
        play.kind.away = 5
        await play.session.send(StartRun(process="a", requester="ann"))
        await play.until(lambda: hands.followed)
        assert play.kind.away == 0
        assert (set(play.outages()[:-1]), play.outages()[-1]) == ({"no route"}, BACK)
        assert play.session.state.jobs["job-1.1"].outage is None
        assert play.session.state.jobs["job-1.1"].progress is None

    play(tmp_path, hands, main)


def test_m1_a_job_says_since_when_its_machine_is_away_and_when_it_is_tried_next(tmp_path: Path) -> None:
    """M1: a long outage is no long journal: the last tries, as often as they go on, are told once."""
    hands = Hands()

    async def main(play: Play) -> None:
        play.kind.away = 100
        await play.session.send(StartRun(process="a", requester="ann"))
        await play.until(lambda: play.session.state.jobs["job-1.1"].outage is not None)
        first = play.session.state.jobs["job-1.1"].outage
        assert first is not None
        assert first.next_try is not None
        assert 0.5 <= first.next_try - first.since <= 1.0
        await play.until(lambda: hands.followed, 10_000)
        told = [each for each in play.journal.read() if isinstance(each, JobUnreachable)]
        assert len(told) == 7
        assert all(one.next_try < other.next_try for one, other in pairwise(told[:-1]))
        assert told[-1].next_try is None

    play(tmp_path, hands, main)


def test_m3_output_goes_on_where_the_way_broke(tmp_path: Path) -> None:
    hands = Hands()

    async def main(play: Play) -> None:
        await play.session.send(StartRun(process="a", requester="ann"))
        await play.until(lambda: hands.followed)
        hands.outputs["job-1.1"](b"one\ntwo\n")
        hands.end("job-1.1")
        await play.until(lambda: len(hands.followed) == 2)
        hands.outputs["job-1.1"](b"one\ntwo\n")  # an executor repeats it
        hands.end("job-1.1")
        await play.until(play.ends)
        assert play.ends() == [("succeeded", "")]
        log = tmp_path / "space" / "logs" / "run-1" / "job-1.1.log"
        assert log.read_text() == "one\ntwo\n"

    play(tmp_path, hands, main, cut=6)


def running() -> State:
    state, _ = advance(State(), LoadModel(SMALL), 1.0)
    return advance(state, StartRun(process="a"), 2.0)[0]


def test_r4_an_attempt_on_a_machine_that_is_away_is_taken_up_when_it_is_back(tmp_path: Path) -> None:
    """R4, M1: it is neither lost nor started again."""
    hands = Hands(job_1_1=AttemptStatus("running", "{}"))
    WorkspaceIndex(SpaceFolder(tmp_path, "space")).use("worker1", str(tmp_path / "worker1"), BOOT)

    async def main(play: Play) -> None:
        await play.until(lambda: hands.followed)
        assert hands.jobs == []
        assert (set(play.outages()[:-1]), play.outages()[-1]) == ({"no route"}, BACK)
        hands.end("job-1.1")
        await play.until(play.ends)
        assert play.ends() == [("succeeded", "")]

    play(tmp_path, hands, main, running(), away=4)


def test_m1_a_job_that_was_left_unreachable_says_that_it_is_reached_again(tmp_path: Path) -> None:
    hands = Hands(job_1_1=AttemptStatus("running", "{}"))
    WorkspaceIndex(SpaceFolder(tmp_path, "space")).use("worker1", str(tmp_path / "worker1"), BOOT)
    away, _ = advance(running(), ReportReachability(job="job-1.1", attempt=1, reason="no route"), 3.0)

    async def main(play: Play) -> None:
        outage = play.session.state.jobs["job-1.1"].outage
        assert outage is not None
        assert outage.since == 3.0
        await play.until(lambda: hands.followed)
        hands.outputs["job-1.1"](b"")
        await play.until(lambda: play.session.state.jobs["job-1.1"].outage is None)

    play(tmp_path, hands, main, away)


def test_r4_what_its_machine_lost_while_it_was_away_is_lost(tmp_path: Path) -> None:
    """M2: and its boot is not written down before that is told."""
    index = WorkspaceIndex(SpaceFolder(tmp_path, "space"))
    index.use("worker1", str(tmp_path / "worker1"), "an earlier boot")

    async def main(play: Play) -> None:
        assert WorkspaceIndex(SpaceFolder(tmp_path, "space")).same_boot("worker1", "an earlier boot")
        await play.until(lambda: play.session.state.interruptions)
        (question,) = (each for _, each in play.session.state.interruptions.items())
        assert question.instructions == resume_record.RESTARTED

    play(tmp_path, Hands(), main, running(), away=4)


def test_q6_a_run_is_cancelled_though_its_machine_was_away(tmp_path: Path) -> None:
    """Q6, M1: stop and clean are repeated until they are acknowledged."""
    hands = Hands()

    async def main(play: Play) -> None:
        await play.session.send(StartRun(process="a", requester="ann"))
        await play.until(lambda: hands.followed)
        assert play.kind.made is not None
        play.kind.made.faults = ["before stop", "after stop", "before clean", "after clean"]
        await play.session.send(CancelRun(run="run-1"))
        await play.until(lambda: not play.session.state.runs)
        await play.until(lambda: (len(hands.cleaned), len(hands.stopped)) == (2, 2))
        assert play.ends() == [("cancelled", "cancelled")]

    play(tmp_path, hands, main)


def test_q6_what_has_not_begun_does_not_begin_when_its_machine_is_back(tmp_path: Path) -> None:
    hands = Hands()

    async def main(play: Play) -> None:
        play.kind.away = 3
        await play.session.send(StartRun(process="a", requester="ann"))
        await asyncio.sleep(0.1)
        await play.session.send(CancelRun(run="run-1"))
        await play.until(play.ends)
        assert play.ends() == [("cancelled", "cancelled")]
        assert hands.jobs == []

    play(tmp_path, hands, main)


def test_m5_a_job_that_cannot_reach_its_machine_has_it_checked(tmp_path: Path) -> None:
    hands = Hands()

    async def main(play: Play) -> None:
        await play.session.send(StartRun(process="a", requester="ann"))
        await play.until(lambda: any(isinstance(each, MachineChecked) for each in play.journal.read()))
        (checked,) = (each for each in play.journal.read() if isinstance(each, MachineChecked))
        assert (checked.machine, checked.health) == ("worker1", "healthy")
        await play.until(lambda: hands.followed)
        hands.end("job-1.1")
        await play.until(play.ends)

    play(tmp_path, hands, main, faults=("before start",))


def test_m6_a_job_on_a_lost_machine_is_given_up_and_stopped_once_it_is_back(tmp_path: Path) -> None:
    """M2, M6: what it is to be told is repeated until it is reached."""
    hands = Hands()
    lost = replace(
        SMALL, workers={**SMALL.workers, "worker1": Worker(name="worker1", unreachable_limit=30.0)}
    )

    async def main(play: Play) -> None:
        await play.session.send(LoadModel(lost))
        await play.session.send(StartRun(process="a", requester="ann"))
        await play.until(lambda: hands.followed)
        play.kind.away = 1_000
        await play.session.send(CheckHealth(machines=("worker1",)))
        faulty = play.kind.made
        assert faulty is not None
        faulty.faults = ["before stop"]
        await play.until(play.ends)
        assert play.ends() == [("lost", "worker1 is lost: it could not be reached for 30s: no route")]
        await play.until(lambda: "clean" in faulty.calls)
        told = [each for each in faulty.calls if each in ("inspect", "stop", "clean")]
        assert told[-4:] == ["stop", "stop", "inspect", "clean"]

    play(tmp_path, hands, main)


class MuteMachines(FaultyMachines):
    """Machines that answer late; `told` gets what they are asked to do."""

    told: list[str]

    def machine(self, worker: str, directory: str | None) -> SimulatedMachine:
        machine = super().machine(worker, directory)
        boot = machine.boot

        async def asked() -> str:
            await asyncio.sleep(30)
            return await boot()

        machine.boot = asked  # type: ignore[method-assign]
        assert self.made is not None
        self.made.calls = self.told
        return machine


def test_m1_a_space_is_opened_without_machines_that_are_away(tmp_path: Path) -> None:
    """What crashes have left there is removed later, and before anything begins on them."""
    far = {name: replace(each, endpoint="ssh://far") for name, each in SMALL.workers.items()}
    declared = replace(SMALL, workers=far)
    folder, hands, told = SpaceFolder(tmp_path, "space"), Hands(), list[str]()
    for name in far:
        WorkspaceIndex(folder).use(name, str(tmp_path / name), None)

    async def main(now: Clock) -> None:
        kind = MuteMachines(lambda worker: tmp_path / worker, executor=hands)
        kind.told = told
        made = Play(tmp_path, now, kind, advance(State(), LoadModel(declared), 1.0)[0])
        begun = now()
        await made.session.start(declared)
        assert now() - begun < 1
        for name in far:  # else the run waits for a check, which reaches it first (W4)
            await made.session.send(ReportHealth(name, "healthy"))
        await made.session.send(StartRun(process="a", requester="ann"))
        await made.until(lambda: hands.followed)
        assert told.index("start") > max(n for n, call in enumerate(told) if call == "remove_orphans")
        assert told.count("remove_orphans") == len(far)
        await made.session.close()

    in_virtual_time(main, START)
