"""The artifacts of a run, and their paths (V7)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from octotui.engine.state import Job, Run, State
from octotui.views.labels import size

Where = Callable[[str, str, str], Path]


def of_run(state: State, name: str, where: Where) -> list[tuple[str, list[str]]]:
    """Return headed lines about a run and its descendants: a job, and its files with size and path."""
    return [
        (
            _head(state, job),
            [f"{each.name} {size(each.size)}  {where(job.run, job.id, each.name)}" for each in job.artifacts],
        )
        for job in jobs(state, name)
        if job.artifacts
    ]


class FileRow(NamedTuple):
    """A file of a job, or the job itself, which has no name and stands above its files."""

    run: str
    job: str
    head: str
    name: str = ""
    size: int = 0

    @property
    def key(self) -> str:
        """What tells it from others."""
        return f"{self.job}/{self.name}"


def rows(state: State, name: str) -> Iterator[FileRow]:
    """Yield the jobs of a run and its descendants that made files, each before its files."""
    for job in jobs(state, name):
        if job.artifacts:
            yield FileRow(job.run, job.id, _head(state, job))
            for each in job.artifacts:
                yield FileRow(job.run, job.id, _head(state, job), each.name, each.size)


def jobs(state: State, name: str) -> Iterator[Job]:
    """Yield the jobs of a run and of its descendants, in order."""
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
