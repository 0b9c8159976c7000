"""What a model declares in more than one table, each with the keys that lead to it."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from octotui.model.complaints import Keys
from octotui.model.process import Runbook, Step
from octotui.model.space import Model, Value, Variables

NOTHING: Mapping[str, Variables] = MappingProxyType({})


def processes(model: Model) -> Iterator[tuple[Keys, Runbook]]:
    """Every runbook, and the deployment of every project."""
    for slug, runbook in model.runbooks.items():
        yield ("runbooks", slug), runbook
    for slug, project in model.projects.items():
        yield ("projects", slug), project.deployment


def steps(model: Model) -> Iterator[tuple[Keys, Step]]:
    """Every step of every process, child steps behind the step they are within."""
    for at, process in processes(model):
        yield from placed(process, at)


def placed(process: Runbook, at: Keys = ()) -> Iterator[tuple[Keys, Step]]:
    """Every step of one process, child steps too."""
    for index, step in enumerate(process.steps):
        yield (*at, "steps", index), step
        for child_index, child in enumerate(step.child_steps):
            yield (*at, "steps", index, "steps", child_index), child


def tables_of_variables(model: Model) -> Iterator[tuple[Keys, Variables]]:
    """The variables of the space, those of projects, and variable sets."""
    yield ("variables",), model.variables
    for slug, project in model.projects.items():
        yield ("projects", slug, "variables"), project.variables
    for slug, variables in model.variable_sets.items():
        yield ("variable_sets", slug), variables


def variables(model: Model) -> Iterator[tuple[Keys, tuple[Value, ...]]]:
    """Every variable of every table, with its values."""
    for at, table in tables_of_variables(model):
        for name, values in table.items():
            yield (*at, name), values


def environment_sources(model: Model) -> dict[str, Keys]:
    """Where each environment variable stands that a sensitive value, or a feed's token, is read from."""
    sources: dict[str, Keys] = {}
    for at, values in variables(model):
        for index, value in enumerate(values):
            if value.secret is not None and value.secret.env is not None:
                sources.setdefault(value.secret.env, (*at, index, "sensitive", "env"))
    for slug, feed in model.feeds.items():
        if feed.token_env is not None:
            sources.setdefault(feed.token_env, ("feeds", slug, "token_env"))
    return sources


def visible_tables(
    model: Model, process: str, published: Mapping[str, Variables] = NOTHING
) -> tuple[tuple[str, Variables], ...]:
    """The tables of variables that a process sees, first its project's, and what people call them (V4).

    What was `published` in a variable set comes before what the set declares; the space's own comes last.
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
    """The tables of variables that a process sees: its project's, those of its sets, the space's (V4)."""
    return tuple(table for _, table in visible_tables(model, process))


def values_of(seen: Variables, name: str) -> tuple[Value, ...]:
    """The values of a variable, found by its name in any case (V8); none where there is no such variable."""
    if name in seen:
        return seen[name]
    return next((values for each, values in seen.items() if each.lower() == name.lower()), ())


def values_seen_by(model: Model, process: str, published: Mapping[str, Variables] = NOTHING) -> Variables:
    """Every value that a process sees, by name: its project's before those of its sets and the space's (V4).

    A name is found in any case, and written as it is where it comes first.
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
