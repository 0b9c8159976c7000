"""The journal's tables in SQLite, and opening a connection to them."""

import sqlite3
from pathlib import Path

from octotui.store.errors import StoreError, unusable

VERSION = 2

# `root` is the number of the family's first run; 0 for models, which every family needs; NULL for the rest.
# An index of it would be a fifth of the work of a commit; instead `parts` says in which parts of the journal,
# of PART events each, a family has any.
PART = 1024
TABLES = """
CREATE TABLE events (seq INTEGER PRIMARY KEY, root INTEGER, body BLOB NOT NULL);
CREATE INDEX models ON events (seq) WHERE root = 0;
CREATE TABLE parts (root INTEGER, part INTEGER, PRIMARY KEY (root, part)) WITHOUT ROWID;
CREATE TABLE runs (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, root TEXT NOT NULL, parent TEXT, process TEXT NOT NULL,
    name TEXT NOT NULL, environment TEXT, tenant TEXT, requester TEXT NOT NULL, state TEXT NOT NULL,
    reason TEXT NOT NULL, queued_at REAL NOT NULL, started_at REAL, ended_at REAL,
    warnings INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX open_runs ON runs (number) WHERE ended_at IS NULL;
CREATE TABLE snapshot (only INTEGER PRIMARY KEY CHECK (only = 1), seq INTEGER NOT NULL, body BLOB NOT NULL);
"""
FROM_1 = "ALTER TABLE runs ADD COLUMN warnings INTEGER NOT NULL DEFAULT 0;"
SAVE_SNAPSHOT = "INSERT OR REPLACE INTO snapshot VALUES (1, ?, ?)"
FAMILY = f"""
WITH own AS (
    SELECT seq, body FROM parts JOIN events ON seq BETWEEN part * {PART} AND part * {PART} + {PART - 1}
    WHERE parts.root = :root AND events.root = :root
)
SELECT seq, body FROM own UNION ALL
SELECT seq, body FROM events WHERE root = 0 AND seq < (SELECT max(seq) FROM own) AND seq >= coalesce(
    (SELECT max(seq) FROM events WHERE root = 0 AND seq < (SELECT min(seq) FROM own)), 0)
ORDER BY seq
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open a journal, making its tables if there are none; refuses a damaged or a newer one."""
    database: sqlite3.Connection | None = None
    try:
        path.touch(mode=0o600)
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        _prepare(database, path)
    except (OSError, sqlite3.Error, StoreError) as problem:
        if database is not None:
            database.close()
        raise problem if isinstance(problem, StoreError) else unusable(path, problem) from problem
    return database


def refuse_newer(database: sqlite3.Connection, path: Path) -> int:
    """The version of a journal, 0 where it has no tables yet; one from the future raises StoreError."""
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise StoreError(
            f"{path} was written by a newer octotui (version {version}, this one knows {VERSION}): update"
        )
    return version


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    version = refuse_newer(database, path)
    # Checkpoints cost a commit several syncs; a longer log has them seldom.
    database.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000"
    )
    if version < VERSION:
        tables = FROM_1 if version else TABLES
        database.executescript(f"BEGIN; {tables} PRAGMA user_version = {VERSION}; COMMIT")
