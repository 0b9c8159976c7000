"""The variables that texts of a run are expanded with: declared, given and system ones (V1 to V3)."""

import re

from msgspec.structs import replace

from octotui.engine.rules.output_variables import output_values
from octotui.engine.rules.targets.cluster_values import cluster_values
from octotui.engine.state import Published, Run, State, StepState
from octotui.engine.state.releases import declared_channel
from octotui.model.iteration import values_seen_by
from octotui.model.process import Step
from octotui.model.space import Scope, Value, Variables
from octotui.model.values import HIDDEN
from octotui.variables.fill import escape
from octotui.variables.resolution import context_of, winner
from octotui.variables.template import Names


def scope_context(state: State, run: Run, step: Step | None = None, target: str | None = None) -> Scope:
    """Return the context of a run, of one step of it, or of that step on a target."""
    named = step.name if step else None
    asked = run.request
    context = context_of(state.model, asked.environment, asked.tenant, named, asked.process, asked.channel)
    machine = state.model.targets.get(target or "")
    return replace(context, target=(target or "",), role=machine.roles) if machine else context


def declared(state: State, run: Run, step: Step | None = None, target: str | None = None) -> dict[str, Value]:
    """Return the declared value of each variable that resolves in a run or step (V2 to V4)."""
    context = scope_context(state, run, step, target)
    seen = visible(state, run.request.process)
    winners = ((name, winner(values, context)) for name, values in seen.items())
    return {name: value for name, value in winners if value is not None}


def visible(state: State, process: str) -> Variables:
    """Return every value that a process sees, including published values of its sets (V4)."""
    project = state.model.projects.get(state.model.project_of(process) or "")
    sets = project.variable_sets if project else ()
    published = {slug: _values_of(values) for slug in sets if (values := state.published.get(slug))}
    return values_seen_by(state.model, process, published)


def _values_of(published: Published) -> Variables:
    return {
        name: tuple(
            Value(value=escape(value), scope=Scope(environment=(environment,) if environment else ()))
            for environment, value in values.items()
        )
        for name, values in published.items()
    }


def values_for(
    state: State, run: Run, step: int | None = None, text: str = "", *, target: str | None = None
) -> dict[str, str]:
    """Return the values of all variables in a run, a step of it, or that step on a target; names as declared.

    The states of steps are included only if `text` or a value refers to them, since they are two values for
    each step.
    """
    defined = None if step is None else run.runbook.steps[step]
    values = {name: value.shown for name, value in declared(state, run, defined, target).items()}
    values |= _given(state, run, defined, target)
    values |= _system(state, run) | output_values(state, run, target)
    if any(STATE_NAMES.search(each) for each in (text, *values.values())):
        values |= _step_states(run)
    return values | _of_step(state, run, step, target) | _of_target(state, target)


def _given(state: State, run: Run, step: Step | None, target: str | None) -> dict[str, str]:
    """Return the given values that apply; those that people typed are escaped, as untrusted.

    Values from a step were expanded when it started the run.
    """
    if run.parent is not None:
        literal = {name: escape(value) for name, value in run.request.variables.items()}
        return literal | dict.fromkeys(run.request.secrets, HIDDEN)
    elsewhere = overruled(state, run, step, target)
    given = {name: value for name, value in run.request.variables.items() if name not in elsewhere}
    if not given or run.request.schedule is not None:
        return given
    seen = values_seen_by(state.model, run.request.process)
    return {
        name: value if _is_default(value, seen.get(name, ())) else escape(value)
        for name, value in given.items()
    }


def _is_default(value: str, values: tuple[Value, ...]) -> bool:
    """Return whether a given value is a prompt's default, and so the model's own text."""
    return any(each.prompt is not None and each.prompt.default == value for each in values)


def overruled(state: State, run: Run, step: Step | None = None, target: str | None = None) -> frozenset[str]:
    """Return the names of given values that are overridden here by a declared value (V6).

    A caller's value replaces only the prompt, and no other declared value. Values from a schedule or a step
    are the model's own, and apply everywhere.
    """
    given = (*run.request.variables, *run.request.secrets)
    if not given or run.request.schedule is not None or run.parent is not None:
        return frozenset()
    context = scope_context(state, run, step, target)
    seen = values_seen_by(state.model, run.request.process)
    return frozenset(
        name
        for name in given
        if any(value.prompt for value in seen.get(name, ()))
        and (here := winner(seen[name], context)) is not None
        and here.prompt is None
    )


def lookup(values: dict[str, str]) -> Names:
    """Return the values for expansion, with case-insensitive names."""
    return Names(values)


def _system(state: State, run: Run) -> dict[str, str]:
    model, asked = state.model, run.request
    values = {
        "Octopus.Space.Name": model.space.name,
        "Octopus.Task.Id": run.id,
        "Octopus.Deployment.CreatedBy.Username": asked.requester,
    }
    values |= _of_runbook(run) if asked.channel is None else _of_release(state, run)
    if (project := model.projects.get(model.project_of(asked.process) or "")) is not None:
        values["Octopus.Project.Id"] = model.project_of(asked.process) or ""
        values["Octopus.Project.Name"] = project.name
    if asked.environment in model.environments:
        values["Octopus.Environment.Id"] = asked.environment or ""
        values["Octopus.Environment.Name"] = model.environments[asked.environment or ""].name
    if asked.tenant in model.tenants:
        values["Octopus.Deployment.Tenant.Id"] = asked.tenant or ""
        values["Octopus.Deployment.Tenant.Name"] = model.tenants[asked.tenant or ""].name
    if run.progress.failed:
        values["Octopus.Deployment.Error"] = run.reason
    return values


def _of_runbook(run: Run) -> dict[str, str]:
    return {
        "Octopus.Runbook.Id": run.request.process,
        "Octopus.Runbook.Name": run.runbook.name,
        "Octopus.RunbookRun.Id": run.id,
    }


def _of_release(state: State, run: Run) -> dict[str, str]:
    """Return the system variables of the release, and of the one deployed there before."""
    asked, release = run.request, run.request.release
    if release is None:
        return {}
    channel = declared_channel(state.model, asked.process, asked.channel)
    values = {
        "Octopus.Deployment.Id": run.id,
        "Octopus.Release.Id": release.key,
        "Octopus.Release.Number": release.version,
        "Octopus.Release.Notes": escape(release.notes),
        "Octopus.Release.Channel.Id": asked.channel or "",
        "Octopus.Release.Channel.Name": channel.name,
    }
    before = state.current.get(asked.destination)
    return values | ({"Octopus.Release.CurrentForEnvironment.Number": before} if before else {})


STATE_NAMES = re.compile(r"\.Status\.Code|\.IsSkipped", re.IGNORECASE)
CODES: dict[StepState, str] = {
    "pending": "Pending",
    "started": "Running",
    "succeeded": "Succeeded",
    "succeeded-with-warnings": "Succeeded",
    "failed": "Failed",
    "skipped": "Skipped",
    "cancelled": "Canceled",
    "lost": "Abandoned",
}
"""Octopus's names of the states of steps."""


def _step_states(run: Run) -> dict[str, str]:
    """Return the system variables of the states of all steps."""
    values: dict[str, str] = {}
    for step, progress in zip(run.runbook.steps, run.progress.steps, strict=True):
        values[f"Octopus.Step[{step.name}].Status.Code"] = CODES[progress.state]
        values[f"Octopus.Action[{step.name}].IsSkipped"] = str(progress.state == "skipped")
    return values


def _of_step(state: State, run: Run, step: int | None, target: str | None) -> dict[str, str]:
    if step is None:
        return {}
    values = {"Octopus.Step.Name": run.runbook.steps[step].name, "Octopus.Step.Number": str(step + 1)}
    pick = run.progress.steps[step].pick_for(target)
    if pick is not None:
        pool = run.selection.picks[pick].pool
        values["Octopus.WorkerPool.Id"] = pool
        values["Octopus.WorkerPool.Name"] = state.model.pool(pool).name
        worker = run.selection.picks[pick].worker
        declared = state.model.workers.get(worker)
        values["Octopus.Worker.Id"] = worker
        values["Octopus.Worker.Name"] = declared.name if declared else worker
    return values


def _of_target(state: State, target: str | None) -> dict[str, str]:
    declared = state.model.targets.get(target or "")
    if target is None or declared is None:
        return {}
    values = {
        "Octopus.Machine.Id": target,
        "Octopus.Machine.Name": declared.name,
        "Octopus.Machine.Roles": ",".join(declared.roles),
    }
    return values if declared.kubernetes is None else values | cluster_values(declared.kubernetes)
