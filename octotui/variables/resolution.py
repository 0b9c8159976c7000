"""Resolution of variables in a context by precedence, with the values that lost (V2 to V4)."""

from collections.abc import Sequence

import msgspec

from octotui.model.iteration import visible_tables
from octotui.model.scoping import matches, most_specific
from octotui.model.space import Model, Scope, Value, Variables


class Resolved(msgspec.Struct, frozen=True):
    """A variable and its winning value, or None.

    `later` are as specific but in a table of lower precedence (V4), `beaten` are less specific (V3), and
    those of `elsewhere` do not match the context (V2).
    """

    name: str
    value: Value | None
    later: tuple[Value, ...] = ()
    beaten: tuple[Value, ...] = ()
    elsewhere: tuple[Value, ...] = ()


def resolve(seen: Variables, context: Scope) -> tuple[Resolved, ...]:
    """Resolve every visible variable, in declared order."""
    return tuple(_resolved(name, values, context) for name, values in seen.items())


class Origins:
    """The table of each value that a process sees."""

    def __init__(self, model: Model, process: str) -> None:
        self._labels: dict[int, str] = {}
        for label, table in visible_tables(model, process):
            for values in table.values():
                for each in values:
                    self._labels.setdefault(id(each), label)  # the model holds them as long as this is used

    def of(self, value: Value) -> str:
        """Return the label of a value's table: `project shop`, `variable set mail`, or `""` for the space."""
        return self._labels.get(id(value), "")


def context_of(
    model: Model,
    environment: str | None = None,
    tenant: str | None = None,
    step: str | None = None,
    process: str | None = None,
    channel: str | None = None,
) -> Scope:
    """Return a context from slugs and the name of a step; a tenant implies its tags."""
    declared = model.tenants.get(tenant) if tenant else None
    return Scope(
        step=(step,) if step else (),
        tenant=(tenant,) if tenant else (),
        tenant_tag=declared.tags if declared else (),
        environment=(environment,) if environment else (),
        channel=(channel,) if channel else (),
        process=(process,) if process else (),
    )


def _resolved(name: str, values: tuple[Value, ...], context: Scope) -> Resolved:
    left = most_specific(values, context)
    winners = set(map(id, left))
    here = [matches(each.scope, context) for each in values]
    return Resolved(
        name,
        left[0] if left else None,
        tuple(left[1:]),
        tuple(each for each, holds in zip(values, here, strict=True) if holds and id(each) not in winners),
        tuple(each for each, holds in zip(values, here, strict=True) if not holds),
    )


def winner(values: Sequence[Value], context: Scope) -> Value | None:
    """Return the winning value in a context, or None; of a tie, which `check` refuses, the first."""
    left = most_specific(values, context)
    return left[0] if left else None
