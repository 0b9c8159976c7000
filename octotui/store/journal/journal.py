"""The journal's interface: append events, and read events, runs and snapshots."""

import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from octotui.engine.events import AnyEvent, InterruptionRaised, RunQueued
from octotui.engine.events.uses import USES, open_until
from octotui.engine.queries.matcher import NOTHING
from octotui.engine.queries.query import EVERYTHING, Query
from octotui.engine.state import Event
from octotui.store.errors import StoreError, unusable
from octotui.store.journal.event_query import read_event
from octotui.store.journal.hash_chain import unseal
from octotui.store.journal.remembered_requests import FIND, Effect, RequestId, TakenRequest
from octotui.store.journal.run_records import RunRecord, from_row, run_number
from octotui.store.journal.run_search import LATEST, page
from octotui.store.journal.search_summary import SearchSummary, summarize
from octotui.store.journal.sqlite import (
    BATCH,
    FAMILY,
    Values,
    connect,
    is_interrupted,
    look,
    open_read_only,
    stream,
)
from octotui.store.journal.writer import Check, StoredSnapshot, Writer, noted

if TYPE_CHECKING:
    import asyncio


SEARCH = 2.0  # seconds of one search
STEPS = 1000  # of SQLite between two looks at the time
BESIDE = 500  # other families that are read to say what a family waited for
MOST_USES = 20_000  # events of them
TOO_LONG = "the search takes too long: narrow it, for example by since: or state:"

T = TypeVar("T")


class JournalReader:
    """Read-only access to a journal from any thread, also to one that another process writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_ended = False

    def snapshot(self) -> tuple[int, bytes] | None:
        """Return the last snapshot as (seq, body); None where there is none, or its hash does not match."""
        for seq, sealed in self._rows("SELECT seq, coalesce(CAST(body AS BLOB), x'') FROM snapshot"):
            body = unseal(sealed)
            return None if body is None else (seq, body)
        return None

    def read(self, after: int = 0) -> Iterator[AnyEvent]:
        """Yield the events after a seq, in order."""
        return self._events("SELECT seq, body FROM events WHERE seq > ? ORDER BY seq", (after,))

    def family(self, root: str, *, others: bool = False) -> list[AnyEvent]:
        """Return the events of a run and its descendants, and the models in force meanwhile.

        With `others`, also what other families used of slots and machines while it was open: of the last
        BESIDE ones, and MOST_USES events or so.
        """
        own = list(self._events(FAMILY, {"root": run_number(root)}))
        return sorted((*own, *self._beside(own)), key=lambda event: event.seq) if others else own

    def question(self, name: str) -> list[AnyEvent]:
        """Return the events of one question, the newest first; scans back to the event that raised it."""
        events: list[AnyEvent] = []
        about = f'"interruption":"{name}"'.encode()
        query = "SELECT seq, body FROM events WHERE instr(body, ?) ORDER BY seq DESC"
        for event in self._events(query, (about,), batch=1):  # the next one may be far away
            events.append(event)
            if isinstance(event, InterruptionRaised):
                break
        return events

    def runs(self, limit: int, before: int | None = None) -> list[RunRecord]:
        """Return a page of runs, newest first, numbered below `before`."""
        last = sys.maxsize if before is None else before
        return self._records("WHERE number < ? ORDER BY number DESC LIMIT ?", (last, limit))

    def last(self) -> int:
        """Return the last event's seq, 0 where there is none."""
        seq: int = next(self._rows("SELECT coalesce(max(seq), 0) FROM events"))[0]
        return seq

    def meanwhile(self, start: float, end: float) -> list[RunRecord]:
        """Return the runs that were open at any time from `start` to `end`, oldest first."""
        when = "WHERE queued_at <= ? AND (ended_at IS NULL OR ended_at >= ?) ORDER BY number"
        return self._records(when, (end, start))

    def root_of(self, run: str) -> str | None:
        """Return the root of a run's family; None where there is no such run."""
        return next((each.root for each in self._records("WHERE id = ?", (run,))), None)

    def history(
        self,
        query: Query = EVERYTHING,
        limit: int = 100,
        before: int | None = None,
        names: Mapping[str, str] = NOTHING,
    ) -> list[RunRecord]:
        """Return a page of ended runs that match a resolved query, newest first, numbered below `before`.

        `names` maps slugs of environments and tenants to their display names.
        """
        last = LATEST if before is None else before
        return self._search(lambda database: page(database, query, last, limit, names))

    def summary(self, query: Query = EVERYTHING, names: Mapping[str, str] = NOTHING) -> SearchSummary:
        """Count the ended runs that match a query, and list the values of all ended runs."""
        return self._search(lambda database: summarize(database, query, names))

    def end_searches(self) -> None:
        """Interrupt the long searches of other threads."""
        self._is_ended = True

    def open_runs(self) -> list[RunRecord]:
        """Return the runs that have not ended, oldest first."""
        return self._records("WHERE ended_at IS NULL ORDER BY number")

    def _beside(self, own: Sequence[AnyEvent]) -> list[AnyEvent]:
        """Return what other families used while one was open, whose events are `own`."""
        queued = next((each for each in own if isinstance(each, RunQueued)), None)
        if queued is None:
            return []
        end = open_until(own)
        records = self.meanwhile(queued.at, end)
        others = dict.fromkeys(each.root for each in reversed(records) if each.root != queued.root)
        uses: list[AnyEvent] = []
        for root in islice(others, BESIDE):
            uses += (each for each in self.family(root) if isinstance(each, USES) and each.at <= end)
            if len(uses) > MOST_USES:
                break
        return uses

    def _search(self, read: Callable[[sqlite3.Connection], T]) -> T:
        """Read within SEARCH seconds; raises StoreError after them, or once searches end."""
        end = monotonic() + SEARCH

        def bounded(database: sqlite3.Connection) -> T:
            database.set_progress_handler(lambda: self._is_ended or monotonic() > end, STEPS)
            return read(database)

        return self._look(bounded)

    def _connect(self, path: Path) -> sqlite3.Connection:
        return open_read_only(path)

    def _records(self, rest: str, values: tuple[float | str, ...] = ()) -> list[RunRecord]:
        query = f"SELECT * FROM runs {rest}"
        return self._look(lambda database: [from_row(row) for row in database.execute(query, values)])

    def _look(self, read: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return look(self._path, read, self._connect)
        except sqlite3.Error as problem:
            if is_interrupted(problem):
                raise StoreError(TOO_LONG) from problem
            raise self._unusable(problem) from problem

    def _unusable(self, problem: sqlite3.Error) -> StoreError:
        return unusable(self._path, problem)

    def _events(self, query: str, values: Values, batch: int = BATCH) -> Iterator[AnyEvent]:
        for seq, body in self._rows(query, values, batch):
            yield read_event(self._path, seq, body)

    def _rows(self, query: str, values: Values = (), batch: int = BATCH) -> Iterator[tuple[Any, ...]]:
        try:
            yield from stream(self._path, query, values, self._connect, batch)
        except sqlite3.Error as problem:
            raise self._unusable(problem) from problem


def _unchecked() -> None:
    pass


class Journal(JournalReader):
    """The journal of a space with its only writer."""

    def __init__(self, path: Path, check: Check = _unchecked) -> None:
        """Open the file, or create it; raises StoreError when it cannot be used.

        `check` is called with every commit, and raises StoreError once the path leads to another file.
        """
        super().__init__(path)
        self._writer = Writer(path, check)
        self._lookups: sqlite3.Connection | None = None

    def append(self, events: Sequence[Event], taken: TakenRequest | None = None) -> "asyncio.Future[None]":
        """Append events, and the request that led to them; resolves once on disk, or raises StoreError."""
        return self._writer.put(events, taken)

    def effect(self, request: RequestId) -> Effect | None:
        """Return what a request led to; None where it did not take effect, or is no longer remembered."""
        self._lookups = self._lookups or connect(self._path)  # reused: opening one is most of the work
        try:
            rows = self._lookups.execute(FIND, (request.user, request.name)).fetchall()
        except sqlite3.Error as problem:
            raise self._unusable(problem) from problem
        return Effect(*rows[0]) if rows else None

    def save_snapshot(self, seq: int, body: bytes) -> "asyncio.Future[None]":
        """Replace the snapshot; `seq` is the last event in it."""
        return self._writer.put(StoredSnapshot(seq, body))

    def close(self) -> None:
        """Commit what is queued, and close the file."""
        if self._lookups is not None:
            self._lookups.close()
        self._writer.close()

    def _unusable(self, problem: sqlite3.Error) -> StoreError:
        return noted(self._path, problem)

    def _connect(self, path: Path) -> sqlite3.Connection:
        return connect(path)
