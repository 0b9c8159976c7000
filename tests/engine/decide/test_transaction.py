"""A State that moves on with every event."""

from octotui.engine import commands
from octotui.engine.decide.transaction import Transaction
from octotui.engine.events import HealthChanged
from octotui.engine.state import State
from tests.world import World, model, script


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
