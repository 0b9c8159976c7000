"""What a run's texts are filled in with: declared, given and system variables (V1 to V3)."""

import re

from msgspec.structs import replace

from octotui.engine.rules.output_variables import output_values
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
    """Where a run, one step of it, or that on one target, asks for a value."""
    named = step.name if step else None
    asked = run.request
    context = context_of(state.model, asked.environment, asked.tenant, named, asked.process, asked.channel)
    machine = state.model.targets.get(target or "")
    return replace(context, target=(target or "",), role=machine.roles) if machine else context


def declared(state: State, run: Run, step: Step | None = None, target: str | None = None) -> dict[str, Value]:
    """The declared value of each variable that has one for a run, or one step of it (V2 to V4)."""
    context = scope_context(state, run, step, target)
    seen = visible(state, run.request.process)
    winners = ((name, winner(values, context)) for name, values in seen.items())
    return {name: value for name, value in winners if value is not None}


def visible(state: State, process: str) -> Variables:
    """Every value that a process sees, what runs have published in its variable sets included (V4)."""
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
    """Every variable that has a value for a run, a step of it, or that on a target; names are as declared.

    How the steps stand is two values a step, and so only there where the text to be filled in, or a value,
    asks for it.
    """
    defined = None if step is None else run.runbook.steps[step]
    values = {name: value.shown for name, value in declared(state, run, defined, target).items()}
    values |= _given(state, run, defined, target)
    values |= _system(state, run) | output_values(state, run, target)
    if any(STANDING.search(each) for each in (text, *values.values())):
        values |= _standing(run)
    return values | _of_step(state, run, step) | _of_target(state, target)


def _given(state: State, run: Run, step: Step | None, target: str | None) -> dict[str, str]:
    """The values that a run was given, where they hold; what people typed is no text of the model.

    What a step gives was filled in when it started the run.
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
    """Whether a value that was given is what a prompt of the model offers, and so the model's own text."""
    return any(each.prompt is not None and each.prompt.default == value for each in values)


def overruled(state: State, run: Run, step: Step | None = None, target: str | None = None) -> frozenset[str]:
    """The names of given values that do not hold here, where another value is declared than the prompt (V6).

    What a caller says is the value of the prompt, so that it replaces no value which nobody asks for. What a
    schedule or a step says is the model's own, and holds everywhere.
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
    """The same values as texts are filled in with: names have no case."""
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
    """What is deployed, and what was deployed there last."""
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


STANDING = re.compile(r"\.Status\.Code|\.IsSkipped", re.IGNORECASE)
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
"""How Octopus calls the states of a step, for scripts that read them."""


def _standing(run: Run) -> dict[str, str]:
    """How each step stands, in Octopus's words."""
    values: dict[str, str] = {}
    for step, progress in zip(run.runbook.steps, run.progress.steps, strict=True):
        values[f"Octopus.Step[{step.name}].Status.Code"] = CODES[progress.state]
        values[f"Octopus.Action[{step.name}].IsSkipped"] = str(progress.state == "skipped")
    return values


def _of_step(state: State, run: Run, step: int | None) -> dict[str, str]:
    if step is None:
        return {}
    values = {"Octopus.Step.Name": run.runbook.steps[step].name, "Octopus.Step.Number": str(step + 1)}
    pick = run.progress.steps[step].pick
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
    return {
        "Octopus.Machine.Id": target,
        "Octopus.Machine.Name": declared.name,
        "Octopus.Machine.Roles": ",".join(declared.roles),
    }
