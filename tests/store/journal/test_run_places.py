"""R4: runs of older journals have their workers and pools, once the journal was opened."""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from octotui.engine.events import RunEnded, RunQueued, RunsRemoved, RunStarted, WorkersSelected
from octotui.engine.queries.parse import parse
from octotui.engine.state import Event, Pick
from octotui.store.errors import StoreError
from octotui.store.journal import run_places, sqlite
from octotui.store.journal.journal import Journal, JournalReader
from octotui.store.journal.sqlite import connect
from octotui.store.journal.verification import verify


def pick(pool: str, worker: str) -> Pick:
    return Pick(pool=pool, worker=worker, steps=(0,), policy="round-robin")


EVENTS: list[Event] = [
    RunQueued(seq=1, at=1.0, run="run-1", root="run-1", process="p", name="P"),
    RunStarted(seq=2, at=2.0, run="run-1"),
    WorkersSelected(seq=3, at=3.0, run="run-1", picks=(pick("setup", "w1"), pick("west", "w2"))),
    WorkersSelected(seq=4, at=4.0, run="run-1", picks=(pick("setup", "w1"), pick("setup", "w3"))),
    RunEnded(seq=5, at=5.0, run="run-1", state="failed", reason="so"),
    RunQueued(seq=6, at=6.0, run="run-2", root="run-2", process="p", name="P"),
    WorkersSelected(seq=7, at=7.0, run="run-2", picks=(pick("setup", "w1"),)),
]


async def written(path: Path) -> None:
    journal = Journal(path)
    await journal.append(EVENTS)
    journal.close()


def taken_back(path: Path) -> None:
    """Make a journal what version 3 had written."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            "DROP TABLE places; DROP INDEX ended_reason; DROP INDEX ended_time; "
            "ALTER TABLE runs DROP COLUMN workers; "
            "ALTER TABLE runs DROP COLUMN pools; PRAGMA user_version = 3"
        )


def contents(path: Path) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as database:
        return [list(database.execute(f"SELECT * FROM {table}")) for table in ("runs", "places")]


async def test_what_is_entered_later_is_what_is_entered_at_once(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    await written(path)
    before = contents(path)
    assert before[1] == [
        ("pool", "setup", 1), ("pool", "west", 1),
        ("worker", "w1", 1), ("worker", "w2", 1), ("worker", "w3", 1),
    ]  # fmt: skip
    taken_back(path)
    assert JournalReader(path).runs(9)[1].workers == ()
    connect(path).close()
    assert contents(path) == before
    assert JournalReader(path).runs(9)[1].workers == ("w1", "w2", "w3")
    assert JournalReader(path).runs(9)[1].pools == ("setup", "west")
    assert verify(path).breaks == ()


async def test_a_run_that_was_open_then_is_entered_when_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    await written(path)
    taken_back(path)
    journal = Journal(path)
    await journal.append([RunEnded(seq=8, at=8.0, run="run-2", state="succeeded")])
    assert [each.id for each in journal.history(parse("worker:w1", 0))] == ["run-2", "run-1"]
    assert [each.id for each in journal.history(parse("worker:w3", 0))] == ["run-1"]
    journal.close()


async def test_an_update_that_was_cut_short_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.sqlite"
    await written(path)
    taken_back(path)

    def full(names: tuple[str, ...]) -> str:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(run_places, "names_text", full)
    with pytest.raises(StoreError, match="the disk is full"):
        connect(path)
    monkeypatch.undo()
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (3,)
    connect(path).close()
    assert [each.id for each in JournalReader(path).history(parse("pool:west", 0))] == ["run-1"]


async def test_events_that_nobody_can_read_are_passed_by(tmp_path: Path) -> None:
    """Whoever reads all of the journal is told of them."""
    path = tmp_path / "journal.sqlite"
    await written(path)
    taken_back(path)
    with closing(sqlite3.connect(path)) as database:
        for seq, rest in enumerate((b'"run":"run-x","picks":[]}', b'"run":7}', b"\xff"), 100):
            database.execute("INSERT INTO events VALUES (?, 1, ?, x'')", (seq, run_places.SELECTED + rest))
        database.commit()
    connect(path).close()
    assert JournalReader(path).runs(9)[1].workers == ("w1", "w2", "w3")


def test_the_events_are_found_by_how_they_begin() -> None:
    assert msgspec.json.encode(EVENTS[2]).startswith(run_places.SELECTED)
    assert sqlite.VERSION == 4


async def test_runs_that_retention_removes_are_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    await written(path)
    journal = Journal(path)
    await journal.append([RunsRemoved(seq=8, at=8.0, runs=("run-1",), gaps=())])
    assert journal.history(parse("worker:w1", 0)) == []
    assert contents(path)[1] == []
    journal.close()
