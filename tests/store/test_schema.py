import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from octotui.store import schema
from octotui.store.errors import StoreError
from octotui.store.journal import Journal, Reader
from octotui.store.verifying import head_of, verify
from tests.store.events import history, numbered, queued
from tests.store.old import older


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


def test_a_journal_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file or directory"):
        Journal(tmp_path / "nowhere" / "journal.sqlite")


def test_it_is_private(tmp_path: Path) -> None:
    Journal(tmp_path / "journal.sqlite").close()
    assert (tmp_path / "journal.sqlite").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("version", [1, 2])
async def test_an_older_journal_is_read_as_it_is_and_brought_up_to_date(tmp_path: Path, version: int) -> None:
    """R4: its runs have no count of warnings, its events no chain; both are there when it was opened."""
    path, events = tmp_path / "journal.sqlite", history()
    older(path, version, events)
    with closing(sqlite3.connect(path)) as database:
        values = "1, 'run-1', 'run-1', NULL, 'a', 'A', NULL, NULL, 'ann', 'failed', 'so', 1, 2, 3"
        columns = "number, id, root, parent, process, name, environment, tenant, requester, state, reason"
        database.execute(f"INSERT INTO runs ({columns}, queued_at, started_at, ended_at) VALUES ({values})")
        database.commit()
    (before,) = Reader(path).runs(9)
    assert list(Reader(path).read()) == events
    journal = Journal(path)
    (after,) = journal.runs(9)
    assert before == after
    assert (after.reason, after.warnings) == ("so", 0)
    await journal.append(numbered(queued(9), first=18))
    journal.close()
    assert (verify(path).breaks, verify(path).events) == ((), 18)
    assert [each.id for each in Reader(path).history(("failed",), 9)] == ["run-1"]


async def test_a_chain_made_later_is_the_one_that_is_made_at_once(tmp_path: Path) -> None:
    older(tmp_path / "old.sqlite", 2, history())
    Journal(tmp_path / "old.sqlite").close()
    journal = Journal(tmp_path / "new.sqlite")
    await journal.append(history())
    journal.close()
    assert head_of(tmp_path / "old.sqlite") == head_of(tmp_path / "new.sqlite")


def test_an_update_that_was_cut_short_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R4: the journal is of the old version, or of the new one, and nothing between."""
    path = tmp_path / "journal.sqlite"
    older(path, 2, history())

    def full(before: bytes, body: bytes) -> bytes:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(schema, "link", full)
    with pytest.raises(StoreError, match="the disk is full"):
        Journal(path)
    monkeypatch.undo()
    assert list(Reader(path).read()) == history()
    Journal(path).close()
    assert verify(path).breaks == ()
