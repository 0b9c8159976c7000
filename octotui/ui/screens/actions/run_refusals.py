"""Refusals of actions on the selected run, a sentence for each."""

from collections.abc import Callable
from typing import NamedTuple

from octotui.engine.state import State
from octotui.views import files
from octotui.views.questions import QuestionRow, refused


class RunLookedAt(NamedTuple):
    """A run, its process, the present State, and the State in which the run is shown."""

    run: str
    process: str
    state: State
    picture: State


def _cancel(at: RunLookedAt) -> str:
    run = at.state.runs.get(at.run)
    if run is None or run.ended:
        return f"{at.run} has ended"
    return f"{at.run} is being ended already" if run.state == "cancelling" else ""


def _top(at: RunLookedAt) -> str:
    run = at.state.runs.get(at.run)
    if run is None or run.state != "queued":
        return f"{at.run} is not queued"
    return f"{at.run} was moved to the top already" if run.queueing.moved else ""


def _files(at: RunLookedAt) -> str:
    kept = any(job.artifacts for job in files.jobs(at.picture, at.run))
    return "" if kept else f"the scripts of {at.run} have kept no files"


def _again(at: RunLookedAt) -> str:
    declared = at.state.model.process(at.process) is not None
    return "" if declared else f"the runbook of {at.run} is not in the model any more"


def _nothing(at: RunLookedAt) -> str:
    return ""


CHANGING = ("start", "answer", "take", "cancel", "top", "again")
OF_A_RUN: dict[str, Callable[[RunLookedAt], str]] = {
    "why": _nothing,
    "log": _nothing,
    "variables": _nothing,
    "files": _files,
    "cancel": _cancel,
    "top": _top,
    "again": _again,
    "plan": _again,
}
"""Actions that are about a run, and what says why one makes no sense for it."""


def run_refusal(action: str, at: RunLookedAt, asked: QuestionRow | None = None) -> str:
    """Return why an action is refused, without a full stop; empty where it is not.

    `asked` is the question that would be taken.
    """
    if action in CHANGING and at.state.keep_ended:
        return "this is a replay: nothing can be changed"
    if action == "schedules":
        return "" if at.state.model.schedules else "no schedules are declared"
    if action in ("answer", "take"):
        if not len(at.state.asking):
            return "there is no open question"
        return "" if asked is None else refused(asked)
    if action not in OF_A_RUN:
        return ""
    return OF_A_RUN[action](at) if at.run else "no run is selected"
