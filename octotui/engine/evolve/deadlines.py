"""Deadlines, sorted by time: at most one for each job or run."""

from typing import TypeVar

from msgspec.structs import replace

from octotui.engine.state import Job, Run, State

Waiting = TypeVar("Waiting", Job, Run)


def set_deadline(state: State, waiting: Waiting, at: float | None) -> tuple[State, Waiting]:
    """Set or clear (None) the deadline of a job or run; return the state and that job or run."""
    if waiting.deadline == at:
        return state, waiting
    deadlines = state.deadlines
    if waiting.deadline is not None:
        deadlines = deadlines.discard((waiting.deadline, waiting.id))
    if at is not None:
        deadlines = deadlines.add((at, waiting.id))
    return replace(state, deadlines=deadlines), replace(waiting, deadline=at)
