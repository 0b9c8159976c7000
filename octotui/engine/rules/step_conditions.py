"""Conditions of steps: whether a step runs now, by its condition and its packages (S3, P3)."""

import msgspec

from octotui.engine.rules.pending_outputs import undecided
from octotui.engine.rules.variable_context import lookup, values_for
from octotui.engine.state import Run, State
from octotui.model.complaints import Reason
from octotui.model.process import Step
from octotui.variables.budget import Budget
from octotui.variables.fill import Filler, warnings_of
from octotui.variables.template import is_truthy


class StepVerdict(msgspec.Struct, frozen=True):
    """Why a step does not run, or None; if it runs, the reasons against some of its targets."""

    not_due: Reason | None = None
    by_target: dict[str, Reason] = {}


def not_due(state: State, run: Run, index: int, budget: Budget) -> Reason | None:
    """Return why a step does not run now, or None. Raises OverBudget."""
    return verdict(state, run, index, budget).not_due


def verdict(state: State, run: Run, index: int, budget: Budget) -> StepVerdict:
    """Judge whether a step runs now, and on which of its targets. Raises OverBudget.

    An expression is evaluated for each target, and the step runs if it is true on any.
    """
    left = [each for each in run.progress.steps[index].targets if each not in run.selection.excluded]
    if not left or not _decides_by_target(run.runbook.steps[index]):
        return StepVerdict(_why_not(state, run, index, budget, failed=run.progress.failed))
    failed = run.progress.failed
    judged = {each: _why_not(state, run, index, budget, failed=failed, target=each) for each in left}
    reasons = {target: reason for target, reason in judged.items() if reason is not None}
    return (
        StepVerdict(next(iter(reasons.values()))) if len(reasons) == len(left) else StepVerdict(None, reasons)
    )


def _decides_by_target(step: Step) -> bool:
    return step.for_targets and step.condition not in ("success", "failure", "always")


def not_due_on(state: State, run: Run, index: int, budget: Budget, target: str) -> Reason | None:
    """Return why a child step does not run on a target, or None; only failures there count (S6).

    Raises OverBudget.
    """
    progress = run.progress.steps[index]
    if progress.state == "skipped":
        return progress.reason
    top = index
    while run.runbook.steps[top].within:
        top -= 1
    failed = target in run.progress.steps[top].failed_on
    return _why_not(state, run, index, budget, failed=failed, target=target)


def _why_not(
    state: State, run: Run, index: int, budget: Budget, *, failed: bool, target: str | None = None
) -> Reason | None:
    step = run.runbook.steps[index]
    if step.acquires and run.selection.acquired == "failed":
        return "its packages could not be acquired" if step.packages else "its image could not be pulled"
    match step.condition:
        case "success":
            return "an earlier step failed" if failed else None
        case "failure":
            return None if failed else "no earlier step failed"
        case "always":
            return None
        case expression:
            return _not_met(state, run, index, expression, budget, target)


def _not_met(
    state: State, run: Run, index: int, expression: str, budget: Budget, target: str | None
) -> Reason | None:
    """Return why an expression keeps a step from running: false, or not evaluable; or None.

    A prediction assumes that a condition on unknown outputs is met.
    """
    if state.predicted and undecided(state, run, index, target):
        return None
    values = values_for(state, run, index, expression, target=target)
    filled = Filler(lookup(values), state.at, budget).fill_in(expression)
    shown = " ".join(expression.split())
    if warnings := warnings_of(filled):
        return f"its condition {shown} cannot be evaluated: {'; '.join(warnings)}"
    return None if is_truthy(filled.text) else f"its condition {shown} is not met"
