"""Cross-checks on a model: names that nothing has, and declarations that contradict each other."""

from collections.abc import Collection, Iterator

from octotui.model.circles import check_circles
from octotui.model.complaints import Keys, Report, did_you_mean
from octotui.model.packages import check_packages
from octotui.model.process import Manual, StartRunbook, Step
from octotui.model.prompts import check_prompts
from octotui.model.scoping import names
from octotui.model.space import BUILT_IN, DEFAULT_POOL, Model, Value
from octotui.model.ties import check_ties

# A place, what kind of thing it names, and the name.
Reference = tuple[Keys, str, str]

_SCOPES = {
    "environment": "environment",
    "tenant": "tenant",
    "tenant_tag": "tenant tag",
    "process": "runbook",
    "step": "step",
}


_BEFORE_TARGETS = {"pool": "A pool is chosen", "prompt": "A value is asked for"}


def check(model: Model, report: Report) -> None:
    """Reports all that is wrong with what the tables say together."""
    _check_references(model, report)
    _check_workers(model, report)
    _check_default_pool(model, report)
    _check_step_names(model, report)
    _check_pool_variables(model, report)
    _check_variable_names(model, report)
    check_prompts(model, report)
    check_ties(model, report)
    check_circles(model, report)
    check_packages(model, report)


def _check_references(model: Model, report: Report) -> None:
    known = _known(model)
    for at, kind, name in _references(model):
        if name not in known[kind]:
            meant = did_you_mean(name, known[kind])
            report(at, f'There is no {kind} "{name}"{meant}')


def _known(model: Model) -> dict[str, Collection[str]]:
    """The names that may be referred to, by kind."""
    return {
        "pool": [*model.pools, model.default_pool],
        "environment": model.environments,
        "tenant": model.tenants,
        "tenant tag": dict.fromkeys(tag for tenant in model.tenants.values() for tag in tenant.tags),
        "team": model.teams,
        "runbook": model.runbooks,
        "step": dict.fromkeys(step.name for each in model.runbooks.values() for step in each.steps),
        "variable": model.variables,
    }


def _references(model: Model) -> Iterator[Reference]:
    for slug, runbook in model.runbooks.items():
        for index, step in enumerate(runbook.steps):
            for key, kind, name in _of_step(step):
                yield ("runbooks", slug, "steps", index, *key), kind, name
    for variable, values in model.variables.items():
        for index, value in enumerate(values):
            for key, kind, name in _of_value(value):
                yield ("variables", variable, index, *key), kind, name


def _of_step(step: Step) -> Iterator[Reference]:
    yield from (
        (("environments", place), "environment", name) for place, name in enumerate(step.environments)
    )
    named = {"pool": ("pool", step.pool), "pool_variable": ("variable", step.pool_variable)}
    match step.action:
        case StartRunbook() as start:
            named["runbook"] = ("runbook", start.runbook)
            named["environment"] = ("environment", start.environment)
            named["tenant"] = ("tenant", start.tenant)
        case Manual(teams=teams):
            yield from ((("manual", "teams", place), "team", name) for place, name in enumerate(teams))
    yield from (((key,), kind, name) for key, (kind, name) in named.items() if name is not None)


def _of_value(value: Value) -> Iterator[Reference]:
    if value.kind == "pool":
        yield ("pool",), "pool", value.value
    for scope, kind in _SCOPES.items():
        for place, name in enumerate(names(value.scope, scope)):
            yield (scope, place), kind, name


def _check_workers(model: Model, report: Report) -> None:
    """A worker is of use only in a pool, and only the program itself has one called `built-in`."""
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
    for slug, runbook in model.runbooks.items():
        seen: set[str] = set()
        for index, step in enumerate(runbook.steps):
            if step.name in seen:
                at = ("runbooks", slug, "steps", index, "name")
                report(at, f'Another step of this runbook is called "{step.name}"; rename one of them.')
            seen |= {step.name} - {""}


def _check_pool_variables(model: Model, report: Report) -> None:
    """A variable that says which pool says nothing else, and is known while planning (W10)."""
    for variable, values in model.variables.items():
        for index, value in enumerate(values):
            for kind in ("target", "role"):
                if value.kind in _BEFORE_TARGETS and names(value.scope, kind):
                    what = _BEFORE_TARGETS[value.kind]
                    sentence = f"{what} before there are targets; scope it by something else than {kind}."
                    report(("variables", variable, index, kind), sentence)
    for slug, runbook in model.runbooks.items():
        for index, step in enumerate(runbook.steps):
            values = model.variables.get(step.pool_variable or "", ())
            if any(value.kind != "pool" for value in values):
                sentence = (
                    f'"{step.pool_variable}" has a value that is no pool; write it as {{ pool = "…" }}.'
                )
                report(("runbooks", slug, "steps", index, "pool_variable"), sentence)


def _check_variable_names(model: Model, report: Report) -> None:
    """A variable is found by its name in any case, so that two may not differ in case alone."""
    seen: dict[str, str] = {}
    for variable in model.variables:
        first = seen.setdefault(variable.lower(), variable)
        if first != variable:
            report(("variables", variable), f'It differs from "{first}" in case alone; rename one of them.')
