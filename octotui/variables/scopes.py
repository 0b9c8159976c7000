"""Which value of a variable holds in a context, and when two of them tie (V2, V3)."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from octotui.model.space import Scope, Value

Kind = Literal["step", "target", "role", "tenant", "tenant_tag", "environment", "channel", "process"]
KINDS: tuple[Kind, ...] = (
    "step",
    "target",
    "role",
    "tenant",
    "tenant_tag",
    "environment",
    "channel",
    "process",
)


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """Where a value is asked for: the names that hold there, kind by kind."""

    step: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    tenant: tuple[str, ...] = ()
    tenant_tag: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    process: tuple[str, ...] = ()


def matches(scope: Scope, context: Context) -> bool:
    """Whether a scope holds in a context: any name of a kind, and every kind that names some (V2)."""
    return all(
        not wanted or not set(wanted).isdisjoint(getattr(context, kind))
        for kind, wanted in ((kind, getattr(scope, kind)) for kind in KINDS)
    )


def most_specific(values: Sequence[Value]) -> tuple[Value, ...]:
    """What is left of values that all match, once less specific ones are dropped kind by kind (V3)."""
    left = tuple(values)
    for kind in KINDS:
        scoped = tuple(value for value in left if getattr(value.scope, kind))
        if scoped and len(scoped) < len(left):
            left = scoped
    return left


def winner(values: Sequence[Value], context: Context) -> Value | None:
    """The value that holds in a context, or None; of a tie, which `check` refuses, the first."""
    left = most_specific([value for value in values if matches(value.scope, context)])
    return left[0] if left else None
