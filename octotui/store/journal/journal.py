"""The journal: every event of a space in SQLite, on disk before it is acted upon."""

import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from octotui.engine.events import AnyEvent, InterruptionRaised
from octotui.engine.queries.matcher import NOTHING
from octotui.engine.queries.query import EVERYTHING, Query
from octotui.engine.state import Event
from octotui.store.errors import unreadable, unusable
from octotui.store.journal.hash_chain import unseal
from octotui.store.journal.remembered_requests import FIND, Effect, RequestId, TakenRequest
from octotui.store.journal.run_records import RunRecord, from_row, run_number
from octotui.store.journal.run_search import LATEST, page
from octotui.store.journal.search_summary import SearchSummary, summarize
from octotui.store.journal.sqlite import FAMILY, connect, open_read_only
from octotui.store.journal.writer import Check, StoredSnapshot, Writer

if TYPE_CHECKING:
    import asyncio


Values: TypeAlias = tuple[float | str | bytes, ...] | dict[str, int]


class JournalReader:
    """What a journal holds, read from any thread; it may be somebody else's, and nothing is written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)

    def snapshot(self) -> tuple[int, bytes] | None:
        """The state that was kept last; None also where it is not what was written."""
        for seq, sealed in self._rows("SELECT seq, CAST(body AS BLOB) FROM snapshot"):
            body = unseal(sealed)
            return None if body is None else (seq, body)
        return None

    def read(self, after: int = 0) -> Iterator[AnyEvent]:
        """The events after a sequence number, in order."""
        return self._events("SELECT seq, body FROM events WHERE seq > ? ORDER BY seq", (after,))

    def family(self, root: str) -> list[AnyEvent]:
        """The events of a run and all it started, and the models in force meanwhile."""
        return list(self._events(FAMILY, {"root": run_number(root)}))

    def question(self, name: str) -> list[AnyEvent]:
        """The events of one question, the newest first; the more has happened since, the longer it takes."""
        events: list[AnyEvent] = []
        about = f'"interruption":"{name}"'.encode()
        query = "SELECT seq, body FROM events WHERE instr(body, ?) ORDER BY seq DESC"
        for event in self._events(query, (about,)):
            events.append(event)
            if isinstance(event, InterruptionRaised):
                break
        return events

    def runs(self, limit: int, before: int | None = None) -> list[RunRecord]:
        """The newest runs first; `before` is the number of the last one on the page above."""
        last = sys.maxsize if before is None else before
        return self._records("WHERE number < ? ORDER BY number DESC LIMIT ?", (last, limit))

    def last(self) -> int:
        """The sequence number of the last event, 0 where there is none."""
        seq: int = next(self._rows("SELECT coalesce(max(seq), 0) FROM events"))[0]
        return seq

    def meanwhile(self, start: float, end: float) -> list[RunRecord]:
        """The runs that were open at any time between two, oldest first."""
        when = "WHERE queued_at <= ? AND (ended_at IS NULL OR ended_at >= ?) ORDER BY number"
        return self._records(when, (end, start))

    def root_of(self, run: str) -> str | None:
        """The first run of the family that a run belongs to; None where there is no such run."""
        return next((root for (root,) in self._rows("SELECT root FROM runs WHERE id = ?", (run,))), None)

    def history(
        self,
        query: Query = EVERYTHING,
        limit: int = 100,
        before: int | None = None,
        names: Mapping[str, str] = NOTHING,
    ) -> list[RunRecord]:
        """The newest ended runs that fulfil a query, which is resolved; `before` as above.

        `names` are what people call environments and tenants, by slug.
        """
        try:
            with closing(self._connect()) as database:
                return page(database, query, LATEST if before is None else before, limit, names)
        except sqlite3.Error as problem:
            raise unusable(self._path, problem) from problem

    def summary(self, query: Query = EVERYTHING, names: Mapping[str, str] = NOTHING) -> SearchSummary:
        """How many ended runs a query finds, and the values that all of them have."""
        try:
            with closing(self._connect()) as database:
                return summarize(database, query, names)
        except sqlite3.Error as problem:
            raise unusable(self._path, problem) from problem

    def open_runs(self) -> list[RunRecord]:
        """The runs that have not ended, oldest first."""
        return self._records("WHERE ended_at IS NULL ORDER BY number")

    def _connect(self) -> sqlite3.Connection:
        return open_read_only(self._path)

    def _records(self, rest: str, values: tuple[float | str, ...] = ()) -> list[RunRecord]:
        return [from_row(row) for row in self._rows(f"SELECT * FROM runs {rest}", values)]

    def _events(self, query: str, values: Values) -> Iterator[AnyEvent]:
        for seq, body in self._rows(query, values):
            try:
                yield self._decoder.decode(body)
            except msgspec.MsgspecError as problem:
                raise unreadable(self._path, seq, body, problem) from problem

    def _rows(self, query: str, values: Values = ()) -> Iterator[tuple[Any, ...]]:
        try:
            with closing(self._connect()) as database:
                yield from database.execute(query, values)
        except sqlite3.Error as problem:
            raise unusable(self._path, problem) from problem


def _unchecked() -> None:
    pass


class Journal(JournalReader):
    """The events of a space, and a table of its runs, in the hands of the one who writes them."""

    def __init__(self, path: Path, check: Check = _unchecked) -> None:
        """Open the file, or make it; raises StoreError when it cannot be used.

        `check` is asked with every commit whether it is still what people would open.
        """
        super().__init__(path)
        self._writer = Writer(path, check)
        self._lookups: sqlite3.Connection | None = None

    def append(self, events: Sequence[Event], taken: TakenRequest | None = None) -> "asyncio.Future[None]":
        """Write events, and the request that led to them; resolves once on disk, or raises StoreError."""
        return self._writer.put(events, taken)

    def effect(self, request: RequestId) -> Effect | None:
        """What a request led to, where it took effect before and is remembered."""
        self._lookups = self._lookups or connect(self._path)  # one for all: opening it is most of the work
        try:
            rows = self._lookups.execute(FIND, (request.user, request.name)).fetchall()
        except sqlite3.Error as problem:
            raise unusable(self._path, problem) from problem
        return Effect(*rows[0]) if rows else None

    def save_snapshot(self, seq: int, body: bytes) -> "asyncio.Future[None]":
        """Keep this state in place of the last one; `seq` is the last event in it."""
        return self._writer.put(StoredSnapshot(seq, body))

    def close(self) -> None:
        """Write what waits, and let go of the file."""
        if self._lookups is not None:
            self._lookups.close()
        self._writer.close()

    def _connect(self) -> sqlite3.Connection:
        return connect(self._path)
