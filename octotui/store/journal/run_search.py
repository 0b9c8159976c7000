"""Pages of ended runs, newest first, filtered by words: every word costs index look-ups, never all runs.

A word stands for some of the few values there are (processes, states, environments …). The runs of each value
lie in an index in their order, so that SQLite merges these rows and stops at the end of the page.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from octotui.store.journal.run_records import RunRecord, from_row

ENDED = "ended_at IS NOT NULL"
COLUMNS = ("state", "environment", "tenant", "requester")
DENSE = 1000  # runs of a word after which it is not looked at how many more there are
WIDE = 100  # values that one word may stand for before it is simply looked at all runs in their order
NOTHING: Mapping[str, str] = {}


class Kind(NamedTuple):
    """Some ended runs that lie together in an index: by what, and its values."""

    by: str
    test: str
    values: tuple[Any, ...]


def page(
    database: sqlite3.Connection,
    words: Sequence[str],
    before: int,
    limit: int,
    names: Mapping[str, str] = NOTHING,
) -> list[RunRecord]:
    """Ended runs numbered below `before` of which every word is a part of something; the newest first.

    `names` are what people call environments and tenants, by slug.
    """
    query, values = select(database, words, before, limit, names)
    rows = database.execute(query, values) if query else ()
    return sorted(map(from_row, rows), key=lambda record: -record.number)


def select(
    database: sqlite3.Connection,
    words: Sequence[str],
    before: int,
    limit: int,
    names: Mapping[str, str] = NOTHING,
) -> tuple[str, list[Any]]:
    """The query for a page, and its values; an empty one where a word stands for nothing."""
    meant = [tuple(_kinds(database, word.lower(), names)) for word in words if not "run-".startswith(word)]
    if not all(meant):
        return "", []
    meant.sort(key=lambda kinds: _count(database, kinds))
    narrow = meant[:1] if meant and len(meant[0]) <= WIDE else []
    tests, tested = _tests(meant[len(narrow) :])
    arms: list[str] = []
    values: list[Any] = []
    for kind in narrow[0] if narrow else (Kind("", "1", ()),):
        indexed = f"INDEXED BY {kind.by}" if kind.by else ""
        arms.append(f"SELECT number FROM runs {indexed} WHERE {ENDED} AND number < ? AND {kind.test}{tests}")
        values += [before, *kind.values, *tested]
    inner = f"{' UNION '.join(arms)} ORDER BY number DESC LIMIT ?"
    return (
        f"SELECT runs.* FROM ({inner}) AS found CROSS JOIN runs ON runs.number = found.number",
        [*values, limit],
    )


def _tests(meant: Sequence[Sequence[Kind]]) -> tuple[str, list[Any]]:
    """What the rows that one word finds must be besides, by the other words."""
    parts = [" OR ".join(f"({kind.test})" for kind in kinds) for kinds in meant]
    return "".join(f" AND ({part})" for part in parts), [
        each for kinds in meant for kind in kinds for each in kind.values
    ]


def _kinds(database: sqlite3.Connection, word: str, names: Mapping[str, str]) -> Iterator[Kind]:
    """Everything that a word may stand for."""
    number = word.removeprefix("run-")
    if number.isdecimal() and len(number) < 18:
        yield Kind("", "number = ?", (int(number),))
    for process in _distinct(database, "process"):
        for name in _distinct(database, "name", "process = ? AND", (process,)):
            if word in f"{process} {name}".lower():
                yield Kind("ended_process", "process = ? AND name = ?", (process, name))
    for column in COLUMNS:
        for value in _distinct(database, column):
            if word in f"{value} {names.get(value, '')}".lower():
                yield Kind(f"ended_{column}", f"{column} = ?", (value,))


def _distinct(
    database: sqlite3.Connection, column: str, given: str = "", values: tuple[str, ...] = ()
) -> list[str]:
    """The different values of a column, found by jumping from each to the next in its index."""
    index = "ended_process" if column == "name" else f"ended_{column}"
    least = f"SELECT min({column}) FROM runs INDEXED BY {index} WHERE {given} {ENDED} AND {column}"
    rows = database.execute(
        f"WITH RECURSIVE each (value) AS ({least} IS NOT NULL UNION ALL "
        f"SELECT ({least} > value) FROM each WHERE value IS NOT NULL) "
        "SELECT value FROM each WHERE value IS NOT NULL",
        values * 2,
    )
    return [value for (value,) in rows]


def _count(database: sqlite3.Connection, kinds: Sequence[Kind]) -> int:
    """How many runs a word finds, as exactly as it is worth knowing."""
    total = 0
    for kind in kinds:
        if total >= DENSE:
            break
        indexed = f"INDEXED BY {kind.by}" if kind.by else ""
        (count,) = database.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM runs {indexed} WHERE {ENDED} AND {kind.test} LIMIT ?)",
            (*kind.values, DENSE),
        ).fetchone()
        total += count
    return total
