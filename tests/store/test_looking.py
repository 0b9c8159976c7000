"""A journal looked into from outside: nothing in its folder changes, and one in use can be read too."""

import os
import sqlite3
from pathlib import Path

import pytest

from octotui.engine.events import RunQueued, RunStarted
from octotui.store.errors import StoreError
from octotui.store.journal import Journal, Reader

EVENTS = [
    RunQueued(seq=1, at=1.0, run="run-1", root="run-1", process="p", name="P"),
    RunStarted(seq=2, at=2.0, run="run-1"),
]


def seen(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {each.name: (each.stat().st_mtime_ns, each.read_bytes()) for each in folder.iterdir()}


async def test_a_closed_journal_is_read_and_stays_as_it_is(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    await journal.append(EVENTS)
    await journal.save_snapshot(1, b"body")
    journal.close()
    before = seen(tmp_path)
    reader = Reader(tmp_path / "journal.sqlite")
    assert list(reader.read(1)) == EVENTS[1:]
    assert reader.snapshot() == (1, b"body")
    assert [each.id for each in reader.runs(5)] == ["run-1"]
    assert seen(tmp_path) == before


async def test_a_journal_in_use_is_read_up_to_its_last_commit(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    await journal.append(EVENTS[:1])
    reader = Reader(tmp_path / "journal.sqlite")
    assert list(reader.read()) == EVENTS[:1]
    await journal.append(EVENTS[1:])
    assert list(reader.read()) == EVENTS
    journal.close()


async def test_names_that_a_url_would_cut_are_read_too(tmp_path: Path) -> None:
    folder = tmp_path / "50% off? #1"
    folder.mkdir()
    journal = Journal(folder / "journal.sqlite")
    await journal.append(EVENTS)
    journal.close()
    assert list(Reader(folder / "journal.sqlite").read()) == EVENTS


def test_a_damaged_a_newer_and_a_missing_one_are_told(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(os.urandom(8192))
    with pytest.raises(StoreError, match="is damaged"):
        list(Reader(damaged).read())
    newer = tmp_path / "newer.sqlite"
    database = sqlite3.connect(newer)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreError, match="was written by a newer octotui"):
        Reader(newer).snapshot()
    with pytest.raises(StoreError, match="nothing has run in this space yet"):
        Reader(tmp_path / "missing.sqlite").snapshot()
