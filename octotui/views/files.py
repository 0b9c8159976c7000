"""The files that a run's scripts had kept, and where they are (V7)."""

from collections.abc import Callable, Iterator
from pathlib import Path

from octotui.engine.state import Job, Run, State
from octotui.views.labels import size

Where = Callable[[str, str, str], Path]


def of_run(state: State, name: str, where: Where) -> list[tuple[str, list[str]]]:
    """Headed lines about a run and those it started: a job and its files, each with its size and path."""
    return [
        (
            _head(state, job),
            [f"{each.name} {size(each.size)}  {where(job.run, job.id, each.name)}" for each in job.artifacts],
        )
        for job in jobs(state, name)
        if job.artifacts
    ]


def jobs(state: State, name: str) -> Iterator[Job]:
    """The jobs of a run and of all it started, in their order."""
    run = state.runs.get(name)
    for each in () if run is None else run.progress.jobs:
        job = state.jobs[each]
        yield job
        if job.child is not None:
            yield from jobs(state, job.child)


def _head(state: State, job: Job) -> str:
    run: Run = state.runs[job.run]
    step = "" if job.step is None else run.runbook.steps[job.step].name
    return f"{run.id} {step}"
