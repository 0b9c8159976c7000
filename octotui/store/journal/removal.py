"""Choice of what retention removes: families of runs, their events, and the gaps that this leaves.

A family's events go together. Events of no family go once all families of their time have gone, except the
model in force then and the values that runs published: both are needed to fold the rest.
"""

import json
import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from octotui.engine.events import ModelLoaded, VariablePublished
from octotui.engine.state import Gap
from octotui.store.errors import malformed, unusable
from octotui.store.journal.event_query import TYPE, read_event
from octotui.store.journal.hash_chain import START
from octotui.store.journal.run_records import run_number
from octotui.store.journal.sqlite import PART, open_read_only

PUBLISHED = VariablePublished.__name__
FIRST_LEFT = (
    "SELECT root FROM runs WHERE number NOT IN (SELECT value FROM json_each(?)) ORDER BY number LIMIT 1"
)
LATER = (
    f"SELECT 1 FROM parts JOIN events ON seq BETWEEN part * {PART} AND part * {PART} + {PART - 1} "
    "AND events.root = parts.root WHERE parts.root IN (SELECT value FROM json_each(:roots)) "
    "AND part >= :part AND seq > :seq LIMIT 1"
)


class EndedFamily(msgspec.Struct, frozen=True):
    """A run that has ended with all its descendants, and when the last of them ended."""

    root: str
    runs: tuple[str, ...]
    ended_at: float


class Removal(msgspec.Struct, frozen=True):
    """The runs to remove, and the gaps that this leaves in the journal."""

    runs: tuple[str, ...]
    gaps: tuple[Gap, ...]


def ended_families(path: Path) -> list[EndedFamily]:
    """Return the families that have ended, the latest first; raises StoreError."""
    query = (
        "SELECT root, group_concat(id), max(ended_at) AS ended FROM runs GROUP BY root "
        "HAVING count(*) = count(ended_at) ORDER BY ended DESC, root"
    )
    try:
        with closing(open_read_only(path)) as database:
            return [_family(*row) for row in database.execute(query)]
    except sqlite3.Error as problem:
        raise unusable(path, problem) from problem


def _family(root: Any, ids: Any, ended_at: Any) -> EndedFamily:
    if not (isinstance(root, str) and isinstance(ids, str) and isinstance(ended_at, float)):
        raise malformed("table of runs")
    return EndedFamily(root, tuple(ids.split(",")), ended_at)


def runs_in(path: Path) -> set[str]:
    """Return the ids of all runs in a journal; raises StoreError."""
    try:
        with closing(open_read_only(path)) as database:
            return {run for (run,) in database.execute("SELECT id FROM runs")}
    except sqlite3.Error as problem:
        raise unusable(path, problem) from problem


def removal(path: Path, families: Sequence[EndedFamily], before: int | None = None) -> Removal:
    """Return what goes with these families, and events of no family below `before`; raises StoreError."""
    runs = tuple(run for family in families for run in family.runs)
    try:
        with closing(open_read_only(path)) as database:
            database.execute("BEGIN")
            own = _own_events(database, [run_number(family.root) for family in families])
            first = _first_left(database, runs)
            loose = _loose_events(path, database, first if before is None else min(first, before))
            doomed = sorted({*own, *loose})
            gaps = _gaps(database, doomed)
            return Removal(runs, (*_older_gaps(database, gaps, first if loose else 0), *gaps))
    except sqlite3.Error as problem:
        raise unusable(path, problem) from problem


def reaches(path: Path, families: Sequence[EndedFamily], seq: int) -> bool:
    """Return whether an event goes with these families, or any of theirs after it; raises StoreError."""
    runs = [run for family in families for run in family.runs]
    roots = _listed(family.root for family in families)
    try:
        with closing(open_read_only(path)) as database:
            named = {"roots": roots, "seq": seq, "part": seq // PART}
            later = database.execute(LATER, named).fetchone()
            return bool(later) or _first_left(database, runs) > seq
    except sqlite3.Error as problem:
        raise unusable(path, problem) from problem


def _own_events(database: sqlite3.Connection, roots: Sequence[int]) -> list[int]:
    """Return the seqs of families' events, except of values that they published."""
    some = ",".join(map(str, roots))
    numbers: list[int] = []
    for (part,) in database.execute(f"SELECT DISTINCT part FROM parts WHERE root IN ({some})").fetchall():
        rows = database.execute(
            f"SELECT seq FROM events WHERE seq BETWEEN ? AND ? AND root IN ({some}) AND {TYPE} <> ?",
            (part * PART, part * PART + PART - 1, PUBLISHED),
        )
        numbers += [seq for (seq,) in rows]
    return numbers


def _first_left(database: sqlite3.Connection, runs: Sequence[str]) -> int:
    """Return the first seq of the first family that stays, or last seq + 1 where none does."""
    row = database.execute(FIRST_LEFT, (_listed(runs),)).fetchone()
    if row is None:
        return int(database.execute("SELECT coalesce(max(seq), 0) + 1 FROM events").fetchone()[0])
    root = run_number(row[0])
    (part,) = database.execute("SELECT min(part) FROM parts WHERE root = ?", (root,)).fetchone()
    query = "SELECT seq FROM events WHERE seq >= ? AND root = ? ORDER BY seq LIMIT 1"
    return int(database.execute(query, (part * PART, root)).fetchone()[0])


def _listed(runs: Iterable[str]) -> str:
    """Return the numbers of any number of runs as one value of a statement, whose own length is limited."""
    return json.dumps([run_number(run) for run in runs])


def _loose_events(path: Path, database: sqlite3.Connection, first: int) -> list[int]:
    """Return all seqs before `first`, except of the model in force there and of each variable's value."""
    needed: dict[str, int] = {}
    query = f"SELECT seq, body FROM events WHERE seq < ? AND {TYPE} IN (?, ?) ORDER BY seq"
    for seq, body in database.execute(query, (first, ModelLoaded.__name__, PUBLISHED)):
        event, key = read_event(path, seq, body), ""
        if isinstance(event, VariablePublished):
            key = f"{event.variable_set}\n{event.name}\n{event.environment}"
        needed[key] = seq
    kept = set(needed.values())
    rows = database.execute("SELECT seq FROM events WHERE seq < ?", (first,))
    return [seq for (seq,) in rows if seq not in kept]


def _gaps(database: sqlite3.Connection, doomed: Sequence[int]) -> list[Gap]:
    """Return the maximal gaps that remain once the `doomed` events are removed."""
    gaps: list[Gap] = []
    at = 0
    while at < len(doomed):
        gap = _gap(database, doomed, at)
        gaps.append(gap)
        at = bisect_left(doomed, gap.last + 1)
    return gaps


def _gap(database: sqlite3.Connection, doomed: Sequence[int], at: int) -> Gap:
    before = database.execute(
        "SELECT seq, coalesce(CAST(hash AS BLOB), x'') FROM events WHERE seq < ? ORDER BY seq DESC LIMIT 1",
        (doomed[at],),
    ).fetchone() or (0, START)
    last, after = doomed[at], START
    for seq, digest in database.execute(
        "SELECT seq, coalesce(CAST(hash AS BLOB), x'') FROM events WHERE seq >= ? ORDER BY seq", (doomed[at],)
    ):
        if at == len(doomed) or seq != doomed[at]:
            if seq - 1 > last:  # the next events were removed earlier
                last = seq - 1
                after = bytes.fromhex(_after(database, last))
            break
        last, after, at = seq, digest, at + 1
    return Gap(before[0] + 1, last, before[1].hex(), after.hex())


def _after(database: sqlite3.Connection, last: int) -> str:
    return str(database.execute("SELECT after FROM gaps WHERE last = ?", (last,)).fetchone()[0])


def _older_gaps(database: sqlite3.Connection, new: Iterable[Gap], first: int) -> list[Gap]:
    """Return the older gaps whose recording event is removed now."""
    covered = [(gap.first, gap.last) for gap in new]
    rows = database.execute("SELECT * FROM gaps WHERE last < ? ORDER BY first", (first,))
    gaps = (Gap(*row) for row in rows)
    return [gap for gap in gaps if not any(one <= gap.first <= other for one, other in covered)]
