"""The jobs of a run that may print something, with their names."""

from collections.abc import Iterator
from typing import NamedTuple

from octotui.engine.rules.machines import acquisition_name, target_of
from octotui.engine.state import Job, State, step_of

PRINTING = ("script", "acquire")
FAILED = ("failed", "lost")


class JobLog(NamedTuple):
    """A job that may print something: its run, id and name, whether it may print more, or has failed."""

    run: str
    job: str
    name: str
    is_live: bool
    has_failed: bool = False


def of_run(state: State, run: str) -> tuple[JobLog, ...]:
    """Return the logs of a run's own jobs, in the order in which they began."""
    found = state.runs.get(run)
    jobs = () if found is None else (state.jobs[each] for each in found.progress.jobs)
    return tuple(
        JobLog(job.run, job.id, name_of(state, job), job.ended_at is None, job.state in FAILED)
        for job in jobs
        if job.kind in PRINTING
    )


def of_family(state: State, run: str) -> tuple[JobLog, ...]:
    """Return the logs of a run and of those that it started; the names of these begin with their run."""
    return tuple(
        each if each.run == run else each._replace(name=f"{each.run} {each.name}")
        for each in _logs(state, run)
    )


def _logs(state: State, run: str) -> Iterator[JobLog]:
    yield from of_run(state, run)
    found = state.runs.get(run)
    for name in () if found is None else found.progress.jobs:
        child = state.jobs[name].child
        if child is not None:
            yield from _logs(state, child)


def name_of(state: State, job: Job) -> str:
    """Return the name of a job: its step, and on which target it is where it has one."""
    step, target = step_of(state, job), target_of(state.runs[job.run], job)
    return f"{step.name if step else acquisition_name(job)}{f' on {target}' if target else ''}"
