"""Detection of a damaged journal, and recovery of everything up to the damage.

The readable part becomes a new journal; the damaged files are kept beside it, and nothing is deleted. A crash
may interrupt a recovery at any moment: `finish` completes one whose new journal is complete.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import count, islice
from pathlib import Path
from typing import Any

import msgspec

from octotui.engine.events import AnyEvent
from octotui.engine.evolve.evolve import DOES_NOT_FIT, evolve
from octotui.engine.state import Gap, State
from octotui.engine.state.snapshot import encode
from octotui.model.complaints import Reason
from octotui.store.errors import UNDECODABLE, Damaged, malformed, suspect, unusable
from octotui.store.journal import sqlite
from octotui.store.journal.hash_chain import Row, Walk, events_named, is_sound, link, seal, unseal
from octotui.store.journal.remembered_requests import copy_requests
from octotui.store.journal.run_records import RunRecord, from_row
from octotui.store.journal.sqlite import open_read_only
from octotui.store.journal.tables import Tables
from octotui.store.journal.verification import ROWS, chain_rows, vouched
from octotui.store.private_files import opened_private

LATEST = 200  # events whose chain is verified on opening, beside all since the last snapshot
RUNS = 100  # latest ones whose records are read on opening
BATCH = 5000
PAGE = 4096  # bytes; SQLite's own choice


class Recovery(msgspec.Struct, frozen=True):
    """The result of a recovery: a sentence for people, and whether events are missing."""

    message: str
    missing: bool


def check(path: Path) -> None:
    """Check what opening a space reads; raises `Damaged`, or StoreError where it cannot be read at all.

    Only `verify` checks older events: opening must not take longer with a longer history (R5).
    """
    if not path.exists():
        return
    size = path.stat().st_size
    if size < PAGE and (size or path.with_name("logs").exists()):  # to SQLite it is a new one
        raise Damaged(f"{path} is damaged: only {size} bytes of it are left")
    if not size:
        return
    try:
        with closing(open_read_only(path)) as database:
            if _checked_version(path, database) >= sqlite.CHAINED:
                _check_latest(path, database, all_of_it=suspect(path).exists())
    except sqlite3.Error as problem:
        if "no such" in str(problem):  # a table or a column, whose name was damaged
            raise Damaged(f"{path} is damaged ({problem})") from problem
        raise unusable(path, problem) from problem


def _checked_version(path: Path, database: sqlite3.Connection) -> int:
    """Return a journal's version; raises Damaged where its tables are of another, or cannot be located."""
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    if version >= sqlite.CHAINED and not _locates_events(database):
        raise Damaged(f"{path} is damaged: its first page does not say where the events are")
    if (tables := sqlite.schema_version(database)) != version:
        raise Damaged(f"{path} is damaged: it says version {version}, and has the tables of {tables}")
    return version


def _locates_events(database: sqlite3.Connection) -> bool:
    """Return whether the first page, which locates the tables, can be read, and has the one of events."""
    try:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        database.execute(f"EXPLAIN {_query(version)}").fetchall()
        numbered = "SELECT 1 FROM pragma_table_info('events') WHERE name = 'seq' AND type = 'INTEGER'"
        return database.execute(numbered).fetchone() is not None
    except sqlite3.Error:
        return False


def _check_latest(path: Path, database: sqlite3.Connection, *, all_of_it: bool) -> None:
    last = database.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
    kept = database.execute("SELECT coalesce(max(seq), 0) FROM snapshot").fetchone()[0]
    if not isinstance(kept, int):  # SQLite keeps any value in any column
        raise Damaged(f"{path} is damaged: its snapshot cannot be read")
    if kept > last:
        raise Damaged(f"{path} is damaged: {events_named(last + 1, kept)} cannot be found")
    sealed = database.execute("SELECT coalesce(CAST(body AS BLOB), x'') FROM snapshot").fetchone()
    folds_all = all_of_it or (sealed is not None and unseal(sealed[0]) is None)
    first = 0 if folds_all else max(0, min(kept, last - LATEST))
    _check_runs(database, all_of_it=all_of_it)
    database.execute("SELECT * FROM parts LIMIT 1").fetchall()
    if all_of_it and (wrong := database.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise Damaged(f"{path} is damaged ({wrong})")
    start = database.execute(f"{ROWS.replace('ORDER', 'WHERE seq = ? ORDER')}", (first,)).fetchone()
    walk = Walk(_gaps(database), (start[0], start[2] or b"") if start else (0, bytes(32)))
    rows = database.execute(ROWS.replace("ORDER", "WHERE seq > ? ORDER"), (walk.seq,))
    for broken in walk.breaks(chain_rows(rows)):
        raise Damaged(f"{path} is damaged: {broken.text}")


def _check_runs(database: sqlite3.Connection, *, all_of_it: bool) -> None:
    """Read the records of the latest runs, or of all; raises sqlite3.DatabaseError where one does not fit.

    A recovery derives the table from the events again.
    """
    rows = database.execute(f"SELECT * FROM runs ORDER BY number DESC LIMIT {-1 if all_of_it else RUNS}")
    columns = tuple(column for column, *_ in rows.description)
    if columns != RunRecord.__struct_fields__[: len(columns)]:
        raise malformed("table of runs")
    for row in rows:
        from_row(row)


def _gaps(database: sqlite3.Connection) -> list[Gap]:
    """Return the recorded gaps, except those of damaged rows."""
    gaps = []
    for row in database.execute("SELECT * FROM gaps ORDER BY last"):
        with suppress(msgspec.ValidationError):
            gaps.append(msgspec.convert(dict(zip(Gap.__struct_fields__, row, strict=True)), Gap))
    return [*filter(is_sound, gaps)]


def recover(path: Path) -> Recovery:
    """Make a new journal of everything readable up to the damage; raises StoreError."""
    source, part = path.with_suffix(".copy"), path.with_suffix(".part")
    try:
        for each in (source, part):
            _remove(each)
        _copy(path, source)
        last, expected = _read_over(source, part)
        _remove(source)
        part.replace(_whole(path))
        kept = finish(path)
    except OSError as problem:
        raise unusable(path, problem) from problem
    gone = _missing_events(last, expected)
    where = f"; the damaged file is kept as {kept}" if kept else ""
    return Recovery(f"{path} was damaged: {gone or 'no event is missing'}{where}", missing=gone is not None)


def finish(path: Path) -> Path | None:
    """Replace the damaged journal by a complete new one; return where the damaged one is kept."""
    whole = _whole(path)
    if not whole.exists():
        return None
    names = (path.with_name(f"{path.stem}.damaged-{number}.sqlite") for number in count(1))
    kept = next(name for name in names if not name.exists())
    for ending in ("-shm", "-wal", ""):  # the file itself last, as it reserves the number
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(kept.with_name(kept.name + ending))
    suspect(path).unlink(missing_ok=True)
    whole.replace(path)
    return kept


def _whole(path: Path) -> Path:
    return path.with_suffix(".rescued")


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _copy(path: Path, source: Path) -> None:
    """Make a copy that SQLite can open: missing pages of a truncated file are filled with zeros."""
    for ending in ("", "-wal"):
        with suppress(FileNotFoundError):
            _copy_file(path.with_name(path.name + ending), source.with_name(source.name + ending))
    with source.open("r+b") as file:
        head = file.read(100)
        size = os.fstat(file.fileno()).st_size
        if head.startswith(b"SQLite format 3\0"):
            page = int.from_bytes(head[16:18], "big")
            with suppress(OSError):  # no file can be as long as a damaged first page may say
                os.ftruncate(file.fileno(), max(size, int.from_bytes(head[28:32], "big") * page))
    with closing(_open(source)) as database:
        is_located = _locates_events(database)
    if not is_located:
        first = _first_page(source, size)
        with source.open("r+b") as file:
            file.write(first)


def _copy_file(path: Path, copy: Path) -> None:
    with path.open("rb") as read, opened_private(copy, "wb") as write:
        shutil.copyfileobj(read, write)


def _first_page(source: Path, size: int) -> bytes:
    """Make the first page of a journal, which locates the tables, the same in all journals."""
    fresh = source.with_suffix(".fresh")
    sqlite.connect(fresh).close()
    page = bytearray(fresh.read_bytes()[:PAGE])
    _remove(fresh)
    page[28:32] = (size // PAGE).to_bytes(4, "big")
    return bytes(page)


def _read_over(source: Path, part: Path) -> tuple[int, int | None]:
    """Write everything readable into a new journal; return its last seq, and the last there was if known."""
    new = sqlite.connect(part)
    try:
        state, tables = State(), Tables(new)
        readable = _readable(source)
        while rows := list(islice(readable, BATCH)):
            fit = []
            for row in rows:
                try:
                    state = evolve(state, row[0])
                except DOES_NOT_FIT:
                    break
                fit.append(row)
            new.execute("BEGIN")
            tables.restore(fit)
            new.execute("COMMIT")
            if len(fit) < len(rows):
                break
        _copy_gaps(source, new, state.seq)
        with suppress(sqlite3.Error), closing(_open(source)) as database:
            copy_requests(database, new, state.seq)
        new.execute(sqlite.SAVE_SNAPSHOT, (state.seq, seal(encode(state))))
        new.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # syncs everything to the file
    finally:
        new.close()
    return state.seq, _expected(source, state.seq)


def _readable(source: Path) -> Iterator[tuple[AnyEvent, bytes, bytes]]:
    """Yield the events up to the damage, each with its stored body and hash."""
    decode = msgspec.json.Decoder(AnyEvent).decode
    with suppress(sqlite3.Error, *UNDECODABLE), closing(_open(source)) as database:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        walk = Walk((*_known_gaps(database), *vouched(database)))
        for seq, body, digest in _rows(database, version):
            row = (seq, body, link(walk.hash, body) if version < sqlite.CHAINED else digest)
            if next(walk.breaks((row,)), None) is not None:
                return
            yield decode(body), body, walk.hash


def _rows(database: sqlite3.Connection, version: int) -> Iterator[Row]:
    yield from chain_rows(database.execute(_query(version)))


def _query(version: int) -> str:
    """Return the query of all events in a journal of a version."""
    return ROWS if version >= sqlite.CHAINED else ROWS.replace("CAST(hash AS BLOB)", "NULL")


def _open(source: Path) -> sqlite3.Connection:
    return sqlite3.connect(source, isolation_level=None, factory=sqlite.Connection)


def _known_gaps(database: sqlite3.Connection) -> list[Gap]:
    try:
        return _gaps(database)
    except sqlite3.Error:
        return []


def _copy_gaps(source: Path, new: sqlite3.Connection, last: int) -> None:
    """Copy the recorded gaps, also where the event that recorded one is lost."""
    with closing(_open(source)) as database:
        rows: list[Any] = [msgspec.structs.astuple(gap) for gap in _known_gaps(database) if gap.last <= last]
        new.executemany("INSERT OR REPLACE INTO gaps VALUES (?, ?, ?, ?)", rows)


def _expected(source: Path, last: int) -> int | None:
    """Return the last seq there was; None where the damaged file no longer says it."""
    whole = _asked(source, "SELECT coalesce(max(seq), 0) FROM events HAVING count(body) >= 0")
    kept = _asked(source, "SELECT seq FROM snapshot") or 0
    return max(whole, kept) if whole is not None else kept if kept > last else None


def _asked(source: Path, query: str) -> int | None:
    """Query a number in a damaged file; None where it cannot be read."""
    with suppress(sqlite3.Error), closing(_open(source)) as database:
        row = database.execute(query).fetchone()
        return row[0] if row and isinstance(row[0], int) else None
    return None


def _missing_events(last: int, expected: int | None) -> Reason | None:
    if expected is None:
        return f"all events after event {last} are missing" if last else "none of its events can be read"
    if expected <= last:
        return None
    return f"{events_named(last + 1, expected)} {'is' if expected == last + 1 else 'are'} missing"
