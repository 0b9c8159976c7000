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
    """Every step of every process."""
    for at, process in processes(model):
        for index, step in enumerate(process.steps):
            yield (*at, "steps", index), step


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


def seen_by(
    model: Model, process: str, published: Mapping[str, Variables] = NOTHING
) -> tuple[Variables, ...]:
    """The tables of variables that a process sees: its project's, those of its sets, the space's (V4)."""
    project = model.projects.get(model.project_of(process) or "")
    if project is None:
        return (model.variables,)
    sets = (
        table
        for slug in project.variable_sets
        for table in (published.get(slug), model.variable_sets.get(slug))
        if table is not None
    )
    return (project.variables, *sets, model.variables)


def values_seen_by(model: Model, process: str, published: Mapping[str, Variables] = NOTHING) -> Variables:
    """Every value that a process sees, by name: its project's before those of its sets and the space's (V4).

    What was `published` in a set comes before what the set declares. A name is found in any case, and written
    as it is where it comes first.
    """
    tables = seen_by(model, process, published)
    if len(tables) == 1:
        return tables[0]
    written: dict[str, str] = {}
    found: Variables = {}
    for table in tables:
        for name, values in table.items():
            first = written.setdefault(name.lower(), name)
            found[first] = found.get(first, ()) + values
    return found
