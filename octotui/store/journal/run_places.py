"""Migration: fill in the workers and pools of runs in an older journal, from its events."""

import sqlite3
from collections.abc import Iterator

import msgspec

from octotui.store.errors import UNDECODABLE
from octotui.store.journal.run_records import names_text, run_number

BATCH = 5000
# The tag comes first in a body: a comparison of its beginning finds these events without reading JSON.
SELECTED = b'{"type":"WorkersSelected",'
_UNREADABLE = (*UNDECODABLE, ValueError)


class _Pick(msgspec.Struct):
    pool: str
    worker: str


class _Selection(msgspec.Struct):
    run: str
    picks: tuple[_Pick, ...]


class _Leased(msgspec.Struct):
    """The workers and pools that one run has leased so far, ordered and unique."""

    workers: dict[str, None] = msgspec.field(default_factory=dict)
    pools: dict[str, None] = msgspec.field(default_factory=dict)


def enter_places(database: sqlite3.Connection) -> None:
    """Fill the columns and the index in the caller's transaction, in one pass over the events."""
    runs: dict[int, _Leased] = {}
    for selection in _selections(database):
        leased = runs.setdefault(run_number(selection.run), _Leased())
        leased.workers.update((each.worker, None) for each in selection.picks)
        leased.pools.update((each.pool, None) for each in selection.picks)
    ended = {n for (n,) in database.execute("SELECT number FROM runs WHERE ended_at IS NOT NULL")}
    many = database.executemany
    many(
        "UPDATE runs SET workers = ?, pools = ? WHERE number = ?",
        ((names_text(tuple(each.workers)), names_text(tuple(each.pools)), n) for n, each in runs.items()),
    )
    for place in ("worker", "pool"):
        names = ((n, each.workers if place == "worker" else each.pools) for n, each in runs.items())
        rows = sorted((place, name, n) for n, own in names if n in ended for name in own)
        many("INSERT OR IGNORE INTO places VALUES (?, ?, ?)", rows)


def _selections(database: sqlite3.Connection) -> Iterator[_Selection]:
    """Yield the selections of workers in order; skip unreadable events, which replaying reports."""
    decoder = msgspec.json.Decoder(_Selection)
    query = "SELECT body FROM events WHERE substr(body, 1, ?) = ? ORDER BY seq"
    rows = database.execute(query, (len(SELECTED), SELECTED))
    while some := rows.fetchmany(BATCH):
        for (body,) in some:
            try:
                selection = decoder.decode(body)
                run_number(selection.run)
            except _UNREADABLE:
                continue
            yield selection
