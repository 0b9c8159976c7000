"""Queries for the events of some types, or since a time, in which SQLite skips all others."""

import sqlite3
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from octotui.engine.events import AnyEvent
from octotui.store.errors import UNDECODABLE, unreadable, unusable
from octotui.store.journal.sqlite import look, stream

# A body begins with `{"type":"RunQueued",`: SQLite compares the type, and Python decodes only the matches.
TYPE = "CAST(substr(body, 10, instr(substr(body, 10, 64), x'22') - 1) AS TEXT)"


DECODER: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


class EventTime(msgspec.Struct, frozen=True):
    """The time of an event, decoded alone."""

    at: float


def events_of(
    path: Path, types: Collection[str], since: float | None = None, after: int = 0
) -> Iterator[AnyEvent]:
    """Yield the events of some types in order, `since` a time (seconds since 1970) and `after` a seq.

    Raises StoreError.
    """
    marks = ",".join("?" * len(types))
    query = f"SELECT seq, body FROM events WHERE seq >= ? AND {TYPE} IN ({marks}) ORDER BY seq"
    try:
        start = 0 if since is None else look(path, lambda database: _first_since(path, database, since))
        for seq, body in stream(path, query, (max(after + 1, start), *types)):
            yield read_event(path, seq, body)
    except sqlite3.Error as problem:
        raise unusable(path, problem) from problem


def read_event(path: Path, seq: int, body: bytes) -> AnyEvent:
    """Return the event of a row; raises StoreError, Damaged where the body is none that was written."""
    try:
        return DECODER.decode(body)
    except UNDECODABLE as problem:
        raise unreadable(path, seq, body, problem) from problem


def _first_since(path: Path, database: sqlite3.Connection, since: float) -> int:
    """Return the first seq at or after a time, by binary search: times never decrease; raises StoreError."""
    low, high = 0, database.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0] + 1
    while low < high:
        middle = (low + high) // 2
        row = database.execute(
            "SELECT seq, body FROM events WHERE seq >= ? ORDER BY seq LIMIT 1", (middle,)
        ).fetchone()
        if row is None or _time(path, *row) >= since:
            high = middle
        else:
            low = row[0] + 1
    return low


def _time(path: Path, seq: int, body: bytes) -> float:
    try:
        return msgspec.json.decode(body, type=EventTime).at
    except UNDECODABLE as problem:
        raise unreadable(path, seq, body, problem) from problem
