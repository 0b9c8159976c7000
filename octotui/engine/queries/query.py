"""What a parsed query asks of a run: plain values, also on the wire."""

from typing import Annotated, Literal, get_args

import msgspec

from octotui.engine.state import RunState

Key = Literal["word", "state", "env", "worker", "pool", "runbook", "project", "by", "tenant", "is"]
MOST = 50  # terms of a query: each costs look-ups
MOST_VALUES = (
    2500  # of all terms: SQLite binds so many, and what is typed may stand for all workers of a space
)
LONGEST = 2000  # characters of a query as it is typed
LONGEST_VALUE = 1000  # characters of a word or a value
LARGEST = 100_000  # bytes of a query on the wire

STATES: tuple[str, ...] = get_args(RunState)
SHOWN = ("asks", "waits", "scheduled")
"""How lists call an open run where that is not its state: further values of `state`."""
STANDINGS = {
    "asking": "a person is asked something",
    "waiting": "it executes, but cannot move",
    "scheduled": "it waits for its time",
    "open": "it has not ended",
    "ended": "it has ended",
    "warned": "it has warnings",
}
KEYS = {
    "state": "how a run stands, such as failed",
    "env": "the environment",
    "worker": "a worker that it has leased",
    "pool": "a pool of such a worker",
    "runbook": "the runbook",
    "project": "the project that is deployed",
    "by": "who started it",
    "tenant": "the tenant",
    "since": "what ended at or after a time, and what is open",
    "until": "what ended before a time",
    "is": "asking, waiting, scheduled, open, ended or warned",
}
"""The keys that people type, and what each asks for."""
PLACES = ("env", "worker", "pool", "runbook", "project", "by", "tenant")
"""The keys whose values are those of a space."""


class QueryError(ValueError):
    """A text that is no query, or a query that asks too much; its sentence says what to do."""


class Term(msgspec.Struct, frozen=True, omit_defaults=True):
    """One condition: any of the values of a key, or with `negated` none; a word is a part of a text."""

    key: Key
    values: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    negated: bool = False


class Query(msgspec.Struct, frozen=True, omit_defaults=True):
    """Conditions that all hold; `since` and `until` are seconds since 1970, between which a run ended.

    One that is typed, resolved, narrowed or received is `bounded`.
    """

    terms: tuple[Term, ...] = ()
    since: float | None = None
    until: float | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The words that a run must have."""
        return tuple(
            each for term in self.terms if term.key == "word" and not term.negated for each in term.values
        )

    def narrowed(self, other: "Query") -> "Query":
        """Combine two queries, of which both must match; raises QueryError where that is too much."""
        since = max((each for each in (self.since, other.since) if each is not None), default=None)
        until = min((each for each in (self.until, other.until) if each is not None), default=None)
        return bounded(Query((*self.terms, *other.terms), since, until))


EVERYTHING = Query()


def bounded(query: Query) -> Query:
    """Merge equal terms; raises QueryError where the query exceeds the limits of wire and index."""
    terms = tuple(dict.fromkeys(query.terms))
    if len(terms) > MOST:
        raise QueryError(f"a filter takes {MOST} words at most")
    if any(term.key == "word" and len(term.values) > 1 for term in terms):
        raise QueryError("each word of a filter is a term of its own")
    if sum(len(term.values) for term in terms) > MOST_VALUES:
        raise QueryError(f"this stands for more than {MOST_VALUES:,} values: type more of the name")
    if any(len(value) > LONGEST_VALUE for term in terms for value in term.values):
        raise QueryError(f"a word of a filter has {LONGEST_VALUE} characters at most")
    return _sized(Query(terms, query.since, query.until))


def _sized(query: Query) -> Query:
    try:
        size = len(msgspec.json.encode(query))
    except UnicodeEncodeError:
        raise QueryError("a filter is text in UTF-8") from None
    if size > LARGEST:
        raise QueryError(f"this stands for more than {LARGEST:,} bytes of values: type more of the name")
    return query
