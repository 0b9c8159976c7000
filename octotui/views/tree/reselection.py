"""Foretell which workers are selected again: those of steps after a question (W7)."""

from collections.abc import Iterator

from octotui.engine.state import Run, State
from octotui.model.process import Manual
from octotui.views.labels import machine_name


def selected_again(run: Run, index: int) -> str:
    """Return when the worker of a step that has not begun will be selected again, or ""."""
    if not _is_to_come(run, index):
        return ""
    question = next((each for each in _questions_before(run, index) if _asks(run, each)), None)
    if question is not None:
        return f"selected again after {_named(run, question)}"
    return "" if run.selection.leased else "selected again when the run goes on"


def with_present(state: State, run: Run, index: int) -> str:
    """Return when a worker is selected again, and which one is leased now, or ""."""
    when, pick = selected_again(run, index), run.progress.steps[index].pick
    if not when or not run.selection.leased or pick is None:
        return when
    return f"{when}, now {machine_name(state.model, run.selection.picks[pick].worker)}"


def perhaps_again(run: Run, index: int) -> str:
    """Return which question, if it is asked, has the worker of a step selected again, or ""."""
    question = next(_questions_before(run, index), None) if _is_to_come(run, index) else None
    return "" if question is None else f"selected again if {_named(run, question)} asks"


def _is_to_come(run: Run, index: int) -> bool:
    return (
        run.progress.steps[index].state == "pending"
        and bool(run.selection.picks)
        and not run.ended
        and run.state != "cancelling"
    )


def _questions_before(run: Run, index: int) -> Iterator[int]:
    """Yield the manual steps of earlier groups that have not been answered, the nearest first."""
    number = next(number for number, group in enumerate(run.groups) if index in group)
    for group in reversed(run.groups[:number]):
        for each in reversed(group):
            manual = isinstance(run.runbook.steps[each].action, Manual)
            if manual and run.progress.steps[each].state in ("pending", "started"):
                yield each


def _asks(run: Run, index: int) -> bool:
    """Return whether a manual step asks already, or will if the steps before it do not fail."""
    if run.progress.steps[index].state == "started":
        return True
    failed, condition = run.progress.failed, run.runbook.steps[index].condition
    return condition in ("always", "failure" if failed else "success")


def _named(run: Run, index: int) -> str:
    return f"“{run.runbook.steps[index].name}”"
