"""Steps of which nobody can say yet whether they run: their conditions read outputs that are not set (S3)."""

import operator

from octotui.engine.rules.pending_outputs import undecided
from octotui.engine.state import Run, State
from octotui.views.labels import STEPS, Mark, listed

MOST_KNOWN = 256
_known: dict[tuple[str, int], tuple[tuple[object, ...], tuple[str, ...]]] = {}

MAY_RUN = Mark("pending", "may run", "muted")
AS_PLAYED = ("succeeded", "succeeded-with-warnings")
"""The ends that a prediction takes for granted: of a step that may run, nothing more is known."""


def may_run(state: State, run: Run, index: int) -> tuple[str, ...]:
    """The outputs still to come that decide whether a step runs, or, in a prediction, whether it ran."""
    progress = run.steps[index]
    if progress.jobs:
        return tuple(dict.fromkeys(name for job in progress.jobs for name in state.jobs[job].undecided))
    if progress.state != "pending" or run.ended or run.state == "cancelling":
        return ()
    return _remembered(state, run, index)


def _remembered(state: State, run: Run, index: int) -> tuple[str, ...]:
    """What is undecided of a step, worked out anew only where something changed that it follows from.

    A tree is drawn many times a second, and a condition sees thousands of variables.
    """
    follows_from = (run, state.model, state.published)
    known = _known.get((run.id, index))
    if known is None or not all(map(operator.is_, known[0], follows_from)):
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        known = _known[run.id, index] = follows_from, _undecided(state, run, index)
    return known[1]


def _undecided(state: State, run: Run, index: int) -> tuple[str, ...]:
    """The outputs that decide whether a step runs, or whether it does on a target that it goes to."""
    places = (None, *run.steps[index].targets)
    return next(filter(None, (undecided(state, run, index, target) for target in places)), ())


def mark_of(state: State, run: Run, index: int) -> Mark:
    """How a step stands: that it may run where that is all there is to say."""
    progress = run.steps[index]
    undetermined = progress.state in (*AS_PLAYED, "pending") and may_run(state, run, index)
    return MAY_RUN if undetermined else STEPS[progress.state]


def why(outputs: tuple[str, ...]) -> str:
    """Why nobody can say whether a step runs, or nothing where that is decided."""
    if not outputs:
        return ""
    return f"its condition reads {listed(outputs)}, not set yet"
