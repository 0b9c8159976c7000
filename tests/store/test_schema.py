import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from octotui.store.errors import StoreError
from octotui.store.journal import Journal, Reader


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


def test_a_journal_of_version_1_is_read_as_it_is_and_brought_up_to_date(tmp_path: Path) -> None:
    """R4: its runs have no count of warnings."""
    path = tmp_path / "journal.sqlite"
    Journal(path).close()
    with closing(sqlite3.connect(path)) as database:
        database.executescript("ALTER TABLE runs DROP COLUMN warnings; PRAGMA user_version = 1")
        database.execute(
            "INSERT INTO runs VALUES"
            " (1, 'run-1', 'run-1', NULL, 'a', 'A', NULL, NULL, 'ann', 'failed', 'so', 1, 2, 3)"
        )
        database.commit()
    (before,) = Reader(path).runs(9)
    journal = Journal(path)
    (after,) = journal.runs(9)
    journal.close()
    assert before == after
    assert (after.reason, after.warnings) == ("so", 0)
