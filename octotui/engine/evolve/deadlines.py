"""What falls due: one deadline at a time for a job or a run, in order of time."""

from typing import TypeVar

from msgspec.structs import replace

from octotui.engine.state import Job, Run, State

Waiting = TypeVar("Waiting", Job, Run)


def set_deadline(state: State, waiting: Waiting, at: float | None) -> tuple[State, Waiting]:
    """The state and the job or run, in hand, once it falls due at this time; None for never."""
    if waiting.deadline == at:
        return state, waiting
    deadlines = state.deadlines
    if waiting.deadline is not None:
        deadlines = deadlines.discard((waiting.deadline, waiting.id))
    if at is not None:
        deadlines = deadlines.add((at, waiting.id))
    return replace(state, deadlines=deadlines), replace(waiting, deadline=at)
