"""When a run and all it started have come as far as they can: to the end, or to people."""

from octotui.engine.queue import waited_for_by
from octotui.engine.state import ForChild, Run, State


def open_runs(state: State, root: str) -> list[Run]:
    """The runs of a family that have not ended, in the order they were queued."""
    family = state.families.get(root)
    if family is None:
        return []
    return [run for run in (state.runs[name] for name in family.runs) if not run.ended]


def only_people_left(state: State, root: str) -> bool:
    """Whether every open run of a family waits for an answer, or for a run that does."""
    runs = open_runs(state, root)
    return bool(runs) and all(_waits_for_people(state, run) for run in runs)


def _waits_for_people(state: State, run: Run) -> bool:
    if run.state == "paused":
        return True
    if run.state == "queued" and run.tag in state.tags and not run.holds_tag:
        holder = state.tags[run.tag].holder if run.tag else None
        return holder is not None and state.runs[holder].state == "paused"
    if run.state != "executing" or not run.open:
        return False
    waits = [state.jobs[name].wait for name in run.open]
    return all(
        isinstance(wait, ForChild) and _waits_for_people(state, state.runs[wait.run]) for wait in waits
    )


def roots(state: State) -> list[str]:
    """The open runs that nobody waits for, oldest first: cancelling them ends everything."""
    runs = (run for _, run in state.runs.items() if not run.ended and waited_for_by(state, run) is None)
    return [run.id for run in sorted(runs, key=lambda each: each.number)]
