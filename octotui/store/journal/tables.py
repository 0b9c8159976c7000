"""Inserts of events into the journal's tables, and the updates of runs that follow from them."""

import sqlite3
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

import msgspec
from msgspec.structs import astuple

from octotui.engine.events import AnyEvent, ModelLoaded, RunQueued, RunsRemoved
from octotui.engine.state import Event
from octotui.store.journal.hash_chain import START
from octotui.store.journal.run_records import CHANGES, RunRecord, from_row, record_of, run_number, to_row
from octotui.store.journal.sqlite import PART

ROWS = 500  # rows of one statement; SQLite takes 32,766 values
RECORD = len(RunRecord.__struct_fields__)


class Tables:
    """Adds events in the caller's transaction; caches the records of open runs."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._encode = msgspec.json.Encoder().encode
        self._open: dict[str, RunRecord] = {}
        self._roots: dict[str, int] = {}
        self._part = 0
        self._in_part: set[int] = set()
        self._hash = self._last_hash()

    def add(self, events: Iterable[Event]) -> None:
        """Insert events, and the records of the runs that they changed."""
        encode, roots, digest, in_part = self._encode, self._roots, self._hash, self._in_part
        touched: dict[str, RunRecord] = {}
        rows: list[Any] = []
        removed: list[RunsRemoved] = []
        parts: list[int] = []
        for event in events:
            kind, seq = type(event), event.seq
            if kind in CHANGES:
                self._change(event, touched)
            run: str | None = getattr(event, "run", None)
            root: int | None
            if run is not None:
                root = roots.get(run) or self._root(run)
                if root not in in_part or seq // PART != self._part:
                    parts += self._enter(root, seq // PART)
            else:
                root = 0 if kind is ModelLoaded else None
                if isinstance(event, RunsRemoved):
                    removed.append(event)
            body = encode(event)
            digest = sha256(digest + body).digest()  # as `link`, whose call is a tenth of the work
            rows += (seq, root, body, digest)
        self._insert("INSERT INTO events", rows, 4)
        self._hash = digest
        self._insert("INSERT OR IGNORE INTO parts", parts, 2)
        self._insert(
            "INSERT OR REPLACE INTO runs", [v for each in touched.values() for v in to_row(each)], RECORD
        )
        self._enter_places(touched.values())
        self._forget(touched)
        for each in removed:
            self._remove(each)

    def restore(self, rows: Sequence[tuple[AnyEvent, bytes, bytes]]) -> None:
        """Insert events with the bodies and hashes of another journal."""
        self.add([event for event, _, _ in rows])
        self._database.executemany(
            "UPDATE events SET body = ?, hash = ? WHERE seq = ?",
            [(body, digest, event.seq) for event, body, digest in rows],
        )
        self._hash = rows[-1][2] if rows else self._hash

    def _remove(self, event: RunsRemoved) -> None:
        """Delete the rows of removed runs, and record the gaps."""
        many = self._database.executemany
        numbers = [(run_number(run),) for run in event.runs]
        gaps = [(gap.first, gap.last) for gap in event.gaps]
        many("DELETE FROM events WHERE seq BETWEEN ? AND ?", gaps)
        places = [place for (run,) in numbers for place in places_of(self._stored(f"run-{run}"))]
        many("DELETE FROM places WHERE place = ? AND name = ? AND number = ?", places)
        many("DELETE FROM runs WHERE number = ? AND ended_at IS NOT NULL", numbers)
        many("DELETE FROM parts WHERE root = ?", numbers)
        many("DELETE FROM gaps WHERE first BETWEEN ? AND ?", gaps)
        many("INSERT INTO gaps VALUES (?, ?, ?, ?)", map(astuple, event.gaps))

    def _last_hash(self) -> bytes:
        """Return the hash of the last event."""
        row = self._database.execute(
            "SELECT CAST(hash AS BLOB) FROM events ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        return row[0] or START if row else START

    def _change(self, event: Any, touched: dict[str, RunRecord]) -> None:
        run: str = event.run
        before = self._open.get(run)
        if before is None and type(event) is not RunQueued:
            before = self._stored(run)
        record = record_of(event, before)
        if record is not None:
            if run not in self._roots:
                self._roots[run] = run_number(record.root)
            self._open[run] = touched[run] = record

    def _enter_places(self, records: Iterable[RunRecord]) -> None:
        """Index the workers and pools of runs that have just ended."""
        ended = (each for each in records if each.ended_at is not None)
        values = [value for each in ended for place in places_of(each) for value in place]
        self._insert("INSERT OR IGNORE INTO places", values, 3)

    def _enter(self, root: int, part: int) -> tuple[int, int]:
        """Return the row of `parts` that says a family has events in this part of the journal."""
        if part != self._part:
            self._part = part
            self._in_part.clear()
        self._in_part.add(root)
        return root, part

    def _root(self, run: str) -> int:
        """Look up the family of a run that is not cached."""
        record = self._stored(run)
        self._roots[run] = root = run_number(record.root if record else run)
        return root

    def _stored(self, run: str) -> RunRecord | None:
        row = self._database.execute("SELECT * FROM runs WHERE number = ?", (run_number(run),)).fetchone()
        return row and from_row(row)

    def _insert(self, verb: str, values: list[Any], width: int) -> None:
        """Insert many rows a statement, as each statement contends with the loop's thread for the GIL."""
        row = f"({','.join('?' * width)})"
        for first in range(0, len(values), ROWS * width):
            some = values[first : first + ROWS * width]
            self._database.execute(f"{verb} VALUES {','.join([row] * (len(some) // width))}", some)

    def _forget(self, touched: dict[str, RunRecord]) -> None:
        for run, record in touched.items():
            if record.ended_at is not None:
                del self._open[run], self._roots[run]


def places_of(record: RunRecord | None) -> list[tuple[str, str, int]]:
    """Return a run's rows in the index of workers and pools."""
    if record is None:
        return []
    lists = (("worker", record.workers), ("pool", record.pools))
    return [(place, name, record.number) for place, names in lists for name in names]
