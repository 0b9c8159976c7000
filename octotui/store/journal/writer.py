"""The journal's only writer: a thread that commits all that is queued in one transaction (group commit)."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

import msgspec

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


Content = Sequence[Event] | StoredSnapshot
Entry = tuple[Content, TakenRequest | None, "asyncio.Future[None]"]
Check = Callable[[], None]
"""Raises StoreError where the journal's path leads to another file."""


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
        self._queue: SimpleQueue[Entry | None] = SimpleQueue()
        self._closed = False
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    def put(self, content: Content, taken: TakenRequest | None = None) -> "asyncio.Future[None]":
        """Queue content, and the request that led to it; resolves once on disk, or raises StoreError."""
        future = asyncio.get_running_loop().create_future()
        if self._closed:
            future.set_exception(StoreError(f"{self._path} is closed"))
        else:
            self._queue.put((content, taken, future))
        return future

    def close(self) -> None:
        """Commit what is queued, and close the file."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join()

    def _work(self) -> None:
        going = True
        while going:
            batch = self._waiting()
            if batch[-1] is None:
                going = False
            entries = [entry for entry in batch if entry is not None]
            if entries:
                self._failure = self._failure or self._commit(
                    [(content, taken) for content, taken, _ in entries]
                )
                _settle([future for *_, future in entries], self._failure)
        self._database.close()

    def _await_others(self) -> None:
        """Wait for the transaction of a previous writer; it finds the folder locked before its next one."""
        try:
            self._database.executescript("BEGIN IMMEDIATE; COMMIT")
        except sqlite3.Error as problem:
            self._database.close()
            raise unusable(self._path, problem) from problem

    def _waiting(self) -> list[Entry | None]:
        batch = [self._queue.get()]
        try:
            while batch[-1] is not None:
                batch.append(self._queue.get_nowait())
        except Empty:
            pass
        return batch

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


def _settle(futures: list["asyncio.Future[None]"], failure: Exception | None) -> None:
    """Resolve all futures with one wake-up of the loop."""

    def settle() -> None:
        for future in futures:
            if future.done():
                continue
            if failure is None:
                future.set_result(None)
            else:
                future.set_exception(failure)

    with suppress(RuntimeError):  # the loop is closed, and nothing waits
        futures[0].get_loop().call_soon_threadsafe(settle)
