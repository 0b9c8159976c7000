"""The journal's tables in SQLite, their migration, and connections to them."""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias, TypeVar
from urllib.parse import quote

from octotui.store.errors import Damaged, StoreError, unusable
from octotui.store.journal import remembered_requests
from octotui.store.journal.hash_chain import START, link
from octotui.store.journal.run_places import enter_places
from octotui.store.private_files import opened_private

T = TypeVar("T")
Connect: TypeAlias = Callable[[Path], sqlite3.Connection]
Values: TypeAlias = tuple[float | str | bytes, ...] | Mapping[str, int]

VERSION = 4
HIGHEST = 99  # no octotui in sight has a higher version: one that a journal says is damage
CHAINED = 3  # the first version whose events have hashes

# `root` is the number of the family's first run; 0 for models, which every family needs; NULL for the rest.
# An index of it would be a fifth of the work of a commit; instead `parts` says in which parts of the journal,
# of PART events each, a family has any. `hash` chains a row to the one before (`hash_chain.py`). `gaps`
# copies what RunsRemoved events record, which alone count when the chain is verified.
PART = 1024
BATCH = 1000  # rows that are read ahead
TABLES = """
CREATE TABLE events (seq INTEGER PRIMARY KEY, root INTEGER, body BLOB NOT NULL, hash BLOB);
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
# Indexes of ended runs, for lists; a run enters them once, when it ends.
FILTERS = """
CREATE TABLE gaps (
    first INTEGER PRIMARY KEY, last INTEGER NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL
);
CREATE INDEX ended_process ON runs (process, name) WHERE ended_at IS NOT NULL;
CREATE INDEX ended_state ON runs (state) WHERE ended_at IS NOT NULL;
CREATE INDEX ended_environment ON runs (environment) WHERE ended_at IS NOT NULL AND environment IS NOT NULL;
CREATE INDEX ended_tenant ON runs (tenant) WHERE ended_at IS NOT NULL AND tenant IS NOT NULL;
CREATE INDEX ended_requester ON runs (requester) WHERE ended_at IS NOT NULL;
"""
# Version 4: what runs leased, and indexes of reasons and end times.
PLACES = """
ALTER TABLE runs ADD COLUMN workers TEXT NOT NULL DEFAULT '[]';
ALTER TABLE runs ADD COLUMN pools TEXT NOT NULL DEFAULT '[]';
CREATE TABLE places (
    place TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (place, name, number)
) WITHOUT ROWID;
CREATE INDEX ended_reason ON runs (reason) WHERE ended_at IS NOT NULL AND reason <> '';
CREATE INDEX ended_time ON runs (ended_at) WHERE ended_at IS NOT NULL;
"""
FROM_1 = "ALTER TABLE runs ADD COLUMN warnings INTEGER NOT NULL DEFAULT 0;"
FROM_2 = "ALTER TABLE events ADD COLUMN hash BLOB;"
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


class Connection(sqlite3.Connection):
    """A connection that raises sqlite3.Error also where a column, or SQLite's message, has a damaged name."""

    def execute(self, *statement: Any) -> sqlite3.Cursor:
        """Execute a statement; raises sqlite3.Error."""
        return _readable(super().execute, *statement)

    def executemany(self, *statement: Any) -> sqlite3.Cursor:
        """Execute a statement for each of several rows; raises sqlite3.Error."""
        return _readable(super().executemany, *statement)

    def executescript(self, *statement: Any) -> sqlite3.Cursor:
        """Execute several statements; raises sqlite3.Error."""
        return _readable(super().executescript, *statement)


def _readable(execute: Callable[..., sqlite3.Cursor], *statement: Any) -> sqlite3.Cursor:
    try:
        return execute(*statement)
    except UnicodeDecodeError as problem:
        raise sqlite3.DatabaseError("Could not decode to UTF-8 the name of a table or column") from problem


def connect(path: Path) -> sqlite3.Connection:
    """Open a journal to write, creating or migrating its tables; raises StoreError."""
    database: sqlite3.Connection | None = None
    try:
        if not path.exists():  # SQLite gives its WAL files the same mode
            opened_private(path, "ab").close()
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Connection)
        _prepare(database, path)
    except (OSError, sqlite3.Error, StoreError) as problem:
        if database is not None:
            database.close()
        raise problem if isinstance(problem, StoreError) else unusable(path, problem) from problem
    return database


def connect_beside(path: Path) -> sqlite3.Connection:
    """Open a journal once more, for checkpoints of its writer; raises sqlite3.Error."""
    database = sqlite3.connect(
        uri(path, "mode=rw"), uri=True, isolation_level=None, check_same_thread=False, factory=Connection
    )
    database.execute("PRAGMA synchronous = FULL")
    return database


def refuse_newer(database: sqlite3.Connection, path: Path) -> int:
    """Return a journal's version, 0 where it has no tables yet; raises StoreError for a newer one.

    Raises Damaged for a number that no octotui has written.
    """
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    if not 0 <= version <= HIGHEST:
        raise Damaged(
            f"{path} is damaged (its version cannot be {version}):"
            " open the space to go on with what can be read of it"
        )
    if version > VERSION:
        raise StoreError(
            f"{path} was written by a newer octotui (version {version}, this one knows {VERSION}): update"
        )
    return version


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    version = refuse_newer(database, path)
    # A checkpoint costs a commit several syncs; a longer log needs them rarely.
    database.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000"
    )
    if version < VERSION:
        database.execute("BEGIN IMMEDIATE")
        _upgrade(database, refuse_newer(database, path))  # another process may have done so meanwhile
        database.execute("COMMIT")
    database.executescript(remembered_requests.TABLE)


def schema_version(database: sqlite3.Connection) -> int:
    """Return the version that a journal's tables are of, whatever it says itself; raises sqlite3.Error."""

    def columns(table: str) -> set[str]:
        query = "SELECT name FROM pragma_table_info(?)"
        return {name for (name,) in database.execute(query, (table,))}

    events, runs = columns("events"), columns("runs")
    if not events:
        return 0
    signs = ((4, "workers" in runs), (CHAINED, "hash" in events), (2, "warnings" in runs))
    return next((version for version, is_there in signs if is_there), 1)


def _upgrade(database: sqlite3.Connection, version: int) -> None:
    """Create or migrate the tables, in the transaction of the caller."""
    if version == VERSION:
        return
    tables = {0: TABLES + FILTERS, 1: FROM_1 + FROM_2 + FILTERS, 2: FROM_2 + FILTERS, 3: ""}[version]
    for statement in f"{tables} {PLACES}".split(";"):  # `executescript` would commit first
        database.execute(statement)
    if version in (1, 2):
        _chain(database)
    if version:
        enter_places(database)
    database.execute(f"PRAGMA user_version = {VERSION}")


def _chain(database: sqlite3.Connection) -> None:
    """Compute the hashes of an older journal's rows."""
    digest, seq = START, 0
    while rows := database.execute(
        "SELECT seq, coalesce(body, x'') FROM events WHERE seq > ? ORDER BY seq LIMIT 10000", (seq,)
    ).fetchall():
        links = []
        for seq, body in rows:
            digest = link(digest, body)
            links.append((digest, seq))
        database.executemany("UPDATE events SET hash = ? WHERE seq = ?", links)


def uri(path: Path, how: str) -> str:
    """Return SQLite's URI of a file with parameters such as `mode=ro`; its name may have any bytes."""
    return f"file:{quote(os.fsencode(path))}?{how}"


class Unlocked(Connection):
    """A read-only connection without locks: what it has read counts only where `check` passes afterwards."""

    stamp: tuple[int, int, int] | None = None  # of the file when it was opened; None where there are locks


def check(database: sqlite3.Connection, path: Path) -> None:
    """Raise OperationalError where a connection has no locks, and another process has written meanwhile."""
    stamp = database.stamp if isinstance(database, Unlocked) else None
    try:
        is_same = stamp is None or _stamp(path) == stamp
    except OSError as problem:
        raise sqlite3.OperationalError(problem.strerror) from problem
    if not is_same:
        raise sqlite3.OperationalError("it was written to meanwhile: try again")


def _stamp(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def open_read_only(path: Path) -> Unlocked:
    """Open a read-only connection; raises StoreError for a damaged or a newer journal."""
    if not path.exists():
        raise StoreError(f"nothing has run in this space yet: there is no {path}")
    try:
        try:
            return _opened(path, _mode(path))
        except (OSError, sqlite3.Error):  # a writer may have come or gone meanwhile, which changes the mode
            return _opened(path, _mode(path))
    except (OSError, sqlite3.Error) as problem:
        raise unusable(path, problem) from problem


def look(path: Path, read: Callable[[sqlite3.Connection], T], connected: Connect = open_read_only) -> T:
    """Return what `read` returns; reads once more where a writer came or went. Raises sqlite3.Error."""
    try:
        return _look_once(path, read, connected)
    except sqlite3.Error as problem:
        if is_interrupted(problem):
            raise
        return _look_once(path, read, connected)


def _look_once(path: Path, read: Callable[[sqlite3.Connection], T], connected: Connect) -> T:
    with closing(connected(path)) as database:
        try:
            found = read(database)
        except sqlite3.Error as problem:
            if not is_interrupted(problem):
                check(database, path)
            raise
        check(database, path)
        return found


def stream(
    path: Path,
    query: str,
    values: Values = (),
    connected: Connect = open_read_only,
    batch: int = BATCH,
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query, by a key in the first column; goes on where a writer came or went.

    It reads `batch` rows ahead. Raises sqlite3.Error.
    """
    last: tuple[object, ...] = ()
    for is_last_try in (False, False, True):
        try:
            with closing(connected(path)) as database:
                rows = database.execute(query, values)
                _skip(last, rows)
                while read := [*islice(rows, batch)]:
                    check(database, path)
                    for row in read:
                        last = row[:1]
                        yield row
                check(database, path)
        except sqlite3.Error:
            if is_last_try:
                raise
        else:
            return


def _skip(last: tuple[object, ...], rows: sqlite3.Cursor) -> None:
    """Go to the row after one with a key; to the first where there is none yet."""
    if last and all(row[:1] != last for row in rows):
        raise sqlite3.OperationalError("it was written to meanwhile: try again")


def is_interrupted(problem: sqlite3.Error) -> bool:
    """Return whether a query was ended from outside."""
    return getattr(problem, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT


def _mode(path: Path) -> str:
    """Return the parameter of SQLite's URI to read a journal with, or without, a writer."""
    # Without a write-ahead log there is no writer, and SQLite need not make its own files beside the journal.
    # A writer that has committed nothing yet has an empty log, and its shared memory beside it.
    log, memory = (path.with_name(f"{path.name}-{each}") for each in ("wal", "shm"))
    try:
        return "mode=ro" if log.stat().st_size or memory.exists() else "immutable=1"
    except FileNotFoundError:
        return "immutable=1"


def _opened(path: Path, mode: str) -> Unlocked:
    """Open a journal to read; raises StoreError for a newer one, OSError where a writer came meanwhile."""
    stamp = None if mode == "mode=ro" else _stamp(path)
    database = sqlite3.connect(
        uri(path, mode), uri=True, isolation_level=None, check_same_thread=False, factory=Unlocked
    )
    database.stamp = stamp
    try:
        refuse_newer(database, path)
        database.execute("SELECT 1 FROM sqlite_schema").fetchone()  # a damaged one is found here
        if mode != "mode=ro" and _mode(path) != mode:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    except (OSError, sqlite3.Error, StoreError):
        database.close()
        raise
    return database
