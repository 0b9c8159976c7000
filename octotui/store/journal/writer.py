"""The journal's only writer: all that a turn of the event loop appends is one transaction (group commit).

While commits are fast they are made on the loop itself: to hand one over to a thread, and to wait for the GIL
beside it, costs more than the commit. Slow disks, large transactions and checkpoints are left to a thread, in
which everything that waits is one transaction, too. Never do both at once: entries stay in order.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from math import inf
from pathlib import Path
from queue import Empty, SimpleQueue
from time import perf_counter

import msgspec

from octotui.engine.events import ModelLoaded
from octotui.engine.state import Event
from octotui.store.errors import Damaged, StoreError, suspect, unusable
from octotui.store.journal import sqlite
from octotui.store.journal.hash_chain import seal
from octotui.store.journal.remembered_requests import TakenRequest, remember
from octotui.store.journal.tables import Tables
from octotui.store.private_files import opened_private


class StoredSnapshot(msgspec.Struct, frozen=True):
    """An encoded State, with the seq of the last event in it."""

    seq: int
    body: bytes


FAST = 0.002  # seconds of the last commits up to which the loop waits for the next one
FEW = 200  # events of a transaction that the loop waits for
LONG = 1000  # pages of the write-ahead log, estimated, after which the thread checkpoints it; SQLite at 2000
COMMIT, EVENT = 2, 0.2  # pages that a commit takes, and that an event adds: from half to twice as many

Content = Sequence[Event] | StoredSnapshot
Entry = tuple[Content, TakenRequest | None, "asyncio.Future[None]"]
Check = Callable[[], None]
"""Raises StoreError where the journal's path leads to another file."""


class CommitTime:
    """How long a commit of few events takes: a slow one counts at once, fast ones little by little."""

    def __init__(self) -> None:
        self.seconds = inf

    def note(self, seconds: float, events: int) -> None:
        """Take the time of another commit."""
        seconds *= min(1.0, FEW / max(events, 1))
        slower = self.seconds == inf or seconds > self.seconds
        self.seconds = seconds if slower else self.seconds + (seconds - self.seconds) / 8


class Writer:
    """Takes entries from one event loop, and resolves their futures after the commit.

    The first failure is final.
    """

    def __init__(self, path: Path, check: Check) -> None:
        self._path = path
        self._check = check
        self._database = sqlite.connect(path)
        self._await_others()
        self._tables = Tables(self._database)
        self._pending: list[Entry] = []  # of the present turn of the loop
        self._queue: SimpleQueue[list[Entry] | None] = SimpleQueue()
        self._handed_over = 0  # lists of entries that the thread has not committed yet
        self._time = CommitTime()
        self._pages = 0.0
        self._closed = False
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    def put(self, content: Content, taken: TakenRequest | None = None) -> "asyncio.Future[None]":
        """Queue content, and the request that led to it; resolves once on disk, or raises StoreError."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        if self._closed:
            future.set_exception(StoreError(f"{self._path} is closed"))
            return future
        if not self._pending:
            loop.call_soon(self._flush)
        self._pending.append((content, taken, future))
        return future

    def close(self) -> None:
        """Commit what is queued, and close the file."""
        if not self._closed:
            self._closed = True
            self._queue.put(self._taken())
            self._queue.put(None)
            self._thread.join()

    def _taken(self) -> list[Entry]:
        entries, self._pending = self._pending, []
        return entries

    def _flush(self) -> None:
        """Commit what the last turn of the loop has appended, or hand it over to the thread."""
        entries = self._taken()
        if not entries:
            return
        if self._handed_over or not self._is_fast(entries):
            self._handed_over += 1
            self._queue.put(entries)
        else:
            _settle(entries, self._commit_all(entries))

    def _is_fast(self, entries: Iterable[Entry]) -> bool:
        """Return whether the loop can wait for a commit of these entries."""
        return self._time.seconds <= FAST and self._pages <= LONG and _events_in(entries) < FEW

    def _work(self) -> None:
        going = True
        while going:
            batch = self._waiting()
            if batch[-1] is None:
                going = False
            lists = [entries for entries in batch if entries is not None]
            if entries := [entry for each in lists for entry in each]:
                failure, is_long = self._commit_all(entries), self._pages > LONG
                loop = entries[0][-1].get_loop()
                self._settle_soon(loop, entries, failure, 0 if is_long else len(lists))
                if is_long:
                    self._checkpoint()
                    self._settle_soon(loop, (), None, len(lists))
        self._database.close()

    def _settle_soon(
        self,
        loop: asyncio.AbstractEventLoop,
        entries: Sequence[Entry],
        failure: Exception | None,
        lists: int,
    ) -> None:
        """Resolve all futures with one wake-up of the loop; so many lists of entries are dealt with."""

        def settle() -> None:
            self._handed_over -= lists
            _settle(entries, failure)

        with suppress(RuntimeError):  # the loop is closed, and nothing waits
            loop.call_soon_threadsafe(settle)

    def _await_others(self) -> None:
        """Wait for the transaction of a previous writer; it finds the folder locked before its next one."""
        try:
            self._database.executescript("BEGIN IMMEDIATE; COMMIT")
        except sqlite3.Error as problem:
            self._database.close()
            raise unusable(self._path, problem) from problem

    def _waiting(self) -> list[list[Entry] | None]:
        batch = [self._queue.get()]
        try:
            while batch[-1] is not None:
                batch.append(self._queue.get_nowait())
        except Empty:
            pass
        return batch

    def _commit_all(self, entries: Sequence[Entry]) -> Exception | None:
        """Commit entries in one transaction, unless an earlier one has failed; return the failure."""
        began = perf_counter()
        self._failure = self._failure or self._commit((content, taken) for content, taken, _ in entries)
        events = _events_in(entries)
        self._time.note(perf_counter() - began, events)
        self._pages += COMMIT + EVENT * events
        return self._failure

    def _checkpoint(self) -> None:
        """Copy a long write-ahead log into the database, so that no commit on the loop has to."""
        self._pages = 0.0
        with suppress(sqlite3.Error):  # the log just stays longer
            self._database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _commit(self, contents: Iterable[tuple[Content, TakenRequest | None]]) -> Exception | None:
        """Commit everything in one transaction; return why it cannot be acknowledged, or None.

        After a failure nothing is written, except where the journal was moved between the last check and the
        commit: then the moved file has all of it.
        """
        execute = self._database.execute
        try:
            execute("BEGIN IMMEDIATE")
            self._check()
            events: list[Event] = []
            for content, taken in contents:
                if isinstance(content, StoredSnapshot):
                    execute(sqlite.SAVE_SNAPSHOT, (content.seq, seal(content.body)))
                else:
                    events.extend(content)
                if taken is not None:
                    remember(self._database, taken)
            self._tables.add(events)
            execute("COMMIT")
            self._check()
        except Exception as problem:  # an unresolved future would hang the session
            if self._database.in_transaction:
                execute("ROLLBACK")
            return noted(self._path, problem) if isinstance(problem, sqlite3.Error) else problem
        return None


def noted(path: Path, problem: sqlite3.Error) -> StoreError:
    """Return the StoreError; after damage, leave a note that makes the next opening check everything."""
    failure = unusable(path, problem)
    if isinstance(failure, Damaged):
        with suppress(OSError):
            opened_private(suspect(path), "ab").close()
    return failure


def _events_in(entries: Iterable[Entry]) -> int:
    """Return how many events there are in entries; a snapshot, and a model, counts as many."""
    return sum(
        FEW
        if isinstance(content, StoredSnapshot) or isinstance(next(iter(content), None), ModelLoaded)
        else len(content)
        for content, _, _ in entries
    )


def _settle(entries: Iterable[Entry], failure: Exception | None) -> None:
    """Resolve the futures of entries."""
    for *_, future in entries:
        if future.done():
            continue
        if failure is None:
            future.set_result(None)
        else:
            future.set_exception(failure)
