"""Verification of a journal's whole chain, which finds what was changed or is missing."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from octotui.engine.state import Gap
from octotui.store.errors import UNDECODABLE, Damaged, malformed, unusable
from octotui.store.journal.hash_chain import Break, Head, Row, Walk, events_named
from octotui.store.journal.sqlite import look

REMOVED = b'{"type":"RunsRemoved",'
ROWS = "SELECT seq, coalesce(CAST(body AS BLOB), x''), CAST(hash AS BLOB) FROM events ORDER BY seq"
HEAD = "SELECT seq, CAST(hash AS BLOB) FROM events ORDER BY seq DESC LIMIT 1"
FOR_EVER = 1 << 62


class RecordedGaps(msgspec.Struct, frozen=True):
    """The gaps that a RunsRemoved records, decoded alone."""

    gaps: tuple[Gap, ...] = ()


class Verdict(msgspec.Struct, frozen=True):
    """The head of a chain, its number of events, and every break in it."""

    head: Head
    events: int
    breaks: tuple[Break, ...] = ()


def verify(path: Path, kept: Head | None = None) -> Verdict:
    """Verify every event of a journal, and that the chain contains `kept`, a head saved earlier.

    Raises StoreError where there is no journal, or only one without a chain.
    """
    try:
        return look(path, lambda database: _verify(database, kept))
    except sqlite3.Error as problem:
        raise unusable(path, problem) from problem


def head_of(path: Path) -> Head:
    """Return the head of a journal's chain; raises StoreError."""
    try:
        row = look(path, lambda database: database.execute(HEAD).fetchone())
    except sqlite3.Error as problem:
        raise unusable(path, problem) from problem
    if row is None:
        return Head(0, bytes(32).hex())
    if not isinstance(row[0], int) or not isinstance(row[1], bytes):
        raise Damaged(f"{path} is damaged: its last event has no hash")
    return Head(row[0], row[1].hex())


def _verify(database: sqlite3.Connection, kept: Head | None) -> Verdict:
    database.execute("BEGIN")  # a consistent view, whoever writes meanwhile
    gaps = vouched(database)
    walk, count = Walk(gaps), 0
    breaks: list[Break] = []
    try:
        for row in chain_rows(database.execute(ROWS)):
            count += 1
            breaks += walk.breaks((row,))
        head = Head(walk.seq, walk.hash.hex())
        breaks += () if kept is None else _against(database, kept, head, gaps)
    except sqlite3.DatabaseError as problem:
        head = Head(walk.seq, walk.hash.hex())
        breaks.append(
            Break(walk.seq + 1, FOR_EVER, f"nothing after event {walk.seq} can be read ({problem})")
        )
    return Verdict(head, count, tuple(breaks))


def chain_rows(rows: Iterable[tuple[Any, ...]]) -> Iterator[Row]:
    """Yield the rows of ROWS; raises sqlite3.DatabaseError for one without a number."""
    for seq, body, digest in rows:
        if not isinstance(seq, int):
            raise malformed("number of an event")
        yield seq, body, digest


def vouched(database: sqlite3.Connection) -> list[Gap]:
    """Return the gaps that RunsRemoved events record, in order; ignores what cannot be read."""
    gaps: list[Gap] = []
    with suppress(sqlite3.DatabaseError):
        rows = database.execute(
            "SELECT body FROM events WHERE substr(body, 1, ?) = ? ORDER BY seq", (len(REMOVED), REMOVED)
        )
        for (body,) in rows:
            with suppress(*UNDECODABLE):
                gaps += msgspec.json.decode(body, type=RecordedGaps).gaps
    return gaps


def _against(database: sqlite3.Connection, kept: Head, head: Head, gaps: Sequence[Gap]) -> Iterator[Break]:
    """Yield a Break where the chain contradicts a head that was saved elsewhere."""
    row = database.execute("SELECT CAST(hash AS BLOB) FROM events WHERE seq = ?", (kept.seq,)).fetchone()
    removed = [gap for gap in gaps if gap.first <= kept.seq <= gap.last]
    if row is not None and (row[0] or b"").hex() != kept.digest:
        yield Break(kept.seq, kept.seq, f"event {kept.seq} is not the one that was kept as the head")
    elif kept.seq > head.seq:
        text = events_named(head.seq + 1, kept.seq)
        yield Break(head.seq + 1, kept.seq, f"{text} {'is' if kept.seq == head.seq + 1 else 'are'} missing")
    elif row is None and removed and (removed[-1].last, removed[-1].after) != (kept.seq, kept.digest):
        text = f"event {kept.seq} was removed by retention since it was kept as the head: keep a newer one"
        yield Break(kept.seq, kept.seq, text)
    elif row is None and not removed:
        yield Break(kept.seq, kept.seq, f"event {kept.seq}, which was kept as the head, is missing")
