"""A State that moves on with every event, of which each has what follows from its moment."""

import msgspec
import pytest

from octotui.engine import commands
from octotui.engine.decide.transaction import Transaction
from octotui.engine.events import HealthChanged, JobQueued, RunQueued
from octotui.engine.evolve import jobs, runs, version_1
from octotui.engine.evolve.evolve import evolve
from octotui.engine.rules import run_queue
from octotui.engine.state import State
from octotui.model.process import Runbook
from tests.engine.walk import Walk
from tests.world import World, engine, model, on_targets, rolling, script


def test_events_are_numbered_and_dated() -> None:
    """R2: from 1, without gaps."""
    turn = Transaction(State(), 5.0)
    turn.emit(HealthChanged(worker="a", health="healthy"))
    turn.emit(HealthChanged(worker="b", health="unhealthy"))
    assert [(event.seq, event.at) for event in turn.events] == [(1, 5.0), (2, 5.0)]
    assert (turn.state.seq, turn.state.at, turn.state.health["b"]) == (2, 5.0, "unhealthy")


def test_a_clock_that_is_set_back_does_not_turn_time_back() -> None:
    """R2."""
    world = World(model({"go": [script("A")]}))
    world.now -= 500
    world.start("go")
    assert {event.at for event in world.events} == {world.now + 500}


def test_a_job_and_a_run_as_they_are_now() -> None:
    """R2: after the events so far."""
    world = World(model({"go": [script("A")]}))
    world.start("go")
    turn = Transaction(world.state, world.now)
    assert turn.run("run-1") is world.state.runs["run-1"]
    assert turn.job("job-1.1") is world.state.jobs["job-1.1"]
    assert commands.Tick() == commands.Tick()


def test_q2_a_tag_is_recorded_as_it_was_filled_in() -> None:
    tagged = Runbook(name="Go", concurrency="db-#{Octopus.Task.Id}", steps=(script("A"),))
    world = World(model({"go": tagged, "free": [script("A")]}))
    world.start("go")
    world.start("free")
    assert [event.tag for event in world.happened(RunQueued)] == ["db-run-1", None]
    assert world.state.runs["run-1"].queueing.tag == "db-run-1"


def test_s5_whether_a_job_has_a_place_is_recorded() -> None:
    steps = [script("A"), script("B", start="with-previous")]
    world = World(model({"go": steps}, **engine(max_parallelism=1)))
    world.start("go")
    queued = world.happened(JobQueued)
    assert [(event.step, event.has_place) for event in queued] == [(0, True), (1, False)]


def test_s3_what_decides_whether_a_job_comes_is_recorded_in_a_prediction_alone() -> None:
    """Folding it again asks nobody."""
    reads = "#{Octopus.Action[A].Output.Ready}"
    roll = rolling("Roll", ("web",), script("Inner", pool=None), script("B", pool=None, condition=reads))
    steps = [script("A"), script("C", condition=reads), on_targets("D", "web", condition=reads), roll]
    declared = model({"go": steps, "b": [script("A")]})
    predicted, real = World(declared, State(predicted=True)), World(declared)
    for world in (predicted, real):
        world.start("go")
        world.run_out()
    name = "Octopus.Action[A].Output.Ready"
    found = {(event.step, event.undecided) for event in predicted.happened(JobQueued)}
    assert found == {(0, ()), (1, (name,)), (2, (name,)), (4, ()), (5, (name,))}
    assert {event.undecided for event in real.happened(JobQueued)} == {msgspec.UNSET}
    assert b"undecided" not in msgspec.json.encode(real.events)
    jobs_of = {job.step: job.undecided for job in predicted.past.jobs.values()}
    assert jobs_of[1] == jobs_of[5] == (name,)


@pytest.mark.parametrize("seed", range(100, 110))
def test_r2_what_is_recorded_is_decided_by_nobody_again(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = Walk(seed)
    walk.go(60)
    for name in ("tag_of", "has_place"):
        monkeypatch.delattr(version_1, name)
    monkeypatch.delattr(run_queue, "concurrency_tag")
    assert version_1 in (runs.version_1, jobs.version_1)
    state = State()
    for event in walk.events:
        state = evolve(state, msgspec.convert(msgspec.to_builtins(event), type(event)))
    assert state == walk.state
