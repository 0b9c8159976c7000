"""Steps of which nobody can say yet whether they run: their conditions read outputs that are not set (S3)."""

import operator
from collections.abc import Iterator
from typing import NamedTuple

from octotui.engine.rules.pending_outputs import PLAIN, undecided
from octotui.engine.state import Run, State
from octotui.views.labels import STEPS, Mark, listed

MOST_KNOWN = 256


class _Known(NamedTuple):
    """What is undecided of a step, and what of a State that follows from."""

    second: int
    parts: tuple[object, ...]
    outputs: tuple[str, ...]


_known: dict[tuple[str, int], _Known] = {}
"""By run and step, the newest: it saves time, and nothing else follows from it."""

MAY_RUN = Mark("pending", "may run", "muted")
AS_PLAYED = ("succeeded", "succeeded-with-warnings")
"""The ends that a prediction takes for granted: of a step that may run, nothing more is known."""


def may_run(state: State, run: Run, index: int) -> tuple[str, ...]:
    """The outputs still to come that decide whether a step runs, or, in a prediction, whether it ran."""
    progress = run.progress.steps[index]
    if progress.jobs:
        return tuple(dict.fromkeys(name for job in progress.jobs for name in state.jobs[job].undecided))
    if progress.state != "pending" or run.ended or run.state == "cancelling":
        return ()
    return _remembered(state, run, index)


def _remembered(state: State, run: Run, index: int) -> tuple[str, ...]:
    """What is undecided of a step, worked out anew only where something changed that it follows from.

    A tree is drawn many times a second, and a condition sees thousands of variables. It may ask for the time,
    too, which counts by the second here.
    """
    if run.runbook.steps[index].condition in PLAIN:
        return ()
    second, parts = int(state.at), tuple(_follows_from(state, run))
    known = _known.get((run.id, index))
    if known is None or known.second != second or not _same(known.parts, parts):
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        known = _known[run.id, index] = _Known(second, parts, _undecided(state, run, index))
    return known.outputs


def _follows_from(state: State, run: Run) -> Iterator[object]:
    """All that conditions of a run can see of a State, but for the time."""
    yield from (run, state.model, state.published, state.current)
    yield from (state.interruptions[name] for name in run.progress.interruptions)
    yield from _descendants(state, run)


def _descendants(state: State, run: Run) -> Iterator[Run]:
    """The runs that a run has started, and those that they have."""
    for step, progress in zip(run.runbook.steps, run.progress.steps, strict=True):
        for job in progress.jobs if step.child_run is not None else ():
            child = state.runs.get(state.jobs[job].child or "")
            if child is not None:
                yield child
                yield from _descendants(state, child)


def _same(before: tuple[object, ...], now: tuple[object, ...]) -> bool:
    return len(before) == len(now) and all(map(operator.is_, before, now))


def _undecided(state: State, run: Run, index: int) -> tuple[str, ...]:
    """The outputs that decide whether a step runs, or whether it does on a target that it goes to."""
    places = (None, *run.progress.steps[index].targets)
    return next(filter(None, (undecided(state, run, index, target) for target in places)), ())


def mark_of(state: State, run: Run, index: int) -> Mark:
    """How a step stands: that it may run where that is all there is to say."""
    progress = run.progress.steps[index]
    undetermined = progress.state in (*AS_PLAYED, "pending") and may_run(state, run, index)
    return MAY_RUN if undetermined else STEPS[progress.state]


def why(outputs: tuple[str, ...]) -> str:
    """Why nobody can say whether a step runs, or nothing where that is decided."""
    if not outputs:
        return ""
    return f"its condition depends on {listed(outputs)}, not set yet"
