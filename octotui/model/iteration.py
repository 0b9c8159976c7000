"""Iteration over declarations that stand in several tables of a model, each with its key path."""

from collections.abc import Callable, Iterator, Mapping
from functools import update_wrapper
from types import MappingProxyType
from typing import TypeVar

from msgspec.structs import replace

from octotui.model.complaints import Keys
from octotui.model.machines.containers import ENGINES
from octotui.model.machines.tool_needs import need_of
from octotui.model.process import ENGINE_NEED, Rolling, Runbook, Step
from octotui.model.space import Model, Value, Variables
from octotui.model.values import Secret

NOTHING: Mapping[str, Variables] = MappingProxyType({})

T = TypeVar("T")


def remembered(work: Callable[[Model], T]) -> Callable[[Model], T]:
    """Make a function keep its result for the last model: models are immutable, and one is in force long."""
    last: list[tuple[Model, T]] = []

    def result(model: Model) -> T:
        known = last[0] if last else None
        if known is None or known[0] is not model:
            known = model, work(model)
            last[:] = [known]
        return known[1]

    return update_wrapper(result, work)


def processes(model: Model) -> Iterator[tuple[Keys, Runbook]]:
    """Yield every runbook, and the deployment of every project."""
    for slug, runbook in model.runbooks.items():
        yield ("runbooks", slug), runbook
    for slug, project in model.projects.items():
        yield ("projects", slug), project.deployment


def steps(model: Model) -> Iterator[tuple[Keys, Step]]:
    """Yield every step of every process, child steps after their rolling step."""
    for at, process in processes(model):
        yield from placed(process, at)


def steps_with_roles(model: Model) -> Iterator[tuple[Keys, Step]]:
    """Yield every step; a child step has the roles of its rolling step, as when it runs."""
    outer: tuple[str, ...] = ()
    for at, step in steps(model):
        is_child = len(at) > 4  # (table, slug, "steps", number, "steps", number)
        if not is_child:
            outer = step.roles
        yield at, replace(step, roles=outer) if is_child else step


def placed(process: Runbook, at: Keys = ()) -> Iterator[tuple[Keys, Step]]:
    """Yield every step of one process, child steps after their rolling step."""
    for index, step in enumerate(process.steps):
        yield (*at, "steps", index), step
        if isinstance(step.action, Rolling):
            for child_index, child in enumerate(step.action.steps):
                yield (*at, "steps", index, "steps", child_index), child


def tables_of_variables(model: Model) -> Iterator[tuple[Keys, Variables]]:
    """Yield the variables of the space, those of projects, and variable sets."""
    yield ("variables",), model.variables
    for slug, project in model.projects.items():
        yield ("projects", slug, "variables"), project.variables
    for slug, variables in model.variable_sets.items():
        yield ("variable_sets", slug), variables


def variables(model: Model) -> Iterator[tuple[Keys, tuple[Value, ...]]]:
    """Yield every variable of every table, with its values."""
    for at, table in tables_of_variables(model):
        for name, values in table.items():
            yield (*at, name), values


def secrets(model: Model) -> Iterator[tuple[Keys, Secret]]:
    """Yield the source of every sensitive value: those of variables, and those of accounts elsewhere."""
    for at, values in variables(model):
        for index, value in enumerate(values):
            if value.secret is not None:
                yield (*at, index, "sensitive"), value.secret
    for slug, account in model.accounts.items():
        for key, secret in account.secrets.items():
            yield ("accounts", slug, key), secret


@remembered
def has_sensitive_values(model: Model) -> bool:
    """Return whether any variable has a sensitive value."""
    return any(value.is_sensitive for _, values in variables(model) for value in values)


@remembered
def tools_needed(model: Model) -> frozenset[str]:
    """Return the tools that any step needs, by name, without versions."""
    needs = {text for _, step in steps(model) for text in step.tools}
    engines = ENGINES if ENGINE_NEED in needs else ()
    return frozenset((*engines, *(need_of(text).tool for text in needs if text != ENGINE_NEED)))


@remembered
def environment_sources(model: Model) -> Mapping[str, Keys]:
    """Return the key path of each environment variable that holds a sensitive value or a feed's token."""
    sources: dict[str, Keys] = {}
    for at, secret in secrets(model):
        if secret.env is not None:
            sources.setdefault(secret.env, (*at, "env"))
    for slug, feed in model.feeds.items():
        if feed.token_env is not None:
            sources.setdefault(feed.token_env, ("feeds", slug, "token_env"))
    return sources


def visible_tables(
    model: Model, process: str, published: Mapping[str, Variables] = NOTHING
) -> tuple[tuple[str, Variables], ...]:
    """Return the tables of variables that a process sees, labelled, in order of precedence (V4).

    The project's come first, then its sets (`published` values before declared ones), then the space's.
    """
    slug = model.project_of(process) or ""
    project = model.projects.get(slug)
    if project is None:
        return (("", model.variables),)
    sets = (
        (f"variable set {each}", table)
        for each in project.variable_sets
        for table in (published.get(each), model.variable_sets.get(each))
        if table is not None
    )
    return ((f"project {slug}", project.variables), *sets, ("", model.variables))


def seen_by(model: Model, process: str) -> tuple[Variables, ...]:
    """Return the tables of variables that a process sees: its project's, its sets', the space's (V4)."""
    return tuple(table for _, table in visible_tables(model, process))


def values_of(seen: Variables, name: str) -> tuple[Value, ...]:
    """Return the values of a variable, its name case-insensitive (V8); `()` for an unknown one."""
    if name in seen:
        return seen[name]
    return next((values for each, values in seen.items() if each.lower() == name.lower()), ())


def values_seen_by(model: Model, process: str, published: Mapping[str, Variables] = NOTHING) -> Variables:
    """Return all values that a process sees, by name, in order of precedence: project, sets, space (V4).

    Names are case-insensitive, and spelled as where they come first.
    """
    tables = visible_tables(model, process, published)
    if len(tables) == 1:
        return tables[0][1]
    written: dict[str, str] = {}
    merged: Variables = {}
    for _, table in tables:
        for name, values in table.items():
            first = written.setdefault(name.lower(), name)
            merged[first] = merged.get(first, ()) + values
    return merged
