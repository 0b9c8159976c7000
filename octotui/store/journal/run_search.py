"""Search for ended runs by a query, in pages, newest first; terms cost index look-ups, not full scans.

A term stands for some of the few distinct values (processes, states, workers …). The runs of each value are
adjacent and ordered in an index, so that SQLite merges them and stops at the end of the page. One term is
read from its index; the others are conditions on its rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from octotui.engine.queries.matcher import NOTHING, is_number, is_prefix, matches
from octotui.engine.queries.query import Query, Term
from octotui.engine.state import ENDED as ENDED_STATES
from octotui.store.errors import StoreError
from octotui.store.journal.run_records import RunRecord, from_row

if TYPE_CHECKING:
    import sqlite3

LATEST = (1 << 63) - 1  # above every number
ENDED = "runs.ended_at IS NOT NULL"
INDEXED = 4  # the first version of the tables with all of these indexes
COUNTED = 10_000  # runs of a term at which counting stops
DENSE = 1000  # most runs that are sorted for a page, and most distinct reasons that are compared one by one
WIDE = 100  # most values of a term that is read from indexes; beyond, all runs are scanned in order
COLUMNS = {
    "state": "state", "env": "environment", "tenant": "tenant", "by": "requester",
}  # fmt: skip
"""The columns of keys, each with an index of ended runs."""
TITLED = "process = ? AND name = ?"
TEXTS = ("state", "environment", "tenant", "requester", "reason")
_SOME = {"reason": " AND reason <> ''"}  # the condition of its partial index


class Kind(NamedTuple):
    """The ended runs with one value of an index: the index, its condition and the bound values."""

    by: str
    test: str
    values: tuple[Any, ...]


class IndexedTerm(NamedTuple):
    """A term of a query as a union of kinds, or with `negated` its complement.

    `tests` are conditions that no index serves.
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
        """Whether no run can match."""
        return not self.kinds and not self.tests and not self.negated


def page(
    database: "sqlite3.Connection", query: Query, before: int, limit: int, names: Mapping[str, str] = NOTHING
) -> list[RunRecord]:
    """Return a page of ended runs that match a resolved query, newest first, numbered below `before`.

    `names` maps slugs of environments and tenants to their display names. Raises StoreError.
    """
    if not is_indexed(database):
        return _read_all(database, query, before, limit, names)
    text, values = select(database, query, before, limit, names)
    rows = database.execute(text, values) if text else ()
    return sorted(map(from_row, rows), key=lambda record: -record.number)


def is_indexed(database: "sqlite3.Connection") -> bool:
    """Return whether the tables have these indexes; an older journal gets them when it is opened to write."""
    return bool(database.execute("PRAGMA user_version").fetchone()[0] >= INDEXED)


def select(
    database: "sqlite3.Connection",
    query: Query,
    before: int,
    limit: int,
    names: Mapping[str, str] = NOTHING,
) -> tuple[str, list[Any]]:
    """Return the SQL of a page and its bound values; an empty one where nothing can match."""
    inner, values = numbers(database, query, before, names)
    if not inner:
        return "", []
    inner += " ORDER BY number DESC LIMIT ?"
    return (
        f"SELECT runs.* FROM ({inner}) AS found CROSS JOIN runs ON runs.number = found.number",
        [*values, limit],
    )


def numbers(
    database: "sqlite3.Connection", query: Query, before: int, names: Mapping[str, str] = NOTHING
) -> tuple[str, list[Any]]:
    """Return the SQL of the numbers below `before` of all matching runs, and its bound values."""
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
    """Return the table and index that a kind is read from."""
    if kind.by == "places":
        return "places CROSS JOIN runs ON runs.number = places.number"
    return f"runs INDEXED BY {kind.by}" if kind.by else "runs"


def _number(kind: Kind) -> str:
    """Return the run number's column in the kind's index, so that SQLite sees the order."""
    return "places.number" if kind.by == "places" else "runs.number"


def _is_idle(term: Term) -> bool:
    """Return whether a term excludes nothing."""
    return term.key == "word" and not term.negated and is_prefix(term.values[0])


def _tests(conditions: Sequence[IndexedTerm]) -> tuple[str, list[Any]]:
    """Return SQL conditions for further terms, and their bound values."""
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
    """Return one condition for all values of a column, however many."""
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


def _condition(database: "sqlite3.Connection", term: Term, names: Mapping[str, str]) -> IndexedTerm:
    """Translate a term to kinds and tests of this journal."""
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


def _processes(database: "sqlite3.Connection", term: Term) -> IndexedTerm:
    """Translate processes to their titles, whose runs an index orders, or to a test if they are too many."""
    kinds: list[Kind] = []
    for process in term.values:
        for name in distinct(database, "name", "process = ? AND", (process,), WIDE + 1 - len(kinds)):
            kinds.append(Kind("ended_process", TITLED, (process, name)))  # noqa: PERF401
    if len(kinds) <= WIDE:
        return IndexedTerm(tuple(kinds), (), term.negated)
    test = f"process IN ({','.join('?' * len(term.values))})"
    return IndexedTerm((), ((test, term.values),), term.negated)


def _standing(value: str) -> tuple[str, tuple[Any, ...]]:
    """Return the test for a value of `is`; all others are of open runs."""
    return {"ended": "1", "warned": "warnings > 0"}.get(value, "0"), ()


def _times(query: Query) -> Iterator[IndexedTerm]:
    """Yield a term for the query's range of end times, if any."""
    tests = [
        (test, time)
        for test, time in (("ended_at >= ?", query.since), ("ended_at < ?", query.until))
        if time is not None
    ]
    if tests:
        test = " AND ".join(text for text, _ in tests)
        yield IndexedTerm((Kind("ended_time", test, tuple(time for _, time in tests)),))


def _word(database: "sqlite3.Connection", term: Term, names: Mapping[str, str]) -> IndexedTerm:
    """Translate a word to everything that it may match."""
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
    """Yield the run whose number or id the word is."""
    number = word.removeprefix("run-")
    if number.isascii() and number.isdecimal() and len(number) < 18 and is_number(word, int(number)):
        yield Kind("", "runs.number = ?", (int(number),))


def _titled(database: "sqlite3.Connection", word: str) -> Iterator[Kind]:
    """Yield the runs of processes whose slug or title contains the word."""
    for process in distinct(database, "process"):
        for name in distinct(database, "name", "process = ? AND", (process,)):
            if word in f"{process} {name}".lower():
                yield Kind("ended_process", TITLED, (process, name))


def _spoken(column: str, value: str, names: Mapping[str, str]) -> str:
    """Return the display name of a value."""
    if column == "state":
        return value.replace("-", " ")
    return names.get(value, "") if column in ("environment", "tenant") else ""


def _holds_word(text: str, word: str) -> bool:
    return word in text.lower()


def distinct(
    database: "sqlite3.Connection",
    column: str,
    given: str = "",
    values: tuple[str, ...] = (),
    most: int = -1,
) -> list[str]:
    """Return the distinct values of a column by a loose index scan."""
    index = "ended_process" if column == "name" else f"ended_{column}"
    some = ENDED + _SOME.get(column, "")
    least = f"SELECT min({column}) FROM runs INDEXED BY {index} WHERE {given} {some} AND {column}"
    return _jumps(database, least, values, most)


def distinct_places(database: "sqlite3.Connection", place: str, most: int) -> list[str]:
    """Return the workers, or the pools, that ended runs have leased."""
    return _jumps(database, "SELECT min(name) FROM places WHERE place = ? AND name", (place,), most)


def _jumps(database: "sqlite3.Connection", least: str, values: tuple[str, ...], most: int) -> list[str]:
    rows = database.execute(
        f"WITH RECURSIVE each (value) AS ({least} IS NOT NULL UNION ALL "
        f"SELECT ({least} > value) FROM each WHERE value IS NOT NULL) "
        "SELECT value FROM each WHERE value IS NOT NULL LIMIT ?",
        (*values * 2, most),
    )
    return [value for (value,) in rows if isinstance(value, str)]


def _count(database: "sqlite3.Connection", condition: IndexedTerm) -> int:
    """Count the runs of a condition, up to COUNTED."""
    if condition.negated or condition.tests:
        return COUNTED * 2  # never the term that is read from an index
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
            return COUNTED * 2  # it is not in the page's order, and too many to sort
        if total == COUNTED:
            break
    return total


def _read_all(
    database: "sqlite3.Connection", query: Query, before: int, limit: int, names: Mapping[str, str]
) -> list[RunRecord]:
    """Scan for a page in an older journal, which is only read and so has no indexes; raises StoreError."""
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
