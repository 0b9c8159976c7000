"""What leaving a space means for open runs, and one sentence each for exports and backups."""

from pathlib import Path

import msgspec

from octotui.engine.state import Job, State, in_order, step_of
from octotui.views.labels import counted, listed, machine_name, size


class Leaving(msgspec.Struct, frozen=True):
    """The active runs, and the consequence of leaving."""

    active: str
    leave: str


class OpenWork(msgspec.Struct, frozen=True):
    """The work that continues after a server ends: running jobs, open runs, and both in lines."""

    jobs: tuple[str, ...]
    runs: tuple[str, ...]
    lines: tuple[str, ...]


def leave_text(state: State) -> Leaving:
    """Return the consequence of leaving, in words."""
    active = sum(1 for run in state.runs.values() if not run.ended)
    head = f"{counted(active, 'run')} {'is' if active == 1 else 'are'} active"
    running = len(_running(state))
    if not running:
        return Leaving(head, "no script is running; runs continue when you return")
    away = sum(1 for job in _running(state) if job.outage is not None)
    continues = "continues" if running - away == 1 else "continue"
    what = f"{counted(running - away, 'job')} {continues}"
    others = f", {away} cannot be reached" if away else ""
    return Leaving(head, f"{what}{others}; later steps wait until you return")


def open_work(state: State) -> OpenWork:
    """Return the jobs that continue, and the runs that wait until the space is opened again."""
    jobs = _running(state)
    runs = tuple(run.id for run in in_order(state) if not run.ended)
    lines = [f"{job.run}  {_named(state, job)} {_stands(state, job)}" for job in jobs]
    if runs:
        waits = "waits" if len(runs) == 1 else "wait"
        lines.append(f"{counted(len(runs), 'open run')} {waits} until the space is opened again")
    machines = len(state.machine_leases)
    if machines:
        stay = "stays" if machines == 1 else "stay"
        lines.append(f"{counted(machines, 'leased machine')} {stay} until the space is opened again")
    return OpenWork(tuple(job.id for job in jobs), runs, tuple(lines) or ("no script is running any more",))


def _stands(state: State, job: Job) -> str:
    """Return that a job continues on its machine, as far as anybody can tell."""
    machine = machine_name(state.model, job.worker or "")
    return f"continues on {machine}" if job.outage is None else f"was on {machine}, which cannot be reached"


def _running(state: State) -> list[Job]:
    """Return the running scripts, in the order of their runs."""
    jobs = [state.jobs[name] for run in in_order(state) for _, name in run.progress.open]
    return [job for job in jobs if job.state == "running" and job.kind == "script"]


def _named(state: State, job: Job) -> str:
    step = step_of(state, job)
    return f"“{step.name}”" if step else job.id


def exported(path: Path, length: int, runs: tuple[str, ...], events: int, *, whole: bool) -> str:
    """Return the sentence of an export: `run-12.zip: run-12 and all it started, 87 events, 12 KiB`."""
    started = "all it started" if len(runs) == 1 else "all they started"
    so_far = "" if whole else ", not ended yet"
    what = f"{listed(runs, most=5)} and {started}{so_far}"
    return f"{path}: {what}, {counted(events, 'event')}, {size(length)}"


def backed_up(path: Path, length: int, space: str, seq: int, runs: int) -> str:
    """Return the sentence of a backup: `kraken.tar.gz: Kraken up to event 1204, 12 runs, 3.4 MiB`."""
    return f"{path}: {space} up to event {seq}, {counted(runs, 'run')}, {size(length)}"
