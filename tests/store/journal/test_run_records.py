from pathlib import Path
from sqlite3 import DatabaseError
from typing import Any

import pytest
from msgspec.structs import astuple, replace

from octotui.engine.events import JobStarted, RunCancelling, RunEnded, RunPaused, RunRequeued, RunStarted
from octotui.store.errors import Damaged, unusable
from octotui.store.journal.run_records import from_row, record_of, record_of_run, run_number, to_row
from tests.store.events import numbered, queued
from tests.world import World, manual, model


def test_a_record_follows_its_events() -> None:
    asked, started, again, ended = numbered(
        queued(7), RunStarted(run="run-7"), RunStarted(run="run-7"), RunEnded(run="run-7", state="succeeded")
    )
    record = record_of(asked, None)
    assert record is not None
    assert (record.number, record.state, record.queued_at) == (7, "queued", 0.5)
    for event in (started, again, ended):
        record = record_of(event, record)
        assert record is not None
    assert (record.state, record.started_at, record.ended_at) == ("succeeded", 1.0, 2.0)


def test_r1_its_state_is_that_of_its_run() -> None:
    record, states = record_of(queued(7), None), list[str]()
    for event in (
        RunStarted(run="run-7"),
        RunPaused(run="run-7"),
        RunRequeued(run="run-7"),
        RunStarted(run="run-7"),
        RunCancelling(run="run-7", ending="cancelled", reason="ann cancelled it"),
    ):
        record = record_of(event, record)
        assert record is not None
        states.append(record.state)
    assert states == ["executing", "paused", "queued", "executing", "cancelling"]
    assert record is not None
    assert record.reason == "ann cancelled it"


def test_other_events_change_nothing() -> None:
    record = record_of(queued(7), None)
    assert record_of(JobStarted(run="run-7", job="job-7.1"), record) is None
    assert record_of(RunStarted(run="run-7"), None) is None


def test_a_row_is_a_record_in_a_line() -> None:
    record = record_of(queued(7), None)
    assert record is not None
    assert from_row(astuple(record)) == record
    assert from_row(astuple(record)[:-1]) == record, "an old one has no count of warnings"
    assert run_number(record.id) == 7


def test_the_count_of_warnings_stays_with_a_run_that_has_ended() -> None:
    """S7."""
    record = record_of(RunEnded(run="run-7", state="succeeded", warnings=3), record_of(queued(7), None))
    assert record is not None
    assert record.warnings == 3


def test_the_record_of_an_open_run_is_the_one_that_is_kept() -> None:
    """R5: whether it comes from the State or from the table."""
    world = World(model({"go": [manual("Ask")]}))
    world.start("go", environment="test")
    kept = None
    for event in world.events:
        kept = record_of(event, kept) or kept
    assert record_of_run(world.state.runs["run-1"]) == kept


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "weird"},
        {"ended_at": "abc"},
        {"ended_at": float("inf")},
        {"parent": b"\xff"},
        {"id": "run-8"},
        {"root": "abc"},
    ],
)
def test_r4_a_value_that_does_not_fit_is_damage(wrong: dict[str, Any]) -> None:
    record = record_of(queued(7), None)
    assert record is not None
    with pytest.raises(DatabaseError, match="malformed record of run 7") as raised:
        from_row(to_row(replace(record, **wrong)))
    assert isinstance(unusable(Path("journal"), raised.value), Damaged)
