"""What a parsed query asks of a run: plain values, also on the wire."""

from typing import Annotated, Literal, get_args

import msgspec

from octotui.engine.state import RunState

Key = Literal["word", "state", "env", "worker", "pool", "runbook", "project", "by", "tenant", "is"]
MOST = 50  # terms of a query, and values of one: each costs look-ups
Text = Annotated[str, msgspec.Meta(max_length=1000)]

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


class Term(msgspec.Struct, frozen=True, omit_defaults=True):
    """One condition: any of the values of a key, or with `negated` none; a word is a part of a text."""

    key: Key
    values: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1, max_length=MOST)]
    negated: bool = False


class Query(msgspec.Struct, frozen=True, omit_defaults=True):
    """Conditions that all hold; `since` and `until` are seconds since 1970, between which a run ended."""

    terms: Annotated[tuple[Term, ...], msgspec.Meta(max_length=MOST)] = ()
    since: float | None = None
    until: float | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The words that a run must have."""
        return tuple(
            each for term in self.terms if term.key == "word" and not term.negated for each in term.values
        )

    def narrowed(self, other: "Query") -> "Query":
        """What both ask."""
        since = max((each for each in (self.since, other.since) if each is not None), default=None)
        until = min((each for each in (self.until, other.until) if each is not None), default=None)
        return Query((*self.terms, *other.terms), since, until)


EVERYTHING = Query()
