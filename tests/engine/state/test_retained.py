"""What a space still knows when its ended runs are forgotten."""

import msgspec
import pytest
from msgspec.structs import replace

from octotui.engine.advance import advance
from octotui.engine.commands import Refused, RemoveRuns
from octotui.engine.events import AnyEvent, RunsRemoved
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import State
from octotui.engine.state.retained import MAPS, restored, retained_state
from tests.engine.walk import Walk
from tests.world import World, manual, model, script


def ended_walk(seed: int) -> Walk:
    walk = Walk(seed)
    walk.go(100)
    return walk


@pytest.mark.parametrize("seed", range(3))
def test_a_state_without_open_runs_is_what_is_kept_of_it(seed: int) -> None:
    state = ended_walk(seed).state
    bare = State(model=state.model, seq=state.seq, at=state.at, durations_recorded=state.durations_recorded)
    assert restored(bare, retained_state(state)) == state


def test_everything_that_ended_runs_leave_is_kept() -> None:
    """A new map of the State is kept, too, or emptied by the end of the last run."""
    gone = {"runs", "jobs", "interruptions", "families", "locks", "leases", "tags"}
    maps = {
        name for name in State.__struct_fields__ if type(getattr(State(), name)).__name__ == "HashTrieMap"
    }
    assert maps == gone | set(MAPS)


def test_events_of_a_removal_are_read_as_they_were_written() -> None:
    state, events = advance(ended_walk(1).state, RemoveRuns(runs=("run-1",)), 0.0)
    (event,) = events
    read = msgspec.json.decode(msgspec.json.encode(event), type=AnyEvent)
    assert read == event
    assert isinstance(read, RunsRemoved)
    assert evolve(State(model=state.model), read) == state


def test_e5_durations_that_other_events_say_are_neither_written_nor_changed() -> None:
    state = ended_walk(1).state
    assert state.durations
    everything, rest = (
        len(msgspec.json.encode(retained_state(state, durations=each))) for each in (True, False)
    )
    assert rest < everything
    command = RemoveRuns(runs=("run-1",), durations=False)
    after, events = advance(state, command, 0.0)
    assert b"durations" not in msgspec.json.encode(events[0])
    assert (after.durations, after.durations_recorded) == (state.durations, state.durations_recorded)
    whole, _ = advance(state, replace(command, durations=True), 0.0)
    assert whole.durations_recorded == whole.seq


def test_runs_that_are_open_or_of_an_open_family_are_not_removed() -> None:
    world = World(model({"a": [script("Run"), manual("Go?")]}))
    world.start("a")
    world.run_until(60)
    with pytest.raises(Refused, match="run-1 is still needed"):
        world.send(RemoveRuns(runs=("run-1",)))
