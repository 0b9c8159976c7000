"""The journal's only writer: all that a turn of the event loop appends is one transaction (group commit).

While commits are fast they are made on the loop itself: to hand one over to a thread, and to wait for the GIL
beside it, costs more than the commit. Slow disks, large transactions and checkpoints are left to a thread, in
which everything that waits is one transaction, too. Never commit in both at once: entries stay in order.

A checkpoint copies the write-ahead log into the database, for which commits would have to wait. So the thread
copies most of it by a connection of its own, beside the commits of the loop, and only then takes the next
commit, and copies the rest: after that SQLite begins the log anew.
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
EARLY = 2500  # pages of the write-ahead log, estimated, after which the thread copies it beside the commits
LONG = 4000  # pages after which commits wait for that; SQLite at 8000
COMMIT, EVENT = 2, 0.2  # pages that a commit takes, and that an event adds: from half to twice as many

Content = Sequence[Event] | StoredSnapshot
Entry = tuple[Content, TakenRequest | None, int, "asyncio.Future[None]"]
"""What to write, the request that led to it, how many events take as long, and the future of its commit."""
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
        self._is_copying = False  # the thread copies the log beside commits, or is about to
        self._is_copied = False  # but for the rest, which the thread copies after the next commit
        self._copier: sqlite3.Connection | None = None  # of the thread alone
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
        self._pending.append((content, taken, _weight(content), future))
        return future

    def close(self) -> None:
        """Commit what is queued, and close the file."""
        if not self._closed:
            self._closed = True
            if entries := self._taken():
                self._queue.put(entries)
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
        events = sum([each for _, _, each, _ in entries])
        if self._handed_over or not self._is_fast(events):
            self._handed_over += 1
            self._queue.put(entries)
        else:
            _settle(entries, self._commit_all(entries, events))
            if self._pages > EARLY and not (self._is_copying or self._is_copied):
                self._is_copying = True
                self._queue.put([])

    def _is_fast(self, events: int) -> bool:
        """Return whether the loop can wait for a commit of so many events."""
        is_due = self._is_copied or self._pages > LONG
        return self._time.seconds <= FAST and not is_due and events < FEW

    def _work(self) -> None:
        going = True
        while going:
            batch = self._waiting()
            if batch[-1] is None:
                going = False
            lists = [entries for entries in batch if entries is not None]
            if [] in lists and going:
                self._copy_beside()
            lists = [entries for entries in lists if entries]
            if entries := [entry for each in lists for entry in each]:
                failure = self._commit_all(entries, sum([each for _, _, each, _ in entries]))
                is_long = self._is_copied or self._pages > LONG
                loop = entries[0][-1].get_loop()
                self._settle_soon(loop, entries, failure, 0 if is_long else len(lists))
                if is_long:
                    self._checkpoint()
                    self._settle_soon(loop, (), None, len(lists))
        if self._copier is not None:
            self._copier.close()
        self._database.close()

    def _copy_beside(self) -> None:
        """Copy what the log has now into the database, while the loop goes on to commit."""
        with suppress(sqlite3.Error, StoreError):  # then all of it is copied at once, later
            if self._copier is None:
                self._check()
                self._copier = sqlite.connect_beside(self._path)
            self._copier.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        self._is_copied, self._is_copying = True, False

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

    def _commit_all(self, entries: Sequence[Entry], events: int) -> Exception | None:
        """Commit entries in one transaction, unless an earlier one has failed; return the failure."""
        began = perf_counter()
        self._failure = self._failure or self._commit(entries)
        self._time.note(perf_counter() - began, events)
        self._pages += COMMIT + EVENT * events
        return self._failure

    def _checkpoint(self) -> None:
        """Copy the rest of the log into the database, with no commit meanwhile: the next begins it anew."""
        self._pages, self._is_copied = 0.0, False
        with suppress(sqlite3.Error):  # the log just stays longer
            self._database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _commit(self, entries: Iterable[Entry]) -> Exception | None:
        """Commit everything in one transaction; return why it cannot be acknowledged, or None.

        After a failure nothing is written, except where the journal was moved between the last check and the
        commit: then the moved file has all of it.
        """
        execute = self._database.execute
        try:
            execute("BEGIN IMMEDIATE")
            self._check()
            events: list[Event] = []
            for content, taken, _, _ in entries:
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


def _weight(content: Content) -> int:
    """Return how many events take as long as content: a snapshot, and a model, counts as many."""
    if isinstance(content, StoredSnapshot) or (content and isinstance(content[0], ModelLoaded)):
        return FEW
    return len(content)


def _settle(entries: Iterable[Entry], failure: Exception | None) -> None:
    """Resolve the futures of entries."""
    for *_, future in entries:
        if future.done():
            continue
        if failure is None:
            future.set_result(None)
        else:
            future.set_exception(failure)
