"""When runs have come as far as they can: to the end, or to people."""

from collections.abc import Iterable

from octotui.engine.rules.run_queue import tag_holder
from octotui.engine.state import ForAnswer, ForChild, ForPlace, Interruption, Run, State


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


def waiting_on_people(state: State, runs: Iterable[Run]) -> bool:
    """Whether every one of these runs that has not ended waits for an answer, or for a run that does."""
    in_slots = tuple(run for _, run in state.runs.items() if run.queueing.slot)
    unseen = [run for run in runs if not run.ended]
    seen: set[str] = set()
    while unseen:
        run = unseen.pop()
        if run.id not in seen:
            seen.add(run.id)
            awaited = _awaited(state, run, in_slots)
            if awaited is None:
                return False
            unseen.extend(awaited)
    return True


def _awaited(state: State, run: Run, in_slots: tuple[Run, ...]) -> tuple[Run, ...] | None:
    """The runs that one waits for, none where people alone can help, or None where it moves by itself."""
    if run.state == "paused":
        return ()
    if run.state == "queued" or run.queueing.resuming:
        if (holder := tag_holder(state, run)) is not None:
            return (holder,)
        full = state.slots >= state.model.engine.task_cap
        return in_slots if full and not run.awaits_packages else None
    waits = [state.jobs[name].wait for _, name in run.progress.open]
    waits = [wait for wait in waits if not isinstance(wait, ForPlace)]
    if run.state != "executing" or not waits:
        return None
    if not all(isinstance(wait, ForAnswer | ForChild) for wait in waits):
        return None
    return tuple(state.runs[wait.run] for wait in waits if isinstance(wait, ForChild))
