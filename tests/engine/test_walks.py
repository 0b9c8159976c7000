"""Random walks: whatever is asked and whenever, the invariants hold and every run ends.

A walk that failed is run again with `OCTOTUI_WALKS=1 OCTOTUI_FIRST_WALK=<its seed>`; more of them with
`OCTOTUI_WALKS=10000`.
"""

import os

import msgspec
import pytest

from octotui.engine.events import AnyEvent, InterruptionAnswered, ModelLoaded, RunQueued
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import State
from octotui.engine.state.snapshot import decode, encode
from tests.engine.invariants import check_ended
from tests.engine.walk import Walk, trace
from tests.world import replay

WALKS = int(os.environ.get("OCTOTUI_WALKS", "300"))
FIRST = int(os.environ.get("OCTOTUI_FIRST_WALK", "0"))
BATCHES = min(8, WALKS)
MOVES = 60


@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_run_ends_and_the_invariants_hold(batch: int) -> None:
    """L1, L2, L5, Q1, Q3, Q4, W7, R2: invariants after every event, and nothing starves."""
    for seed in range(FIRST + batch, FIRST + WALKS, BATCHES):
        try:
            _walk(seed)
        except Exception as error:
            error.add_note(f"walk {seed}")
            raise


def _walk(seed: int) -> None:
    walk = Walk(seed)
    walk.go(MOVES)
    read = [msgspec.json.decode(msgspec.json.encode(event), type=AnyEvent) for event in walk.events]
    assert read == walk.events
    assert _fold(read, State()) == walk.state
    everything = replay(walk.events)
    check_ended(everything)
    assert decode(encode(everything)) == everything
    _check_families(walk.events, everything)


def _fold(events: list[AnyEvent], state: State) -> State:
    for event in events:
        state = evolve(state, event)
    return state


def _check_families(events: list[AnyEvent], everything: State) -> None:
    """R4, R5: a family's own events give the same runs, jobs and answers as the whole history."""
    roots = {event.run: event.root for event in events if isinstance(event, RunQueued)}
    for root in dict.fromkeys(roots.values()):
        own = [
            event
            for event in events
            if isinstance(event, ModelLoaded) or roots.get(getattr(event, "run", "")) == root
        ]
        alone = replay(own)
        for name in everything.families[root].runs:
            run = everything.runs[name]
            assert alone.runs[name] == run
            assert all(alone.jobs[each] == everything.jobs[each] for each in run.progress.jobs)
            for each in run.progress.interruptions:
                assert alone.interruptions[each] == everything.interruptions[each]


@pytest.mark.parametrize("seed", range(5))
def test_the_same_walk_gives_the_same_bytes(seed: int) -> None:
    """R3: the same model and the same commands give the same events, byte for byte."""
    walks = [Walk(seed), Walk(seed)]
    for walk in walks:
        walk.go(MOVES)
    assert trace(walks[0].events) == trace(walks[1].events)
    assert encode(walks[0].state) == encode(walks[1].state)


def test_walks_reach_everything() -> None:
    """The walks would prove little if they never did what they are about."""
    seen: set[str] = set()
    wanted = {kind.__name__ for kind in AnyEvent.__args__} | {"expired", "approved"}
    wanted |= {"member", "answered", "already:", "taken", "responsible", "started", "Size"}
    for seed in range(300):
        if wanted <= seen:
            break
        walk = Walk(seed)
        walk.go(MOVES)
        seen |= {type(event).__name__ for event in walk.events}
        seen |= {word for reason in walk.refused for word in reason.split()}
        answers = [event for event in walk.events if isinstance(event, InterruptionAnswered)]
        asked = [event.interruption for event in answers]
        seen |= {"expired" for event in answers if event.expired}
        seen |= {"approved" for name in asked if asked.count(name) > 1}
    assert wanted - seen == set()
