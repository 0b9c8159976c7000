"""R2: events of version 1, which lack the facts of their moments, are folded as they were."""

from collections.abc import Iterable

import msgspec
import pytest

from octotui.engine.events import (
    AnyEvent,
    JobQueued,
    PackagesChosen,
    RunDue,
    RunMoved,
    RunQueued,
    RunRequeued,
)
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import State
from octotui.model.process import Runbook
from tests.engine.walk import Walk
from tests.world import World, child, engine, model, script

FACTS = {
    RunQueued: ("tag", "displaced"),
    JobQueued: ("has_place",),
    **dict.fromkeys((RunDue, RunMoved, PackagesChosen, RunRequeued), ("displaced",)),
}


def as_version_1(event: AnyEvent) -> AnyEvent:
    """The event as version 1 would have written it."""
    said = msgspec.to_builtins(event)
    for fact in FACTS.get(type(event), ()):
        del said[fact]  # it is recorded in each
    return msgspec.convert(said, type(event))


def folded(events: Iterable[AnyEvent]) -> State:
    state = State()
    for event in events:
        state = evolve(state, event)
    return state


@pytest.mark.parametrize("seed", range(25))
def test_r2_whatever_happened_is_folded_to_the_same_state(seed: int) -> None:
    walk = Walk(seed)
    walk.go(60)
    assert folded(map(as_version_1, walk.events)) == walk.state


def test_r2_a_tag_that_a_waiting_run_above_holds_displaces_nobody() -> None:
    parent = Runbook(name="Parent", concurrency="db", steps=(child("Child", "below"),))
    urgent = Runbook(name="Below", concurrency="db", priority=True, steps=(script("A"),))
    world = World(model({"parent": parent, "below": urgent}, **engine(task_cap=2)))
    world.start("parent")
    world.start("below")
    assert folded(map(as_version_1, world.events)) == world.state
    assert {event.tag for event in world.happened(RunQueued)} == {"db"}
