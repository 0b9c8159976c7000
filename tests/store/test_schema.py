import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from octotui.store.errors import StoreError
from octotui.store.journal import Journal


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
