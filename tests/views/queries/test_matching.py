"""Runs of a list that a query finds, open ones by how they stand."""

import pytest

from octotui.engine.queries.known_values import resolve
from octotui.engine.queries.parse import parse
from octotui.engine.state import State
from octotui.store.journal.run_records import RunRecord, record_of_run
from octotui.views.labels import RUNS, SCHEDULED, WAITS
from octotui.views.queries.known import known_values
from octotui.views.queries.matching import matching
from tests import scenes

OLD = RunRecord(
    number=1000, id="run-1000", root="run-1000", process="old", name="Old", state="failed", queued_at=1.0,
    ended_at=2.0, workers=("worker9",),
)  # fmt: skip


def found(state: State, text: str) -> set[str]:
    names = (*(run.id for run in state.runs.values()), OLD.id)
    query = resolve(parse(text, 1e9), known_values(state, {"worker": {"worker9": "worker9"}}))
    return set(matching(state, {OLD.id: OLD}, names, query))


def test_an_empty_query_finds_all_in_their_order() -> None:
    state = scenes.seed().state
    assert matching(state, {}, ("run-2", "run-1"), parse("", 0)) == ("run-2", "run-1")


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("is:asking", {"run-1"}),
        ("asks", {"run-1"}),
        ("is:asking state:failed", set()),
        ("is:asking is:ended", {"run-1", "run-1000"}),
        ("is:ended", {"run-1000"}),
        ("worker:worker9", {"run-1000"}),
        ("old state:failed", {"run-1000"}),
    ],
)
def test_open_and_ended_runs_are_found(text: str, runs: set[str]) -> None:
    assert found(scenes.asking().state, text) == runs


def test_a_run_in_the_state_is_found_as_its_record_is() -> None:
    """What is open and what has ended answer alike."""
    state = scenes.seed().state
    for run in state.runs.values():
        record = record_of_run(run)
        for text in (f"worker:{','.join(record.workers) or 'x'}", "env:development", "pool:setup", "unleash"):
            query = resolve(parse(text, 1e9), known_values(state))
            own = set(matching(state, {}, (run.id,), query))
            assert own == set(matching(State(model=state.model), {run.id: record}, (run.id,), query))
    assert found(state, "is:waiting") | found(state, "-is:waiting") == found(state, "")
    assert "run-1000" not in found(state, "pool:setup")
    assert found(state, "worker:worker1")


def test_every_word_of_the_state_column_is_a_value_of_state() -> None:
    scheduled = scenes.idle()
    scheduled.world.start("nightly", not_before=scheduled.now + 3600)
    states = [scenes.asking().state, scenes.lock_wait().state, scheduled.world.state]
    for shown, same in (("asks", "asking"), ("waits", "waiting"), ("scheduled", "scheduled")):
        for state in states:
            assert found(state, f"state:{shown}") == found(state, f"is:{same}")
            assert found(state, f"-state:{shown}") == found(state, f"-is:{same}")
        assert any(found(state, f"state:{shown}") for state in states), shown
    for mark in (*RUNS.values(), SCHEDULED, WAITS):
        assert parse(f'state:"{mark.word}"', 1e9).terms, mark
    assert found(scenes.asking().state, "state:asks,failed") == found(scenes.asking().state, "is:asking") | {
        OLD.id
    }
