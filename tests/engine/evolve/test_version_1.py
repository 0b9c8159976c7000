"""R2: events of version 1, which lack the facts of their moments, are folded as they were."""

from collections.abc import Iterable

import msgspec
import pytest

from octotui.engine.events import (
    AnyEvent,
    JobQueued,
    RunQueued,
)
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import State
from tests.engine.walk import Walk

FACTS = {RunQueued: ("tag",), JobQueued: ("has_place",)}


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
