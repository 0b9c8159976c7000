"""All cross-checks of a model, in order: dangling references, contradictory declarations."""

from octotui.model.checks.endpoints import check_endpoints
from octotui.model.checks.given_values import check_given_values
from octotui.model.checks.ineffective_keys import check_ineffective_keys
from octotui.model.checks.machine_policies import check_machine_policies
from octotui.model.checks.machines.dynamic_pools import check_dynamic_pools
from octotui.model.checks.machines.kubernetes import check_kubernetes
from octotui.model.checks.manual_steps import check_questions
from octotui.model.checks.packages import check_packages
from octotui.model.checks.projects import check_projects
from octotui.model.checks.prompts import check_prompts
from octotui.model.checks.references import check_references
from octotui.model.checks.runbook_cycles import check_cycles
from octotui.model.checks.targets import check_targets
from octotui.model.checks.variable_conflicts import check_conflicts
from octotui.model.checks.variable_set_conflicts import check_set_conflicts
from octotui.model.complaints import Report, did_you_mean
from octotui.model.iteration import (
    placed,
    processes,
    seen_by,
    steps,
    tables_of_variables,
    values_of,
    variables,
)
from octotui.model.scoping import names
from octotui.model.space import BUILT_IN, DEFAULT_POOL, Model

_BEFORE_TARGETS = {"pool": "A pool is chosen", "prompt": "A value is asked for"}


def check(model: Model, report: Report) -> None:
    """Report every contradiction between tables."""
    check_references(model, report)
    _check_workers(model, report)
    _check_default_pool(model, report)
    check_endpoints(model, report)
    check_kubernetes(model, report)
    _check_step_names(model, report)
    _check_target_names(model, report)
    _check_pool_variables(model, report)
    _check_variable_names(model, report)
    check_prompts(model, report)
    check_questions(model, report)
    check_projects(model, report)
    check_targets(model, report)
    check_machine_policies(model, report)
    check_dynamic_pools(model, report)
    check_ineffective_keys(model, report)
    check_given_values(model, report)
    check_conflicts(model, report)
    check_set_conflicts(model, report)
    check_cycles(model, report)
    check_packages(model, report)
    if model.schedules:
        from octotui.model.schedules import check_schedules  # noqa: PLC0415 - cron and time zones take their time

        check_schedules(model, report)


def _check_workers(model: Model, report: Report) -> None:
    """Report workers that no pool lists, and uses of the reserved slug `built-in`."""
    reserved = f'"{BUILT_IN}" is the worker of octotui itself; call this one otherwise.'
    for slug, pool in model.pools.items():
        if BUILT_IN in pool.workers:
            report(("pools", slug, "workers", pool.workers.index(BUILT_IN)), reserved)
    listed = dict.fromkeys(worker for pool in model.pools.values() for worker in pool.workers)
    for slug in model.workers:
        if slug not in listed:
            alone = f'No pool lists the worker "{slug}"{did_you_mean(slug, listed)}'
            report(("workers", slug), reserved if slug == BUILT_IN else alone)


def _check_default_pool(model: Model, report: Report) -> None:
    marked = [slug for slug, pool in model.pools.items() if pool.default]
    for slug in marked[1:]:
        report(("pools", slug, "default"), f'"{marked[0]}" is the default pool already; keep one of them.')
    if DEFAULT_POOL in model.pools and not marked:
        sentence = "It is called the default pool but not marked; add default = true, or call it otherwise."
        report(("pools", DEFAULT_POOL), sentence)


def _check_step_names(model: Model, report: Report) -> None:
    """Report steps of one process with the same name: outputs are found by it, case-insensitively (V8)."""
    for at, process in processes(model):
        kind = str(at[0]).removesuffix("s")
        seen: dict[str, str] = {}
        for keys, step in placed(process, at):
            first = seen.get(step.name.lower())
            if first == step.name:
                message = f'Another step of this {kind} is called "{step.name}"; rename one of them.'
                report((*keys, "name"), message)
            elif first is not None:
                report((*keys, "name"), f'It differs from "{first}" in case alone; rename one of them.')
            elif step.name:
                seen[step.name.lower()] = step.name


def _check_target_names(model: Model, report: Report) -> None:
    """Report targets with the same name: outputs are found by it, case-insensitively (V8)."""
    seen: dict[str, str] = {}
    for slug, target in model.targets.items():
        first = seen.setdefault(target.name.lower(), slug)
        if first != slug:
            sentence = (
                f'The target "{first}" has this name too, by which outputs are found; rename one of them.'
            )
            report(("targets", slug, "name"), sentence)


def _check_pool_variables(model: Model, report: Report) -> None:
    """Report pool variables with other values, or scoped by what is unknown before targets are (W10)."""
    for at, values in variables(model):
        for index, value in enumerate(values):
            for kind in ("target", "role"):
                if value.kind in _BEFORE_TARGETS and names(value.scope, kind):
                    what = _BEFORE_TARGETS[value.kind]
                    sentence = f"{what} before there are targets; scope it by something else than {kind}."
                    report((*at, index, kind), sentence)
    for at, step in steps(model):
        tables = seen_by(model, str(at[1])) if step.pool_variable else ()
        values = tuple(value for table in tables for value in values_of(table, step.pool_variable or ""))
        if any(value.kind != "pool" for value in values):
            sentence = f'"{step.pool_variable}" has a value that is no pool; write it as {{ pool = "…" }}.'
            report((*at, "pool_variable"), sentence)


def _check_variable_names(model: Model, report: Report) -> None:
    """Report variables of one table whose names differ in case alone."""
    for at, table in tables_of_variables(model):
        seen: dict[str, str] = {}
        for variable in table:
            first = seen.setdefault(variable.lower(), variable)
            if first != variable:
                report((*at, variable), f'It differs from "{first}" in case alone; rename one of them.')
