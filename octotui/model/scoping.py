"""Scoping: matching the values of a variable to a context, itself a Scope, by specificity (V2, V3)."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec.structs import astuple

from octotui.model.space import Scope, Value

KINDS = Scope.__struct_fields__
"""The kinds of scopes in order of precedence, most specific first."""


def names(scope: Scope, kind: str) -> tuple[str, ...]:
    """Return the names of one kind in a scope or context."""
    scope_names: tuple[str, ...] = getattr(scope, kind)
    return scope_names


def kinds_of(scope: Scope) -> tuple[str, ...]:
    """Return the kinds of which a scope has names."""
    return tuple(kind for kind in KINDS if names(scope, kind))


def matches(scope: Scope, context: Scope, kinds: Iterable[str] = KINDS) -> bool:
    """Return whether a scope matches a context: any name within a kind, and all kinds with names (V2)."""
    return all(
        not set(names(scope, kind)).isdisjoint(names(context, kind)) for kind in kinds if names(scope, kind)
    )


def most_specific(values: Sequence[Value], context: Scope) -> list[Value]:
    """Return the matching values of highest specificity, compared kind by kind (V3)."""
    ranks = [_rank(value.scope, context) for value in values]
    most = max(ranks, default=())
    return [value for value, rank in zip(values, ranks, strict=True) if rank and rank == most]


@lru_cache(maxsize=4096)
def _rank(scope: Scope, context: Scope) -> tuple[bool, ...]:
    """Return a scope's specificity, comparable as a tuple, or `()` if it does not match.

    Cached, since models have many variables and few scopes, and every step of a run resolves them all.
    """
    return tuple(map(bool, astuple(scope))) if matches(scope, context) else ()
