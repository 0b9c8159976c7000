"""When runs have come as far as they can: to the end, or to people."""

from collections.abc import Iterable

from octotui.engine.queue import tag_holder
from octotui.engine.state import ForChild, ForPlace, Interruption, Run, State


def open_runs(state: State, root: str) -> list[Run]:
    """The runs of a family that have not ended, in the order they were queued."""
    family = state.families.get(root)
    if family is None:
        return []
    return [run for run in (state.runs[name] for name in family.runs) if not run.ended]


def questions(state: State, root: str) -> list[Interruption]:
    """The open questions of a family, oldest first."""
    asked = (state.interruptions[name] for _, name in state.asking)
    return [each for each in asked if state.runs[each.run].root == root]


def only_people_left(state: State, runs: Iterable[Run]) -> bool:
    """Whether every one of these runs that has not ended waits for an answer, or for a run that does."""
    return all(run.ended or _waits_for_people(state, run) for run in runs)


def _waits_for_people(state: State, run: Run) -> bool:
    if run.state == "paused":
        return True
    if run.state == "queued":
        holder = tag_holder(state, run)
        return holder is not None and _waits_for_people(state, holder)
    if run.state != "executing":
        return False
    waits = [
        wait for wait in (state.jobs[name].wait for _, name in run.open) if not isinstance(wait, ForPlace)
    ]
    return bool(waits) and all(
        isinstance(wait, ForChild) and _waits_for_people(state, state.runs[wait.run]) for wait in waits
    )
