"""The last line of `--json`: the runs of a call, and which worker each of their steps ran on."""

from collections.abc import Iterable
from typing import Any

import msgspec

from octotui.engine.events import AnyEvent, JobStarted
from octotui.engine.evolve.evolve import evolve
from octotui.engine.rules.locks import blockers
from octotui.engine.state import ForLock, Interruption, Run, State
from octotui.views.files import Where
from octotui.views.labels import duration, listed
from octotui.views.tree.outlook import may_run


def summary(state: State, root: str, where: Where | None = None) -> dict[str, Any]:
    """The Summary of a run and all it started, in the order they were queued; `where` files are kept."""
    family = state.families[root]
    return {"type": "Summary", "runs": [_run(state, state.runs[name], where) for name in family.runs]}


def _run(state: State, run: Run, where: Where | None) -> dict[str, Any]:
    parent = state.jobs.get(run.parent) if run.parent else None
    return {
        "id": run.id,
        "process": run.request.process,
        "name": run.title,
        "environment": run.request.environment,
        "tenant": run.request.tenant,
        "parent": parent.run if parent else None,
        "state": run.state,
        "workers": _workers(state, run),
        "may_run": [step.name for index, step in enumerate(run.runbook.steps) if may_run(state, run, index)],
        "artifacts": _artifacts(state, run, where),
        "questions": [_question(state.interruptions[name]) for name in run.progress.interruptions],
    }


def _question(question: Interruption) -> dict[str, Any]:
    """A question of the run, its answer, and what each has said to it; an expired one has nobody's answer."""
    return {
        "id": question.id,
        "step": question.step,
        "answer": question.answer,
        "expired": question.expired,
        "said": [msgspec.to_builtins(each) for each in question.answers],
    }


def _workers(state: State, run: Run) -> dict[str, str]:
    """The worker of each step that ran; one that ran nowhere is left out."""
    workers: dict[str, str] = {}
    for step, progress in zip(run.runbook.steps, run.progress.steps, strict=True):
        started = [state.jobs[name] for name in progress.jobs if state.jobs[name].started_at is not None]
        if started and started[-1].worker is not None:
            workers[step.name] = started[-1].worker
    return workers


def _artifacts(state: State, run: Run, where: Where | None) -> list[dict[str, Any]]:
    """The files that the run's scripts had kept."""
    return [
        {
            "step": run.runbook.steps[job.step].name if job.step is not None else None,
            "name": each.name,
            "size": each.size,
            "path": str(where(run.id, job.id, each.name)) if where else None,
        }
        for job in (state.jobs[name] for name in run.progress.jobs)
        for each in job.artifacts
    ]


EXIT_CODES = {"succeeded": 0, "failed": 1, "timed-out": 1, "cancelled": 5}


def exit_code(state: State, root: str) -> int:
    """The worst of a family's ends: 1 failed, 5 cancelled, 4 only questions are left, 0 succeeded."""
    codes = {EXIT_CODES.get(state.runs[name].state, 4) for name in state.families[root].runs}
    return next(code for code in (1, 5, 4, 0) if code in codes)


def lock_waits(events: Iterable[AnyEvent]) -> dict[str, str]:
    """What to say of each job that did not get its lock at once: `waited 00:04 for worker3, behind run-1`."""
    state = State(keep_ended=True)
    behind: dict[str, str] = {}
    sentences: dict[str, str] = {}
    for event in events:
        name = getattr(event, "job", "")
        wait = state.jobs[name].wait if name in state.jobs else None
        state = evolve(state, event)
        if isinstance(event, JobStarted) and isinstance(wait, ForLock) and event.at > wait.since:
            sentences[name] = (
                f"waited {duration(event.at - wait.since)} for {wait.machine}{behind.get(name, '')}"
            )
        elif name in state.jobs and (runs := [each.run for each in blockers(state, state.jobs[name])]):
            behind[name] = f", behind {listed(dict.fromkeys(runs))}"
    return sentences
