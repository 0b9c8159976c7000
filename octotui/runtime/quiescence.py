"""Quiescence: whether runs have ended, or wait for people."""

from collections.abc import Iterable

from octotui.engine.rules.run_queue import tag_holder
from octotui.engine.state import ForAnswer, ForChild, ForPlace, Interruption, Run, State


def open_runs(state: State, root: str) -> list[Run]:
    """Return the open runs of a family, in the order they were queued."""
    family = state.families.get(root)
    if family is None:
        return []
    return [run for run in (state.runs[name] for name in family.runs) if not run.ended]


def questions(state: State, root: str) -> list[Interruption]:
    """Return the open questions of a family, oldest first."""
    asked = (state.interruptions[name] for _, name in state.asking)
    return [each for each in asked if state.runs[each.run].root == root]


def waiting_on_people(state: State, runs: Iterable[Run]) -> bool:
    """Return whether each of these runs has ended, or waits, perhaps through other runs, for an answer."""
    in_slots = tuple(state.runs[name] for _, name in state.slots)
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
    """Return the runs that a run waits for, () if it waits for people, None if it proceeds by itself."""
    if run.state == "paused":
        return ()
    if run.state == "queued" or run.queueing.resuming:
        if (holder := tag_holder(state, run)) is not None:
            return (holder,)
        full = len(state.slots) >= state.model.engine.task_cap
        return in_slots if full and not run.awaits_packages else None
    waits = [state.jobs[name].wait for _, name in run.progress.open]
    waits = [wait for wait in waits if not isinstance(wait, ForPlace)]
    if run.state != "executing" or not waits:
        return None
    if not all(isinstance(wait, ForAnswer | ForChild) for wait in waits):
        return None
    return tuple(state.runs[wait.run] for wait in waits if isinstance(wait, ForChild))
