"""Pages of ended runs, newest first, that a query finds: every term costs index look-ups, never all runs.

A term stands for some of the few values there are (processes, states, workers …). The runs of each value lie
in an index in their order, so that SQLite merges these rows and stops at the end of the page. The other terms
are tests on each row that is found so.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from octotui.engine.queries.matcher import NOTHING, is_number, is_prefix, matches
from octotui.engine.queries.query import Query, Term
from octotui.engine.state import ENDED as ENDED_STATES
from octotui.store.errors import StoreError
from octotui.store.journal.run_records import RunRecord, from_row

LATEST = (1 << 63) - 1  # above every number
ENDED = "runs.ended_at IS NOT NULL"
INDEXED = 4  # the first version of the tables with all of these indexes
COUNTED = 10_000  # runs of a term after which it is not looked at how many more there are
DENSE = 1000  # runs that are sorted for a page, and different reasons that are looked at one by one
WIDE = 100  # values that one term may stand for before it is simply looked at all runs in their order
COLUMNS = {
    "state": "state", "env": "environment", "tenant": "tenant", "by": "requester",
}  # fmt: skip
"""The columns of keys, each of which has an index of ended runs."""
TITLED = "process = ? AND name = ?"
TEXTS = ("state", "environment", "tenant", "requester", "reason")
_SOME = {"reason": " AND reason <> ''"}  # what its index says, too


class Kind(NamedTuple):
    """Some ended runs that lie together in an index: by what, and its values."""

    by: str
    test: str
    values: tuple[Any, ...]


class IndexedTerm(NamedTuple):
    """What one term stands for: any of these kinds, or with `negated` none of them.

    `tests` are tests for runs that no index finds.
    """

    kinds: tuple[Kind, ...]
    tests: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    negated: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether its runs can be read from indexes."""
        return not self.negated and not self.tests and len(self.kinds) <= WIDE

    @property
    def is_nothing(self) -> bool:
        """Whether no run can fulfil it."""
        return not self.kinds and not self.tests and not self.negated


def page(
    database: sqlite3.Connection, query: Query, before: int, limit: int, names: Mapping[str, str] = NOTHING
) -> list[RunRecord]:
    """Ended runs numbered below `before` that fulfil a query which is resolved; the newest first.

    `names` are what people call environments and tenants, by slug. May raise StoreError.
    """
    if not is_indexed(database):
        return _read_all(database, query, before, limit, names)
    text, values = select(database, query, before, limit, names)
    rows = database.execute(text, values) if text else ()
    return sorted(map(from_row, rows), key=lambda record: -record.number)


def is_indexed(database: sqlite3.Connection) -> bool:
    """Whether the tables are of this version; those of an older journal stay until it is opened to write."""
    return bool(database.execute("PRAGMA user_version").fetchone()[0] >= INDEXED)


def select(
    database: sqlite3.Connection,
    query: Query,
    before: int,
    limit: int,
    names: Mapping[str, str] = NOTHING,
) -> tuple[str, list[Any]]:
    """The statement for a page, and its values; an empty one where nothing can be found."""
    inner, values = numbers(database, query, before, names)
    if not inner:
        return "", []
    inner += " ORDER BY number DESC LIMIT ?"
    return (
        f"SELECT runs.* FROM ({inner}) AS found CROSS JOIN runs ON runs.number = found.number",
        [*values, limit],
    )


def numbers(
    database: sqlite3.Connection, query: Query, before: int, names: Mapping[str, str] = NOTHING
) -> tuple[str, list[Any]]:
    """The statement for the numbers of all that a query finds below one, and its values."""
    database.create_function("holds_word", 2, _holds_word, deterministic=True)
    found = [_condition(database, term, names) for term in query.terms if not _is_idle(term)]
    found += _times(query)
    if any(each.is_nothing for each in found):
        return "", []
    counts = {each: _count(database, each) for each in found}
    found.sort(key=counts.__getitem__)
    is_narrow = bool(found) and found[0].is_narrow and counts[found[0]] <= COUNTED
    narrow = found[0].kinds if is_narrow else (Kind("", "1", ()),)
    tests, tested = _tests(found[1:] if is_narrow else found)
    arms: list[str] = []
    values: list[Any] = []
    for kind in narrow:
        where = f"{ENDED} AND runs.number < ? AND {kind.test}{tests}"
        arms.append(f"SELECT {_number(kind)} AS number FROM {_source(kind)} WHERE {where}")
        values += [before, *kind.values, *tested]
    return " UNION ".join(arms), values


def _source(kind: Kind) -> str:
    """The table that a kind is read from, by its index."""
    if kind.by == "places":
        return "places CROSS JOIN runs ON runs.number = places.number"
    return f"runs INDEXED BY {kind.by}" if kind.by else "runs"


def _number(kind: Kind) -> str:
    """The number of a run as its index has it, so that SQLite sees its order."""
    return "places.number" if kind.by == "places" else "runs.number"


def _is_idle(term: Term) -> bool:
    """Whether a term leaves nothing out."""
    return term.key == "word" and not term.negated and is_prefix(term.values[0])


def _tests(conditions: Sequence[IndexedTerm]) -> tuple[str, list[Any]]:
    """What the rows that one condition finds must be besides, by the other ones."""
    text, values = "", []
    for each in conditions:
        parts = list(each.tests)
        for by, kinds in _by_column(each.kinds).items():
            parts.append(_any_of(by, kinds))
        either = " OR ".join(f"({part})" for part, _ in parts) or "0"
        text += f" AND {'NOT ' if each.negated else ''}coalesce({either}, 0)"
        values += [value for _, own in parts for value in own]
    return text, values


def _by_column(kinds: Sequence[Kind]) -> dict[tuple[str, str], list[Kind]]:
    found: dict[tuple[str, str], list[Kind]] = {}
    for kind in kinds:
        found.setdefault((kind.by, kind.test), []).append(kind)
    return found


def _any_of(by: tuple[str, str], kinds: Sequence[Kind]) -> tuple[str, tuple[Any, ...]]:
    """One test for all values of a column, however many."""
    index, test = by
    values = tuple(value for kind in kinds for value in kind.values)
    if index == "places":
        names = ",".join("?" * len(kinds))
        exists = f"SELECT 1 FROM places WHERE place = ? AND name IN ({names}) AND places.number = runs.number"
        return f"EXISTS ({exists})", (kinds[0].values[0], *(kind.values[1] for kind in kinds))
    if len(kinds) == 1:
        return test, values
    if test == TITLED:
        return f"(process, name) IN (VALUES {','.join(['(?, ?)'] * len(kinds))})", values
    column = index.removeprefix("ended_") if index else "runs.number"
    return f"{column} IN ({','.join('?' * len(values))})", values


def _condition(database: sqlite3.Connection, term: Term, names: Mapping[str, str]) -> IndexedTerm:
    """What a term stands for in this journal."""
    match term.key:
        case "word":
            return _word(database, term, names)
        case "worker" | "pool":
            test = "places.place = ? AND places.name = ?"
            return IndexedTerm(
                tuple(Kind("places", test, (term.key, value)) for value in term.values), (), term.negated
            )
        case "is":
            return IndexedTerm((), tuple(map(_standing, term.values)), term.negated)
        case "runbook" | "project":
            return _processes(database, term)
    column = COLUMNS[term.key]
    values = [value for value in term.values if term.key != "state" or value in ENDED_STATES]
    kinds = tuple(Kind(f"ended_{column}", f"{column} = ?", (value,)) for value in values)
    return IndexedTerm(kinds, (), term.negated)


def _processes(database: sqlite3.Connection, term: Term) -> IndexedTerm:
    """The runs of processes: those of each title lie in their order, where there are not too many titles."""
    kinds: list[Kind] = []
    for process in term.values:
        for name in distinct(database, "name", "process = ? AND", (process,), WIDE + 1 - len(kinds)):
            kinds.append(Kind("ended_process", TITLED, (process, name)))  # noqa: PERF401
    if len(kinds) <= WIDE:
        return IndexedTerm(tuple(kinds), (), term.negated)
    test = f"process IN ({','.join('?' * len(term.values))})"
    return IndexedTerm((), ((test, term.values),), term.negated)


def _standing(value: str) -> tuple[str, tuple[Any, ...]]:
    """How ended runs can stand: the other values of `is` are of open ones."""
    return {"ended": "1", "warned": "warnings > 0"}.get(value, "0"), ()


def _times(query: Query) -> Iterator[IndexedTerm]:
    """What a query asks of the time at which runs ended."""
    tests = [
        (test, time)
        for test, time in (("ended_at >= ?", query.since), ("ended_at < ?", query.until))
        if time is not None
    ]
    if tests:
        test = " AND ".join(text for text, _ in tests)
        yield IndexedTerm((Kind("ended_time", test, tuple(time for _, time in tests)),))


def _word(database: sqlite3.Connection, term: Term, names: Mapping[str, str]) -> IndexedTerm:
    """Everything that a word may stand for."""
    word = term.values[0]
    kinds = [*_numbered(word), *_titled(database, word)]
    tests: list[tuple[str, tuple[Any, ...]]] = []
    for column in TEXTS:
        values = distinct(database, column, most=DENSE if column == "reason" else -1)
        if column == "reason" and len(values) == DENSE:
            tests.append(("reason <> '' AND holds_word(reason, ?)", (word,)))
            continue
        said = (value for value in values if word in f"{value} {_spoken(column, value, names)}".lower())
        test = f"{column} = ?{_SOME.get(column, '')}"
        kinds += (Kind(f"ended_{column}", test, (value,)) for value in said)
    return IndexedTerm(tuple(kinds), tuple(tests), term.negated)


def _numbered(word: str) -> Iterator[Kind]:
    """The run whose number or id a word is."""
    number = word.removeprefix("run-")
    if number.isascii() and number.isdecimal() and len(number) < 18 and is_number(word, int(number)):
        yield Kind("", "runs.number = ?", (int(number),))


def _titled(database: sqlite3.Connection, word: str) -> Iterator[Kind]:
    """The runs of processes that have a word in their slug or title."""
    for process in distinct(database, "process"):
        for name in distinct(database, "name", "process = ? AND", (process,)):
            if word in f"{process} {name}".lower():
                yield Kind("ended_process", TITLED, (process, name))


def _spoken(column: str, value: str, names: Mapping[str, str]) -> str:
    """What people call a value."""
    if column == "state":
        return value.replace("-", " ")
    return names.get(value, "") if column in ("environment", "tenant") else ""


def _holds_word(text: str, word: str) -> bool:
    return word in text.lower()


def distinct(
    database: sqlite3.Connection,
    column: str,
    given: str = "",
    values: tuple[str, ...] = (),
    most: int = -1,
) -> list[str]:
    """The different values of a column, found by jumping from each to the next in its index."""
    index = "ended_process" if column == "name" else f"ended_{column}"
    some = ENDED + _SOME.get(column, "")
    least = f"SELECT min({column}) FROM runs INDEXED BY {index} WHERE {given} {some} AND {column}"
    return _jumps(database, least, values, most)


def distinct_places(database: sqlite3.Connection, place: str, most: int) -> list[str]:
    """The workers, or the pools, that ended runs have leased."""
    return _jumps(database, "SELECT min(name) FROM places WHERE place = ? AND name", (place,), most)


def _jumps(database: sqlite3.Connection, least: str, values: tuple[str, ...], most: int) -> list[str]:
    rows = database.execute(
        f"WITH RECURSIVE each (value) AS ({least} IS NOT NULL UNION ALL "
        f"SELECT ({least} > value) FROM each WHERE value IS NOT NULL) "
        "SELECT value FROM each WHERE value IS NOT NULL LIMIT ?",
        (*values * 2, most),
    )
    return [value for (value,) in rows]


def _count(database: sqlite3.Connection, condition: IndexedTerm) -> int:
    """How many runs a condition finds, as exactly as it is worth knowing."""
    if condition.negated or condition.tests:
        return COUNTED * 2  # never the one that is read from
    total = 0
    for kind in condition.kinds:
        where = f"{ENDED} AND {kind.test}"
        if kind.by == "places":
            where = kind.test
        source = "places" if kind.by == "places" else _source(kind)
        (count,) = database.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {source} WHERE {where} LIMIT ?)",
            (*kind.values, COUNTED - total),
        ).fetchone()
        total += count
        if kind.by == "ended_time" and total >= DENSE:
            return COUNTED * 2  # a page is not in the order of time, and so many are not sorted
        if total == COUNTED:
            break
    return total


def _read_all(
    database: sqlite3.Connection, query: Query, before: int, limit: int, names: Mapping[str, str]
) -> list[RunRecord]:
    """The page from an older journal that is only read, and gets no indexes by that: from run to run."""
    if any(term.key in ("worker", "pool") for term in query.terms):
        raise StoreError(
            "an older octotui wrote this space, and no index of its workers: "
            "open it once with this one (octotui open FILE)"
        )
    rows = database.execute(
        f"SELECT * FROM runs WHERE {ENDED} AND number < ? ORDER BY number DESC", (before,)
    )
    found: list[RunRecord] = []
    for record in map(from_row, rows):
        if len(found) == limit:
            break
        if matches(query, record, names):
            found.append(record)
    return found
