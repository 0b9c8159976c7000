"""Putting events into the journal's tables, and keeping the table of runs up to date by them."""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import msgspec
from msgspec.structs import astuple

from octotui.engine.events import Event, ModelLoaded
from octotui.store.records import CHANGES, RunRecord, from_row, record_of, run_number

ROWS = 500  # a statement; SQLite takes 32,766 values


class Tables:
    """Adds events within the transaction of its caller; remembers the runs that are open."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._encode = msgspec.json.Encoder().encode
        self._open: dict[str, RunRecord] = {}
        self._roots: dict[str, int] = {}

    def add(self, events: Iterable[Event]) -> None:
        """Add events, and the records of the runs that they changed."""
        encode, roots = self._encode, self._roots
        touched: dict[str, RunRecord] = {}
        rows: list[tuple[int, int | None, bytes]] = []
        for event in events:
            if type(event) in CHANGES:
                self._change(event, touched)
            run: str | None = getattr(event, "run", None)
            if run is None:
                root = 0 if isinstance(event, ModelLoaded) else None
            else:
                root = roots.get(run) or self._root(run)
            rows.append((event.seq, root, encode(event)))
        self._insert("INSERT INTO events", rows)
        self._insert("INSERT OR REPLACE INTO runs", [astuple(record) for record in touched.values()])
        self._forget(touched)

    def _change(self, event: Any, touched: dict[str, RunRecord]) -> None:
        run: str = event.run
        record = record_of(event, self._open.get(run)) or record_of(event, self._stored(run))
        if record is not None:
            self._open[run] = touched[run] = record
            self._roots[run] = run_number(record.root)

    def _root(self, run: str) -> int:
        """The family of a run that is not remembered."""
        record = self._stored(run)
        self._roots[run] = root = run_number(record.root if record else run)
        return root

    def _stored(self, run: str) -> RunRecord | None:
        row = self._database.execute("SELECT * FROM runs WHERE number = ?", (run_number(run),)).fetchone()
        return row and from_row(row)

    def _insert(self, verb: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Put rows in, many a statement: at each one this thread has to wait for the loop's."""
        for first in range(0, len(rows), ROWS):
            some = rows[first : first + ROWS]
            places = f"({','.join('?' * len(some[0]))})"
            self._database.execute(f"{verb} VALUES {','.join([places] * len(some))}", tuple(chain(*some)))

    def _forget(self, touched: dict[str, RunRecord]) -> None:
        for run, record in touched.items():
            if record.ended_at is not None:
                del self._open[run], self._roots[run]
