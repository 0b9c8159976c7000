"""Which values of a variable are left in a context: a Scope of the names that hold there (V2, V3)."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec.structs import astuple

from octotui.model.space import Scope, Value

KINDS = Scope.__struct_fields__
"""The kinds of scopes, most specific first."""


def names(scope: Scope, kind: str) -> tuple[str, ...]:
    """The names that a scope, or a context, has of one kind."""
    scope_names: tuple[str, ...] = getattr(scope, kind)
    return scope_names


def kinds_of(scope: Scope) -> tuple[str, ...]:
    """The kinds that a scope names some of."""
    return tuple(kind for kind in KINDS if names(scope, kind))


def matches(scope: Scope, context: Scope, kinds: Iterable[str] = KINDS) -> bool:
    """Whether a scope holds in a context: any name of a kind, and every kind that names some (V2)."""
    return all(
        not set(names(scope, kind)).isdisjoint(names(context, kind)) for kind in kinds if names(scope, kind)
    )


def most_specific(values: Sequence[Value], context: Scope) -> list[Value]:
    """The values that match, once less specific ones are dropped kind by kind (V3)."""
    ranks = [_rank(value.scope, context) for value in values]
    most = max(ranks, default=())
    return [value for value, rank in zip(values, ranks, strict=True) if rank and rank == most]


@lru_cache(maxsize=4096)
def _rank(scope: Scope, context: Scope) -> tuple[bool, ...]:
    """Which kinds a scope names, so that the more specific is the greater; nothing if it does not match.

    Models have many variables and few scopes, and every step of a run asks for all of them.
    """
    return tuple(map(bool, astuple(scope))) if matches(scope, context) else ()
