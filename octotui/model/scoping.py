"""Which values of a variable are left in a context: a Scope of the names that hold there (V2, V3)."""

from collections.abc import Iterable, Sequence

from octotui.model.space import Scope, Value

KINDS = Scope.__struct_fields__
"""The kinds of scopes, most specific first."""


def names(scope: Scope, kind: str) -> tuple[str, ...]:
    """The names that a scope, or a context, has of one kind."""
    found: tuple[str, ...] = getattr(scope, kind)
    return found


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
    left = [value for value in values if matches(value.scope, context)]
    for kind in KINDS:
        left = [value for value in left if names(value.scope, kind)] or left
    return left
