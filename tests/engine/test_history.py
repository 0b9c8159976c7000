"""Films: every State that events went through."""

import pytest
from msgspec.structs import replace

from octotui.engine.evolve.evolve import evolve
from octotui.engine.history import History, InconsistentHistory
from octotui.engine.state import State
from tests import scenes


def folded() -> list[State]:
    state, states = State(keep_ended=True), []
    for event in scenes.approved().world.events:
        state = evolve(state, event)
        states.append(state)
    return states


@pytest.mark.parametrize("kept", [10_000, 7, 1])
def test_r3_every_moment_is_the_state_that_its_events_lead_to(kept: int) -> None:
    events, states = scenes.approved().world.events, folded()
    history = History(events, kept)
    assert len(history) == len(events) - 1  # the model was there before
    assert [history.state(number) for number in range(len(history) + 1)] == states
    assert [history.event(number) for number in range(1, len(history) + 1)] == events[1:]
    assert [after for _, _, after in history.through()] == states[1:]
    assert [before for _, before, _ in history.through()] == states[:-1]
    assert len(history._kept) <= kept + 1
    assert history.state(3) == states[3]  # in any order


def test_a_time_is_the_last_event_by_then() -> None:
    history = History(scenes.seed().world.events)
    times = [event.at for event in history.events]
    assert history.at(times[0] - 100) == 1
    assert history.at(times[-1] + 100) == len(history)
    assert history.at(times[0]) == times.count(times[0])


def test_ended_runs_stay_to_be_looked_at() -> None:
    history = History(scenes.approved().world.events)
    assert history.state(len(history)).keep_ended


def test_events_that_do_not_fit_are_refused() -> None:
    events = scenes.seed().world.events
    with pytest.raises(InconsistentHistory, match=r"event \d+ does not fit what came before it"):
        History(events[1:])
    with pytest.raises(InconsistentHistory, match="event 1 does not come after event 1"):
        History([events[0], *events])
    with pytest.raises(InconsistentHistory, match=r"does not come after"):
        History([*events[:-1], replace(events[-1], at=0.0)])
    with pytest.raises(InconsistentHistory, match="no run is queued"):
        History(events[:1])
