"""About when a job gets the lock it waits for."""

from collections.abc import Iterator
from random import Random

import pytest

from octotui.engine.estimates import lock_turns
from octotui.engine.estimates.jobs import about
from octotui.engine.estimates.lock_turns import MOST_AHEAD, expected_wait, turn_at
from octotui.engine.events import JobQueued, JobStarted
from octotui.engine.forecast import forecast
from octotui.engine.state import ForLock, Outcome
from octotui.model.process import Simulate
from octotui.model.space import Model, Pool
from tests.engine.walk import Walk
from tests.world import START, World, engine, model, packages, script

KINDS = ("dump", "count", "build", "squeeze")


def space(**more: int) -> Model:
    """Two workers that share, of which packages want one at a time, and one that does not share."""
    return model(
        {
            "dump": [
                script("Dump", simulate=Simulate(takes=31.0)),
                script("Send", simulate=Simulate(takes=7.0)),
            ],
            "count": [script("Count", simulate=Simulate(takes=12.0))],
            "build": [script("Build", packages=packages("tools"), simulate=Simulate(takes=55.0))],
            "squeeze": [script("Squeeze", pool="narrow", simulate=Simulate(takes=17.0))],
        },
        3,
        pools={
            "setup": Pool(name="Setup", workers=("worker1", "worker2")),
            "narrow": Pool(name="Narrow", workers=("worker3",), exclusive=True),
        },
        **engine(**{"task_cap": 30, **more}),
    )


class Uneven(World):
    """A world in which each attempt takes up to a part more or less than its step says."""

    def __init__(self, model: Model, seed: int, part: float) -> None:
        self.random, self.part = Random(seed), part
        super().__init__(model)

    def _after(self, seconds: float, job: str, attempt: int, outcome: Outcome) -> None:
        super()._after(seconds * self.random.uniform(1 - self.part, 1 + self.part), job, attempt, outcome)


def experienced(world: World) -> World:
    """Each step has run three times, alone."""
    for kind in KINDS * 3:
        world.start(kind)
        world.run_out()
    return world


def crowded(world: World, seed: int, runs: int = 40) -> Iterator[tuple[float, float]]:
    """Start runs at random times, and yield of each wait how long it was to last, and lasted."""
    random = Random(seed)
    experienced(world)
    expected: dict[str, float] = {}
    begun: dict[str, float] = {}
    seen = len(world.events)
    for _ in range(runs):
        world.start(random.choice(KINDS))
        for job in world.state.jobs.values():
            if isinstance(job.wait, ForLock) and job.id not in begun:
                turn = turn_at(world.state, job, world.now)
                assert turn is not None
                begun[job.id], expected[job.id] = world.now, turn - world.now
        world.run_until(world.now - START + random.uniform(0.0, 9.0))
    world.run_out()
    for event in world.events[seen:]:
        if isinstance(event, JobStarted) and event.job in begun:
            yield expected[event.job], event.at - begun[event.job]


@pytest.mark.parametrize("seed", range(10))
def test_e3_each_wait_lasts_within_a_tenth_of_what_was_told_as_it_began(seed: int):
    """E3: with durations that a script gives, in virtual time; many runs on few machines."""
    waits = [*crowded(World(space()), seed)]
    assert len(waits) >= 10
    for told, lasted in waits:
        assert abs(told - lasted) <= 0.1 * lasted


def test_e4_with_uneven_durations_all_waits_together_are_off_by_no_more_than_these():
    """E3, E4: attempts take up to 10 % more or less."""
    waits = [each for seed in range(10) for each in crowded(Uneven(space(), seed, 0.1), seed)]
    assert sum(abs(told - lasted) for told, lasted in waits) <= 0.1 * sum(lasted for _, lasted in waits)


def test_e3_where_one_ahead_is_not_known_nothing_is_said():
    world = World(space())
    for kind in ("squeeze", "squeeze", "squeeze"):
        world.start(kind)
    waiting = [job for job in world.state.jobs.values() if isinstance(job.wait, ForLock)]
    assert [turn_at(world.state, job, world.now) for job in waiting] == [None, None]
    world.run_out()
    assert not [event for event in world.happened(JobQueued) if isinstance(event.expected_wait, float)]


def test_e3_a_job_that_does_not_wait_has_no_turn_to_wait_for():
    world = experienced(World(space()))
    world.start("squeeze")
    (job,) = world.state.jobs.values()
    assert turn_at(world.state, job, world.now) is None
    assert expected_wait(world.state, "worker2", "shared", world.now) is None
    assert expected_wait(world.state, None, None, world.now) is None


def test_e3_a_shared_job_waits_for_an_exclusive_one_ahead_of_it_and_not_for_other_shared_ones():
    """L2: first come, first served."""
    runbooks = {
        "dump": [script("Dump", simulate=Simulate(takes=30.0))],
        "build": [script("Build", packages=packages("tools"), simulate=Simulate(takes=9.0))],
    }
    world = World(model(runbooks, 1))
    for kind in ("dump", "build") * 3:
        world.start(kind)
        world.run_out()
    runs = [world.start(kind) for kind in ("dump", "build", "dump", "dump")]
    turns = [
        turn_at(world.state, world.state.jobs[f"job-{run.removeprefix('run-')}.1"], world.now) for run in runs
    ]
    began = world.now
    assert turns == [None, began + 30, began + 32, began + 32]


def test_e4_the_length_of_a_wait_is_recorded_as_it_begins_where_few_are_ahead():
    """E4: an event costs the same, however long the queue is."""
    world = experienced(World(space()))
    for _ in range(MOST_AHEAD + 3):
        world.start("squeeze")
    told = [event.expected_wait for event in world.happened(JobQueued)[-MOST_AHEAD - 3 :]]
    assert told[1 : MOST_AHEAD + 1] == [17.0 * number for number in range(1, MOST_AHEAD + 1)]
    assert not any(isinstance(each, float) for each in (told[0], *told[MOST_AHEAD + 1 :]))


def test_e3_a_turn_costs_the_same_in_any_queue(monkeypatch: pytest.MonkeyPatch):
    """E3: of those with more ahead only the forecast knows."""
    world = experienced(World(space(task_cap=100)))
    for _ in range(80):
        world.start("squeeze")
    waiting = [job for job in world.state.jobs.values() if isinstance(job.wait, ForLock)]
    waiting.sort(key=lambda job: job.ticket)
    looked: list[str] = []
    monkeypatch.setattr(lock_turns, "about", lambda state, job: looked.append(job.id) or about(state, job))
    turns = [turn_at(world.state, job, world.now) for job in waiting]
    assert len(looked) <= MOST_AHEAD * MOST_AHEAD
    assert turns[:MOST_AHEAD] == [world.now + 17.0 * number for number in range(1, MOST_AHEAD + 1)]
    assert set(turns[MOST_AHEAD:]) == {None}
    starts = forecast(world.state, world.now).job_starts
    assert starts[waiting[-1].id] == turn_at(world.state, waiting[-1], world.now, most=80)


def test_e3_the_turn_is_that_of_the_forecast():
    """E2, E3: two ways to it, on random walks."""
    known = [turn is not None for seed in range(60) for turn in _compared(Walk(seed))]
    assert known.count(True) >= 15
    assert known.count(False) >= 20


def _compared(walk: Walk) -> Iterator[float | None]:
    """Walk, and yield each turn of a job that waits, which the forecast knows as well."""
    for _ in range(150):
        walk.surprise() if walk.random.random() < 0.45 else walk.step()
        waiting = [job for job in walk.state.jobs.values() if isinstance(job.wait, ForLock)]
        now = max(walk.now, walk.state.at)
        starts = forecast(walk.state, now, most=100_000).job_starts if waiting else {}
        for job in waiting:
            turn = turn_at(walk.state, job, now)
            assert turn == starts.get(job.id)
            yield turn
