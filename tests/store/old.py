"""Journals as earlier versions of octotui wrote them."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from octotui.engine.events import ModelLoaded
from octotui.engine.state import Event
from octotui.store.journal.run_records import run_number
from octotui.store.journal.sqlite import TABLES


def older(path: Path, version: int, events: Sequence[Event]) -> None:
    """Write a journal of version 1 or 2: without a chain, and at first without counts of warnings."""
    tables = TABLES.replace(", hash BLOB", "")
    if version == 1:
        tables = tables.replace(",\n    warnings INTEGER NOT NULL DEFAULT 0", "")
    with closing(sqlite3.connect(path)) as database:
        database.executescript(f"{tables} PRAGMA user_version = {version}")
        rows = [(each.seq, _root(each), msgspec.json.encode(each)) for each in events]
        database.executemany("INSERT INTO events VALUES (?, ?, ?)", rows)
        parts = {(root, seq // 1024) for seq, root, _ in rows if root}
        database.executemany("INSERT INTO parts VALUES (?, ?)", sorted(parts))
        database.commit()


def _root(event: Event) -> int | None:
    run = getattr(event, "run", None)
    return run_number(run) if run else 0 if isinstance(event, ModelLoaded) else None
