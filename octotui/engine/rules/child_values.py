"""Values that a step gives to its child run: expanded, then passed as literals (V5, V6)."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from octotui.engine.rules.masked_texts import Mask
from octotui.engine.rules.start_prompts import (
    GivenValues,
    StartRequest,
    problems_with,
    required_prompts,
    sort_out,
)
from octotui.engine.rules.variable_context import overruled, values_for
from octotui.engine.state import Run, State
from octotui.engine.state.releases import Release
from octotui.model.start_times import TimeError, start_time
from octotui.model.values import HIDDEN
from octotui.variables.budget import Budget
from octotui.variables.fill import Filler, warnings_of
from octotui.variables.syntax.names import Names, key_of
from octotui.variables.template import Filled, OverBudget

NOTHING: Mapping[str, str] = MappingProxyType({})
OUTPUT = "octopus.action["
"""The prefix of output variables, in lower case."""


class ChildValueError(Exception):
    """Raised for values that cannot be given to a child run; the text says which, and why."""


class _RecordingNames(Names):
    """Values that record lookups of `hidden` ones."""

    def __init__(self, values: Mapping[str, str], hidden: Collection[str]) -> None:
        super().__init__(values)
        self._hidden = {name.lower(): name for name in hidden}
        self.seen: dict[str, None] = {}

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a name, or the default."""
        if key in self._hidden:
            self.seen[self._hidden[key]] = None
        return super().get(key, default)


class FilledValue(msgspec.Struct, frozen=True):
    """An expanded text, and the hidden names it used.

    `hidden` are sensitive variables; `outputs` are those of steps that have begun, which may be sensitive: no
    event has the names of the sensitive ones yet.
    """

    filled: Filled
    hidden: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


def fill_child_text(
    state: State, run: Run, step: int, text: str, budget: Budget, known: Mapping[str, str] = NOTHING
) -> FilledValue:
    """Expand a text of a step that starts a run. Raises OverBudget.

    Sensitive values are masked, except the `known` ones, which must be escaped.
    """
    defined = run.runbook.steps[step]
    values = values_for(state, run, step, text)
    values |= dict.fromkeys(set(run.request.secrets) - overruled(state, run, defined), HIDDEN)
    names = {name.lower() for name in known}
    values = {name: value for name, value in values.items() if name.lower() not in names} | {**known}
    hidden = [name for name, value in values.items() if value == HIDDEN and name not in known]
    watched = _RecordingNames(values, hidden)
    filled = Filler(watched, state.at, budget).fill_in(text)
    return FilledValue(filled, tuple(watched.seen), _outputs(run, (*filled.unknown, *filled.strange)))


def _outputs(run: Run, names: Collection[str]) -> tuple[str, ...]:
    """Return the names that are outputs of steps which have begun."""
    names = [each for each in names if key_of(each).startswith(OUTPUT)]
    begun = tuple(
        key_of(f"{OUTPUT}{each.name}]")
        for step, progress in (zip(run.runbook.steps, run.progress.steps, strict=True) if names else ())
        if progress.state not in ("pending", "skipped")
        for each in (step, *step.child_steps)
    )
    return tuple(each for each in names if key_of(each).startswith(begun))


def child_values(
    state: State, run: Run, step: int, budget: Budget, mask: Mask | None = None
) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """Return a step's plain values, the names of its sensitive ones, and warnings.

    A value is sensitive if it uses or contains a sensitive one. Raises ChildValueError.
    """
    child = run.runbook.steps[step].child_run
    plain: dict[str, str] = {}
    apart: list[str] = []
    warnings: list[str] = []
    for name, text in child.variables.items() if child is not None else ():
        try:
            value = fill_child_text(state, run, step, text, budget)
        except OverBudget as error:
            raise ChildValueError(f"its value for {name} cannot be filled in: {error.reason}") from None
        filled = value.filled
        masked = mask is not None and mask(filled.text) != filled.text
        if value.hidden or value.outputs or masked:
            apart.append(name)
            filled = _without_hidden(value)
        else:
            plain[name] = filled.text
        sentences = (f"{each}, in the value for {name}" for each in warnings_of(filled))
        warnings += map(mask, sentences) if mask is not None else sentences
    return plain, tuple(apart), tuple(warnings)


def _without_hidden(value: FilledValue) -> Filled:
    """Return only the certainly unknown names of a text with hidden values, for warnings."""
    unknown = (*value.filled.unknown, *value.filled.strange)
    return Filled("", tuple(each for each in unknown if each not in value.outputs and HIDDEN not in each))


def child_start(state: State, run: Run, step: int, budget: Budget) -> float | None:
    """Return the start time of a child run (seconds since 1970), or None. Raises ChildValueError."""
    child = run.runbook.steps[step].child_run
    if child is None or child.at is None:
        return None
    try:
        return start_time(fill_child_text(state, run, step, child.at, budget).filled.text, state.at)
    except OverBudget as error:
        raise ChildValueError(f"its start time cannot be filled in: {error.reason}") from None
    except TimeError as error:
        raise ChildValueError(f"its start time cannot be read. {error}") from None


def given_to_child(
    state: State,
    run: Run,
    step: int,
    start: StartRequest,
    release: Release | None,
    budget: Budget,
    mask: Mask | None = None,
) -> GivenValues:
    """Return the validated values of a child run, by declared name. Raises ChildValueError."""
    plain, apart, warnings = child_values(state, run, step, budget, mask)
    given = sort_out(state.model, start.process, plain)
    declared = sort_out(state.model, start.process, dict.fromkeys(apart, HIDDEN))
    hidden = dict.fromkeys((*declared.variables, *declared.secrets), HIDDEN)
    names = {name.lower() for name in given.variables}
    asked = tuple(
        each
        for each in required_prompts(state.model, start, release)
        if given.variables and each.name.lower() in names
    )
    if problems := problems_with(asked, given):
        raise ChildValueError("; ".join(problems))
    return GivenValues(given.variables, given.secrets | hidden, warnings)
