"""The variables of a run: their values, and why (V2 to V7)."""

from collections.abc import Iterator

import msgspec

from octotui.engine.rules.variable_context import lookup, overruled, scope_context, values_for, visible
from octotui.engine.state import State, step_of
from octotui.model.scoping import kinds_of, names
from octotui.model.space import Value
from octotui.model.values import HIDDEN, Secret
from octotui.variables.fill import Filler
from octotui.variables.resolution import Origins, Resolved, resolve
from octotui.variables.template import OverBudget
from octotui.views.labels import counted

_OUTPUT = "Octopus.Action["


class VariableRow(msgspec.Struct, frozen=True):
    """A variable of a run, its displayed value, and the value's origin."""

    name: str
    value: str
    why: str
    made_by: tuple[str, str] | None = None  # the run and the job that set it

    def holds(self, words: str) -> bool:
        """Return whether it contains all these words, in any case."""
        text = f"{self.name} {self.value} {self.why}".lower()
        return all(word in text for word in words.lower().split())


def of_run(state: State, name: str) -> tuple[VariableRow, ...]:
    """Return every variable with a value for a run as a whole: declared ones first, then octotui's."""
    run = state.runs.get(name)
    if run is None:
        return ()
    declared = {
        each.name: each
        for each in resolve(visible(state, run.request.process), scope_context(state, run))
        if each.value is not None
    }
    given = {*run.request.variables, *run.request.secrets} - overruled(state, run)
    secrets = [each for each in run.request.secrets if each in given]
    values = dict.fromkeys(secrets, HIDDEN) | values_for(state, run)
    given_by = "given at the start" if run.parent is None else f"given by {_giver(state, run.parent)}"
    started_by = state.jobs.get(run.parent or "")
    parent = None if started_by is None else (started_by.run, started_by.id)
    makers = {
        step.name: (name, job)
        for job in run.progress.jobs
        if (step := step_of(state, state.jobs[job])) is not None
    }
    filler, origins = Filler(lookup(values)), Origins(state.model, run.request.process)
    return tuple(
        VariableRow(
            each,
            HIDDEN if each in secrets else _filled(filler, value),
            given_by if each in given else _why(each, declared, origins),
            parent if each in given else makers.get(_step_in(each)),
        )
        for each, value in values.items()
    )


def _step_in(name: str) -> str:
    """Return the step whose output a variable is, by its name, or ""."""
    return name[len(_OUTPUT) :].partition("].")[0].partition("]")[0] if name.startswith(_OUTPUT) else ""


def _giver(state: State, name: str) -> str:
    """Return the step that started a run, and that step's run."""
    job = state.jobs.get(name)
    step = step_of(state, job) if job else None
    return f"“{step.name}” of {job.run}" if job and step else "the step that started it"


def _filled(filler: Filler, value: str) -> str:
    """Fill in a value; one beyond the budget is shown as written."""
    try:
        return filler.fill_in(value).text
    except OverBudget:
        return value


def _why(name: str, declared: dict[str, Resolved], origins: Origins) -> str:
    if name in declared:
        return "; ".join(_reasons(declared[name], origins))
    return "set by a step" if name.startswith("Octopus.Action[") else "set by octotui"


def _reasons(resolved: Resolved, origins: Origins) -> Iterator[str]:
    value = resolved.value
    if value is None:
        return
    yield scope_text(value, origins.of(value))
    if value.secret is not None:
        yield f"from {secret_source(value.secret)}"
    if value.prompt is not None:
        yield "its default"
    if others := len(resolved.later) + len(resolved.beaten):
        yield f"wins over {counted(others, 'other')}"


def value_text(value: Value) -> str:
    """Return the displayed text of a value."""
    if value.kind == "pool":
        return f"pool {value.value}"
    if value.secret is not None:
        return f"{value.shown}, from {secret_source(value.secret)}"
    if value.prompt is not None:
        default = "" if value.is_sensitive or not value.shown else f", default {value.shown}"
        return f"asked for at the start{default}"
    return value.shown


def secret_source(secret: Secret) -> str:
    """Return the source of a sensitive value, in words."""
    if secret.env is not None:
        return f"the environment variable {secret.env}"
    if secret.file is not None:
        return f"the file {secret.file}"
    if secret.keyring is not None:
        return f"the keyring, {secret.keyring}"
    return f"the command {secret.command[0]}"


def scope_text(value: Value, origin: str = "") -> str:
    """Return the scope of a value, and its table."""
    scopes = [
        f"{kind.replace('_', ' ')} {' or '.join(names(value.scope, kind))}" for kind in kinds_of(value.scope)
    ]
    held = ", ".join(scopes) or "everywhere"
    return f"{held}; {origin}" if origin else held
