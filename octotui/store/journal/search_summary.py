"""The summary of a search: counts, and the distinct values of all ended runs; asked for after the page."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from octotui.engine.queries.matcher import NOTHING, matches
from octotui.engine.queries.query import EVERYTHING, Query
from octotui.store.journal.run_records import RunRecord
from octotui.store.journal.run_search import (
    ENDED,
    LATEST,
    distinct,
    distinct_places,
    is_indexed,
    numbers,
    page,
)

if TYPE_CHECKING:
    import sqlite3

VALUES = 500  # of each key
_COLUMNS = {"env": "environment", "tenant": "tenant", "by": "requester"}


class SearchSummary(msgspec.Struct, frozen=True, omit_defaults=True):
    """Counts of ended runs (found, total), and by key their values with display names.

    `process` serves the keys `runbook` and `project`.
    """

    found: int = 0
    total: int = 0
    values: dict[str, dict[str, str]] = {}


def summarize(
    database: "sqlite3.Connection", query: Query, names: Mapping[str, str] = NOTHING
) -> SearchSummary:
    """Count the matching runs, and list the distinct values of all; may raise StoreError."""
    if not is_indexed(database):
        return summary_of(page(database, EVERYTHING, LATEST, LATEST, names), query, names)
    (total,) = database.execute(f"SELECT count(*) FROM runs WHERE {ENDED}").fetchone()
    if query == EVERYTHING:
        return SearchSummary(total, total, _values(database))
    text, values = numbers(database, query, LATEST, names)
    found = database.execute(f"SELECT count(*) FROM ({text})", values).fetchone()[0] if text else 0
    return SearchSummary(found, total, _values(database))


def summary_of(
    records: Iterable[RunRecord], query: Query, names: Mapping[str, str] = NOTHING
) -> SearchSummary:
    """Return the same summary of records in memory."""
    ended = list(records)
    values: dict[str, dict[str, str]] = {}
    for each in ended:
        own = {"env": (each.environment,), "tenant": (each.tenant,), "by": (each.requester,)}
        for key, found in (own | {"worker": each.workers, "pool": each.pools}).items():
            values.setdefault(key, {}).update((value, value) for value in found if value)
        values.setdefault("process", {}).setdefault(each.process, each.name)
    return SearchSummary(sum(matches(query, each, names) for each in ended), len(ended), values)


def _values(database: "sqlite3.Connection") -> dict[str, dict[str, str]]:
    found = {key: distinct(database, column, most=VALUES) for key, column in _COLUMNS.items()}
    found |= {place: distinct_places(database, place, VALUES) for place in ("worker", "pool")}
    values = {key: {each: each for each in some if each} for key, some in found.items()}
    values["process"] = {}
    for process in distinct(database, "process", most=VALUES):
        name = distinct(database, "name", "process = ? AND", (process,), 1)
        values["process"][process] = name[0] if name else process
    return values
