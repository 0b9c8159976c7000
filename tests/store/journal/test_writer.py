import asyncio
import sqlite3
from pathlib import Path

import pytest

from octotui.engine.events import RunEnded, RunQueued
from octotui.store.errors import StoreError
from octotui.store.journal import sqlite
from octotui.store.journal.journal import Journal
from tests.store.events import history, numbered, queued


async def test_many_waiting_appends_share_commits(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    events = numbered(*map(queued, range(1, 3001)))
    futures = [journal.append((event,)) for event in events]
    await asyncio.gather(*futures)
    assert list(journal.read()) == events
    assert len(journal.runs(5000)) == 3000
    journal.close()


async def test_a_full_disk_fails_what_waits_and_all_that_comes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite.connect

    def small(path: Path) -> sqlite3.Connection:
        database = connect(path)
        database.execute("PRAGMA max_page_count = 12")
        return database

    monkeypatch.setattr(sqlite, "connect", small)
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


async def test_r2_what_was_moved_away_as_it_was_committed_has_it_and_is_not_acknowledged(
    tmp_path: Path,
) -> None:
    """Nor is anything later; before the commit, nothing is written."""
    looks = 0

    def check() -> None:
        nonlocal looks
        looks += 1
        if looks > 1:
            raise StoreError("the folder was moved away")

    journal = Journal(tmp_path / "journal.sqlite", check)
    first, second = numbered(queued(1), queued(2))
    for event in (first, second):
        with pytest.raises(StoreError, match="moved away"):
            await journal.append([event])
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
