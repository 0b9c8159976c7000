"""The only maker of States."""

import pytest

from octotui.engine import events
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import Event, State
from tests.world import World, child, manual, model, packages, replay, script


def test_the_number_and_the_time_of_a_state_are_those_of_its_last_event() -> None:
    """R2."""
    state = evolve(State(), events.HealthChanged(seq=4, at=2.5, worker="w", health="unhealthy"))
    assert (state.seq, state.at) == (4, 2.5)
    assert state.health["w"] == "unhealthy"


def test_replay_equals_live() -> None:
    """R3: folding the events gives the State that was decided on."""
    world = World(
        model({"top": [child("Go", "go"), manual("Ask")], "go": [script("A", packages=packages("i"))]})
    )
    world.start("top", environment="test")
    world.run_until(1.0)
    state = State()
    for event in world.events:
        state = evolve(state, event)
    assert state == world.state


def test_an_ended_family_is_kept_to_be_looked_at() -> None:
    """R4, R5: in a replay, while the live State is empty again."""
    world = World(model({"go": [script("A")]}))
    world.start("go")
    world.run_out()
    assert not world.state.runs
    assert replay(world.events).runs["run-1"].state == "succeeded"


def test_an_event_nobody_knows_is_a_bug() -> None:
    """R2: loudly."""
    with pytest.raises(AssertionError):
        evolve(State(), Event(seq=1, at=0.0))  # type: ignore[arg-type]
