"""Steps that may run: their conditions depend on outputs that are not set yet (S3)."""

import operator
from collections.abc import Iterator
from typing import NamedTuple

from octotui.engine.state import Run, State
from octotui.model.process import PLAIN_CONDITIONS
from octotui.views.labels import STEPS, Mark, listed

MOST_KNOWN = 256


class _Known(NamedTuple):
    """A cached result: the outputs that decide about a step, and the parts of the State it depends on."""

    second: int
    parts: tuple[object, ...]
    outputs: tuple[str, ...]


_known: dict[tuple[str, int], _Known] = {}
"""A cache of the newest results, by run and step."""

MAY_RUN = Mark("pending", "may run", "muted")
NOT_REACHED = Mark("pending", "not reached", "muted")  # its run ended before
ASSUMED_ENDS = ("succeeded", "succeeded-with-warnings")
"""The ends that a prediction assumes; of a step that may run, they are shown as undecided."""


def may_run(state: State, run: Run, index: int) -> tuple[str, ...]:
    """Return the outputs, still unset, that decide whether a step runs, or, in a prediction, ran."""
    progress = run.progress.steps[index]
    if progress.jobs:
        return tuple(dict.fromkeys(name for job in progress.jobs for name in state.jobs[job].undecided))
    if progress.state != "pending" or run.ended or run.state == "cancelling":
        return ()
    return _remembered(state, run, index)


def _remembered(state: State, run: Run, index: int) -> tuple[str, ...]:
    """Return what decides about a step, cached until a part of the State that it depends on changes.

    A tree is drawn many times a second, and a condition sees thousands of variables. A condition may also
    depend on the time, here in whole seconds.
    """
    if run.runbook.steps[index].condition in PLAIN_CONDITIONS:
        return ()
    second, parts = int(state.at), tuple(_follows_from(state, run))
    known = _known.get((run.id, index))
    if known is None or known.second != second or not _same(known.parts, parts):
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        known = _known[run.id, index] = _Known(second, parts, _undecided(state, run, index))
    return known.outputs


def _follows_from(state: State, run: Run) -> Iterator[object]:
    """Yield every part of a State that conditions of a run can see, except the time."""
    yield from (run, state.model, state.published, state.current)
    yield from (state.interruptions[name] for name in run.progress.interruptions)
    yield from _descendants(state, run)


def _descendants(state: State, run: Run) -> Iterator[Run]:
    """Yield a run's descendants."""
    for step, progress in zip(run.runbook.steps, run.progress.steps, strict=True):
        for job in progress.jobs if step.child_run is not None else ():
            child = state.runs.get(state.jobs[job].child or "")
            if child is not None:
                yield child
                yield from _descendants(state, child)


def _same(before: tuple[object, ...], now: tuple[object, ...]) -> bool:
    return len(before) == len(now) and all(map(operator.is_, before, now))


def _undecided(state: State, run: Run, index: int) -> tuple[str, ...]:
    """Return the outputs that decide whether a step runs, or whether it does on one of its targets."""
    from octotui.engine.rules.pending_outputs import undecided  # noqa: PLC0415 - loads the language

    places = (None, *run.progress.steps[index].targets)
    return next(filter(None, (undecided(state, run, index, target) for target in places)), ())


def mark_of(state: State, run: Run, index: int) -> Mark:
    """Return a step's mark, "may run" where that is undecided, "not reached" where its run has ended."""
    progress = run.progress.steps[index]
    if run.ended and progress.state == "pending":
        return NOT_REACHED
    undetermined = progress.state in (*ASSUMED_ENDS, "pending") and may_run(state, run, index)
    return MAY_RUN if undetermined else STEPS[progress.state]


def why(outputs: tuple[str, ...]) -> str:
    """Return why it is undecided whether a step runs, or ""."""
    if not outputs:
        return ""
    return f"its condition depends on {listed(outputs)}, not set yet"
