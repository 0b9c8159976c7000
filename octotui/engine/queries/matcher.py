"""Whether one run is what a query asks for; the index answers the same for all that have ended."""

from collections.abc import Collection, Mapping
from typing import Protocol

from octotui.engine.queries.query import Query, Term

NOTHING: Mapping[str, str] = {}


class Searchable(Protocol):
    """What a query can ask of a run."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def number(self) -> int: ...  # noqa: D102
    @property
    def process(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def environment(self) -> str | None: ...  # noqa: D102
    @property
    def tenant(self) -> str | None: ...  # noqa: D102
    @property
    def requester(self) -> str: ...  # noqa: D102
    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102
    @property
    def ended_at(self) -> float | None: ...  # noqa: D102
    @property
    def warnings(self) -> int: ...  # noqa: D102
    @property
    def workers(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def pools(self) -> tuple[str, ...]: ...  # noqa: D102


def matches(
    query: Query, run: Searchable, names: Mapping[str, str] = NOTHING, standing: Collection[str] = ()
) -> bool:
    """Return whether a run matches a resolved query.

    `names` are what people call environments and tenants, `standing` how an open run stands beside its state.
    """
    return _is_within(query, run.ended_at) and all(
        term.negated != _holds(term, run, names, standing) for term in query.terms
    )


def _is_within(query: Query, ended: float | None) -> bool:
    if ended is None:
        return query.until is None
    return (query.since is None or ended >= query.since) and (query.until is None or ended < query.until)


def _holds(term: Term, run: Searchable, names: Mapping[str, str], standing: Collection[str]) -> bool:
    if term.key == "word":
        (word,) = term.values
        if is_number(word, run.number) or (is_prefix(word) and not term.negated):
            return True
        return _is_in(word, run, names, standing)
    own = _values(term.key, run, standing)
    return any(value in own for value in term.values)


def _values(key: str, run: Searchable, standing: Collection[str]) -> Collection[str | None]:
    """Return the values that a run has of a key."""
    match key:
        case "state":
            return (run.state, *standing)
        case "env":
            return (run.environment,)
        case "tenant":
            return (run.tenant,)
        case "by":
            return (run.requester,)
        case "worker":
            return run.workers
        case "pool":
            return run.pools
        case "is":
            own = {"open" if run.ended_at is None else "ended", *standing}
            return own | {"warned"} if run.warnings else own
    return (run.process,)


def is_number(word: str, number: int) -> bool:
    """Return whether a word is the whole number or id of a run."""
    return word in (str(number), f"run-{number}")


def is_prefix(word: str) -> bool:
    """Return whether a word begins every id, so that it filters nothing."""
    return "run-".startswith(word)


def _is_in(word: str, run: Searchable, names: Mapping[str, str], standing: Collection[str]) -> bool:
    """Return whether a word is part of a text of a run."""
    places = (f"{slug} {names.get(slug, '')}" for slug in (run.environment, run.tenant) if slug)
    state = f"{run.state} {run.state.replace('-', ' ')}"
    texts = (f"{run.process} {run.name}", state, run.requester, run.reason, *places, *standing)
    return any(word in text.lower() for text in texts)
