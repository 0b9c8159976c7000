import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from octotui.engine.events import RunEnded, RunQueued
from octotui.store import schema
from octotui.store.errors import StoreError
from octotui.store.journal import Journal
from octotui.store.memory import AnyJournal
from tests.store.events import history, numbered, queued


async def test_what_is_appended_is_read_in_order(journal: AnyJournal) -> None:
    events = history()
    await asyncio.gather(journal.append(events[:3]), journal.append(events[3:4]), journal.append(events[4:]))
    assert list(journal.read()) == events
    assert list(journal.read(after=14)) == events[14:]


async def test_a_family_has_its_runs_and_the_models_in_force(journal: AnyJournal) -> None:
    await journal.append(history())
    assert [event.seq for event in journal.family("run-1")] == [2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    assert [event.seq for event in journal.family("run-2")] == [2, 6, 9, 16, 17]
    assert journal.family("run-9") == []


async def test_runs_come_newest_first_and_in_pages(journal: AnyJournal) -> None:
    await journal.append(history())
    first, second = journal.runs(2)
    assert (first.id, second.id) == ("run-3", "run-2")
    (last,) = journal.runs(2, before=second.number)
    assert (last.id, last.state, last.queued_at, last.started_at, last.ended_at) == (
        "run-1",
        "succeeded",
        1.5,
        2.0,
        7.5,
    )
    assert (first.root, first.parent, first.state, first.reason) == (
        "run-1",
        "job-1.1",
        "failed",
        "exit code 3",
    )
    assert (second.state, second.reason) == ("cancelling", "ann cancelled it")


async def test_open_runs_are_those_without_an_end(journal: AnyJournal) -> None:
    await journal.append(history())
    assert [record.id for record in journal.open_runs()] == ["run-2"]


async def test_only_the_last_snapshot_is_kept(journal: AnyJournal) -> None:
    assert journal.snapshot() is None
    await journal.save_snapshot(3, b"three")
    await journal.save_snapshot(5, b"five")
    assert journal.snapshot() == (5, b"five")


async def test_a_journal_goes_on_where_it_ended(tmp_path: Path) -> None:
    events, path = history(), tmp_path / "journal.sqlite"
    for part in (events[:8], events[8:11], events[11:]):
        journal = Journal(path)
        await journal.append(part)
        journal.close()
    journal = Journal(path)
    assert list(journal.read()) == events
    assert [event.seq for event in journal.family("run-1")] == [2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    assert journal.runs(1, before=2)[0].started_at == 2.0
    journal.close()


async def test_many_waiting_appends_share_commits(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    events = numbered(*map(queued, range(1, 3001)))
    futures = [journal.append((event,)) for event in events]
    await asyncio.gather(*futures)
    assert list(journal.read()) == events
    assert len(journal.runs(5000)) == 3000
    journal.close()


async def test_it_is_read_from_a_thread_while_it_is_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    await journal.append(history())
    assert len(await asyncio.to_thread(lambda: list(journal.read()))) == 17
    journal.close()


async def test_a_full_disk_fails_what_waits_and_all_that_comes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = schema.connect

    def small(path: Path) -> sqlite3.Connection:
        database = connect(path)
        database.execute("PRAGMA max_page_count = 12")
        return database

    monkeypatch.setattr(schema, "connect", small)
    journal = Journal(tmp_path / "journal.sqlite")
    long = RunQueued(run="run-2", root="run-2", process="create", name="x" * 100_000)
    first, second = numbered(queued(1), long)
    await journal.append([first])
    with pytest.raises(StoreError, match="the disk is full"):
        await journal.append([second])
    with pytest.raises(StoreError, match="the disk is full"):
        await journal.append(numbered(RunEnded(run="run-1", state="failed"), first=2))
    assert list(journal.read()) == [first]
    journal.close()


async def test_an_event_counts_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    await journal.append(numbered(queued(1)))
    with pytest.raises(StoreError, match="UNIQUE"):
        await journal.append(numbered(queued(2)))
    journal.close()


async def test_a_closed_journal_takes_no_more(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    last = journal.append(history())
    journal.close()
    journal.close()
    await last
    with pytest.raises(StoreError, match="is closed"):
        await journal.append(history())


def test_a_newer_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 9")
    with pytest.raises(StoreError, match="newer octotui"):
        Journal(path)


def test_a_damaged_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    path.write_bytes(b"this was a journal once, long ago" * 100)
    with pytest.raises(StoreError, match="is damaged"):
        Journal(path)


async def test_a_damaged_event_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    journal = Journal(path)
    await journal.append(numbered(queued(1)))
    with closing(sqlite3.connect(path)) as database:
        database.execute('UPDATE events SET body = \'{"type": "Nonsense"}\'')
        database.commit()
    with pytest.raises(StoreError, match="event 1 is damaged"):
        list(journal.read())
    journal.close()


def test_a_journal_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file or directory"):
        Journal(tmp_path / "nowhere" / "journal.sqlite")


def test_it_is_private(tmp_path: Path) -> None:
    Journal(tmp_path / "journal.sqlite").close()
    assert (tmp_path / "journal.sqlite").stat().st_mode & 0o777 == 0o600
