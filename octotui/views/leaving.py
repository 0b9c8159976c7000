"""What becomes of the open runs when octotui, or the server of their space, is left now."""

import msgspec

from octotui.engine.state import Job, State, in_order, step_of
from octotui.views.words import counted


class Leaving(msgspec.Struct, frozen=True):
    """What is active, and what leaving means for it."""

    active: str
    leave: str


class Left(msgspec.Struct, frozen=True):
    """What a server that ends leaves behind: jobs that run on by themselves, open runs, and both in lines."""

    jobs: tuple[str, ...]
    runs: tuple[str, ...]
    lines: tuple[str, ...]


def told(state: State) -> Leaving:
    """Both in words."""
    active = sum(1 for run in state.runs.values() if not run.ended)
    head = f"{counted(active, 'run')} {'is' if active == 1 else 'are'} active"
    running = len(_running(state))
    if not running:
        return Leaving(head, "nothing is running; go on where it stands when you come back")
    goes = "goes" if running == 1 else "go"
    return Leaving(head, f"{counted(running, 'running job')} {goes} on; what comes next waits for you")


def left(state: State) -> Left:
    """What goes on, and what waits until somebody opens the space again."""
    jobs = _running(state)
    runs = tuple(run.id for run in in_order(state) if not run.ended)
    lines = [f"{job.run}  {_named(state, job)} goes on on {job.worker}" for job in jobs]
    if runs:
        waits = "waits" if len(runs) == 1 else "wait"
        lines.append(f"{counted(len(runs), 'open run')} {waits} until the space is opened again")
    return Left(tuple(job.id for job in jobs), runs, tuple(lines) or ("nothing is left running",))


def _running(state: State) -> list[Job]:
    """The scripts that run now, in the order of their runs."""
    found = [state.jobs[name] for run in in_order(state) for _, name in run.open]
    return [job for job in found if job.state == "running" and job.kind == "script"]


def _named(state: State, job: Job) -> str:
    step = step_of(state, job)
    return f"“{step.name}”" if step else job.id
