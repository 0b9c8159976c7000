"""Dangling references: names in a model that nothing declares."""

from collections.abc import Collection, Iterator, Mapping
from typing import assert_never

from octotui.model.complaints import Keys, Report, did_you_mean
from octotui.model.iteration import seen_by, steps, values_of, variables
from octotui.model.process import (
    HealthCheck,
    Manual,
    Package,
    Rolling,
    Script,
    StartRunbook,
    Step,
    TemplateCall,
)
from octotui.model.scoping import names
from octotui.model.space import Model, Scope, Target, Value, Worker

# The key path, the kind of thing it refers to, and the name.
Reference = tuple[Keys, str, str]

EVERYWHERE = Scope()
_SCOPES = {
    "environment": "environment",
    "tenant": "tenant",
    "tenant_tag": "tenant tag",
    "channel": "channel",
    "process": "runbook or project",
    "step": "step",
    "target": "target",
    "role": "role",
}


def check_references(model: Model, report: Report) -> None:
    """Report every dangling reference, with a suggestion."""
    known = _known(model)
    for at, kind, name in _references(model):
        if name not in known[kind]:
            report(at, f'There is no {kind} "{name}"{did_you_mean(name, known[kind])}')
    for at, step in steps(model):
        tables = seen_by(model, str(at[1])) if step.pool_variable is not None else ()
        if step.pool_variable is not None and not any(
            values_of(table, step.pool_variable) for table in tables
        ):
            meant = did_you_mean(step.pool_variable, (name for table in tables for name in table))
            report((*at, "pool_variable"), f'There is no variable "{step.pool_variable}"{meant}')


def _known(model: Model) -> dict[str, Collection[str]]:
    """Return the declared names, by kind."""
    channels = (channel for project in model.projects.values() for channel in project.channels)
    return {
        "pool": dict.fromkeys((*model.pools, model.default_pool)),
        "environment": model.environments,
        "tenant": model.tenants,
        "tenant tag": dict.fromkeys(tag for tenant in model.tenants.values() for tag in tenant.tags),
        "team": model.teams,
        "account": model.accounts,
        "feed with a registry": [slug for slug, feed in model.feeds.items() if feed.registry],
        "target": model.targets,
        "role": dict.fromkeys(role for target in model.targets.values() for role in target.roles),
        "runbook": model.runbooks,
        "project": model.projects,
        "runbook or project": model.processes,
        "channel": dict.fromkeys(channels),
        "lifecycle": model.lifecycles,
        "variable set": model.variable_sets,
        "step": dict.fromkeys(step.name for _, step in steps(model)),
    }


def _references(model: Model) -> Iterator[Reference]:
    yield from _of_machines("workers", model.workers)
    yield from _of_machines("targets", model.targets)
    yield from _of_dynamic_pools(model)
    for keys, step in steps(model):
        yield from (((*keys, *at), kind, name) for at, kind, name in _of_step(step))
    for keys, values in variables(model):
        for index, value in enumerate(values):
            yield from (((*keys, index, *at), kind, name) for at, kind, name in _of_value(value))
    for slug, runbook in model.runbooks.items():
        if runbook.project is not None:
            yield ("runbooks", slug, "project"), "project", runbook.project
    yield from _of_targets(model)
    yield from _of_projects(model)
    yield from _of_schedules(model)
    for slug, lifecycle in model.lifecycles.items():
        for index, phase in enumerate(lifecycle.phases):
            yield from _each(
                ("lifecycles", slug, "phases", index, "environments"), "environment", phase.environments
            )


def _of_machines(table: str, machines: Mapping[str, Worker | Target]) -> Iterator[Reference]:
    for slug, machine in machines.items():
        if machine.account is not None:
            yield (table, slug, "account"), "account", machine.account


def _of_dynamic_pools(model: Model) -> Iterator[Reference]:
    for slug, pool in model.pools.items():
        if pool.dynamic is not None and pool.dynamic.account is not None:
            yield ("pools", slug, "dynamic", "account"), "account", pool.dynamic.account


def _of_targets(model: Model) -> Iterator[Reference]:
    for slug, target in model.targets.items():
        yield from _each(("targets", slug, "environments"), "environment", target.environments)
        yield from _each(("targets", slug, "tenants"), "tenant", target.tenants)
        yield from _each(("targets", slug, "tenant_tags"), "tenant tag", target.tenant_tags)
        if (cluster := target.kubernetes) is not None:
            named = (("account", cluster.account), ("pool", cluster.pool))
            yield from ((("targets", slug, "kubernetes", key), key, name) for key, name in named if name)


def _of_schedules(model: Model) -> Iterator[Reference]:
    for slug, schedule in model.schedules.items():
        for kind in ("runbook", "project", "environment", "tenant"):
            name = getattr(schedule, kind)
            if name is not None:
                yield ("schedules", slug, kind), kind, name


def _of_projects(model: Model) -> Iterator[Reference]:
    for slug, project in model.projects.items():
        yield from _each(("projects", slug, "variable_sets"), "variable set", project.variable_sets)
        if project.lifecycle is not None:
            yield ("projects", slug, "lifecycle"), "lifecycle", project.lifecycle
        for name, channel in project.channels.items():
            if channel.lifecycle is not None:
                yield ("projects", slug, "channels", name, "lifecycle"), "lifecycle", channel.lifecycle


def _of_step(step: Step) -> Iterator[Reference]:
    yield from _each(("environments",), "environment", step.environments)
    yield from _each(("tenant_tags",), "tenant tag", step.tenant_tags)
    yield from _each(("roles",), "role", step.roles)
    yield from ((("publish", name), "variable set", chosen) for name, chosen in step.publish.items())
    if step.container is not None and step.contained.feed is not None:
        yield ("container", "feed"), "feed with a registry", step.contained.feed
    named = {"pool": ("pool", step.pool)}
    match step.action:
        case StartRunbook() as start:
            named["runbook"] = ("runbook", start.runbook)
            named["environment"] = ("environment", start.environment)
            named["tenant"] = ("tenant", start.tenant)
        case Manual(teams=teams):
            yield from _each(("manual", "teams"), "team", teams)
        case Script() | TemplateCall() | Package() | HealthCheck() | Rolling():
            pass
        case _:
            assert_never(step.action)
    yield from (((key,), kind, name) for key, (kind, name) in named.items() if name is not None)


def _of_value(value: Value) -> Iterator[Reference]:
    if value.kind == "pool":
        yield ("pool",), "pool", value.value
    if value.scope != EVERYWHERE:
        for scope, kind in _SCOPES.items():
            yield from _each((scope,), kind, names(value.scope, scope))


def _each(at: Keys, kind: str, listed: tuple[str, ...]) -> Iterator[Reference]:
    return (((*at, index), kind, name) for index, name in enumerate(listed))
