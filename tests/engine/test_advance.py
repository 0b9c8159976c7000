"""The one door."""

import pytest

from octotui.engine import commands
from octotui.engine.advance import advance
from octotui.engine.commands import Refused
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import Outcome, State
from tests.engine.walk import trace
from tests.world import World, model, script


def test_a_command_gives_a_state_and_events() -> None:
    """R2: numbered on from those before."""
    state, events = advance(State(), commands.LoadModel(model({"go": [script("A")]})), 1.0)
    state, events = advance(state, commands.StartRun(process="go"), 2.0)
    assert [event.seq for event in events] == [2, 3, 4, 5, 6]
    assert (state.seq, state.at) == (6, 2.0)


def test_what_is_refused_changes_nothing() -> None:
    """R1."""
    state = State()
    with pytest.raises(Refused):
        advance(state, commands.StartRun(process="go"), 1.0)
    assert state == State()


def test_the_state_after_each_event_is_told_to_who_asks() -> None:
    """A command that is refused adds none."""
    steps: list[State] = []
    state, _ = advance(State(), commands.LoadModel(model({"go": [script("A")]})), 1.0, None, steps)
    before, (loaded,) = state, steps
    assert loaded == state
    state, events = advance(state, commands.StartRun(process="go"), 2.0, None, steps)
    for event, after in zip(events, steps[1:], strict=True):
        before = evolve(before, event)
        assert before == after
    assert steps[-1] is state
    with pytest.raises(Refused):
        advance(state, commands.StartRun(process="unknown"), 3.0, None, steps)
    assert len(steps) == 1 + len(events)


def test_two_jobs_of_one_command_get_different_workers() -> None:
    """W5: each decision is taken on the State after the one before."""
    world = World(model({"go": [script("A")]}))
    world.start("go")
    world.start("go")
    assert sorted(world.state.leases) == ["worker1", "worker2"]


def test_the_same_commands_give_the_same_bytes() -> None:
    """R3."""
    worlds = [World(model({"go": [script("A"), script("B", retries=1)]})) for _ in range(2)]
    for world in worlds:
        world.start("go", environment="test")
        world.run_out()
    assert trace(worlds[0].events) == trace(worlds[1].events)


def test_v5_texts_of_events_are_masked_before_they_become_state() -> None:
    world = World(model({"go": [script("A")]}))
    world.send(commands.StartRun(process="go"))
    outcome = Outcome(state="failed", reason="no hunter22")
    command = commands.ReportOutcome(job="job-1.1", attempt=1, outcome=outcome)
    state, happened = advance(
        world.state, command, world.now, lambda text: text.replace("hunter22", "********")
    )
    assert "hunter22" not in repr((state, happened))
    assert any("no ********" in repr(each) for each in happened)
