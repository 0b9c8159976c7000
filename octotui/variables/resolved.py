"""What every variable resolves to in a context, and which values it won over (V2, V3)."""

import msgspec

from octotui.model.scoping import matches
from octotui.model.space import Model, Scope, Value
from octotui.variables.scopes import winner


class Resolved(msgspec.Struct, frozen=True):
    """A variable, the value that holds (None: none does), less specific ones, and those of elsewhere."""

    name: str
    value: Value | None
    beaten: tuple[Value, ...] = ()
    elsewhere: tuple[Value, ...] = ()


def resolve(model: Model, context: Scope) -> tuple[Resolved, ...]:
    """Every declared variable, in declared order."""
    found = []
    for name, values in model.variables.items():
        value = winner(values, context)
        here = [each for each in values if matches(each.scope, context)]
        found.append(
            Resolved(
                name,
                value,
                tuple(each for each in here if each is not value),
                tuple(each for each in values if each not in here),
            )
        )
    return tuple(found)


def context_of(
    model: Model,
    environment: str | None = None,
    tenant: str | None = None,
    step: str | None = None,
    process: str | None = None,
    channel: str | None = None,
) -> Scope:
    """Where values are asked for, by slugs and the name of a step; a tenant brings its tags."""
    declared = model.tenants.get(tenant) if tenant else None
    tags = declared.tags if declared else ()
    return Scope(
        process=(process,) if process else (),
        channel=(channel,) if channel else (),
        environment=(environment,) if environment else (),
        tenant=(tenant,) if tenant else (),
        tenant_tag=tags,
        step=(step,) if step else (),
    )
