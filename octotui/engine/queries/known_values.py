"""What values of a query mean in a space: slugs and names, and the beginnings of them."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from octotui.engine.queries.query import PLACES, Query, Term, bounded
from octotui.model.complaints import did_you_mean

KnownValues = Mapping[str, Mapping[str, str]]
"""By key: the slugs that a space knows, and what people call each."""
NOUNS = {
    "env": "environment",
    "worker": "worker",
    "pool": "pool",
    "runbook": "runbook",
    "project": "project",
    "by": "person",
    "tenant": "tenant",
}


def resolve(query: Query, known: KnownValues) -> Query:
    """Replace names, and beginnings of slugs or names, by slugs; unknown values stay.

    Raises QueryError where a beginning is that of too many.
    """
    return bounded(replace(query, terms=tuple(_resolved(term, known) for term in query.terms)))


def unknown_value(query: Query, known: KnownValues) -> str:
    """Return a sentence about a value that the space does not know; empty where it knows all."""
    for term in query.terms:
        names = known.get(term.key, {})
        for value in term.values if term.key in PLACES else ():
            if not _meant(value, names):
                nearest = did_you_mean(value, _spoken(names)) if names else "; none is known."
                return f"there is no {NOUNS[term.key]} “{value}”{nearest}"
    return ""


def _resolved(term: Term, known: KnownValues) -> Term:
    if term.key not in PLACES:
        return term
    names = known.get(term.key, {})
    slugs = [slug for value in term.values for slug in _meant(value, names) or (value,)]
    return replace(term, values=tuple(dict.fromkeys(slugs)))


def _meant(value: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the slugs that a value names, or else those that begin with it."""
    folded = value.casefold()
    spoken = [(slug, (slug.casefold(), name.casefold())) for slug, name in names.items()]
    exact = tuple(slug for slug, both in spoken if folded in both)
    return exact or tuple(slug for slug, both in spoken if any(each.startswith(folded) for each in both))


def _spoken(names: Mapping[str, str]) -> Iterator[str]:
    for slug, name in names.items():
        yield slug
        yield name
