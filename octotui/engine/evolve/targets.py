"""The effects of events of targets, and of jobs on them, on a State (S6)."""

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.evolve.runs import with_step_progress
from octotui.engine.state import Job, JobEnd, RejectedCandidate, Run, State, StepProgress
from octotui.engine.state.run_parts import with_progress, with_selection

WORSE: tuple[JobEnd, ...] = ("succeeded", "succeeded-with-warnings", "cancelled", "lost", "failed")
"""Ends of jobs, from best to worst: a step on targets has the worst of its jobs."""


def selected(state: State, event: events.TargetsSelected) -> State:
    """Set the targets of each step, for the whole run."""
    run = state.runs[event.run]
    steps = run.progress.steps
    for each in event.steps:
        steps = steps.put(each.step, replace(steps[each.step], targets=each.targets))
    run = with_selection(run, targeted=True, without=event.rejected)
    run = with_progress(run, steps=steps)
    return replace(state, runs=state.runs.insert(run.id, run))


def excluded(state: State, event: events.TargetExcluded) -> State:
    """Exclude a target from the rest of the run."""
    run = state.runs[event.run]
    if event.target in run.selection.excluded:
        return state
    run = with_selection(run, excluded=(*run.selection.excluded, event.target))
    return replace(state, runs=state.runs.insert(run.id, run))


def skipped(state: State, event: events.TargetSkipped) -> State:
    """Mark a target as skipped in a step."""
    run = state.runs[event.run]
    progress = run.progress.steps[event.step]
    skipped = (*progress.skipped, RejectedCandidate(event.target, event.reason))
    run = with_progress(run, steps=run.progress.steps.put(event.step, replace(progress, skipped=skipped)))
    return replace(state, runs=state.runs.insert(run.id, run))


def begun(run: Run, index: int, target: str) -> Run:
    """Count another job on a target, for a step and its rolling step."""
    for each in _with_outermost(run, index):
        before = run.progress.steps[each]
        run = with_step_progress(run, each, replace(before, state="started", open=before.open + 1))
    outer = _with_outermost(run, index)[-1]
    progress = run.progress.steps[outer]
    if target in progress.targets[progress.begun :]:
        count = progress.targets.index(target, progress.begun) + 1
        run = with_step_progress(run, outer, replace(progress, begun=count))
    return run


def over(run: Run, job: Job, event: events.JobEnded) -> Run:
    """Count an ended job on a target; its step ends with its last open job."""
    if job.step is None or job.target is None:
        return run
    name = run.runbook.steps[job.step].name
    set_here = tuple((name, job.target, output, value) for output, value in event.outputs.items())
    run = with_progress(run, target_outputs=run.progress.target_outputs + set_here)
    end = "succeeded-with-warnings" if job.target in run.selection.excluded else event.state
    for each in _with_outermost(run, job.step):
        run = with_step_progress(run, each, _after(run.progress.steps[each], job.target, end, event.reason))
    return run


def _after(before: StepProgress, target: str, end: JobEnd, reason: str) -> StepProgress:
    failed = end in ("failed", "lost")
    result = max(before.result or "succeeded", end, key=WORSE.index)
    return replace(
        before,
        open=before.open - 1,
        result=result,
        failed_on=(*before.failed_on, target) if failed else before.failed_on,
        state=result if before.open == 1 else "started",
        reason=before.reason or (f"{target}: {reason}" if failed else ""),
    )


def _with_outermost(run: Run, index: int) -> tuple[int, ...]:
    """Return the indexes of a step and of its rolling step, if any."""
    outer = index
    while run.runbook.steps[outer].within:
        outer -= 1
    return (index,) if outer == index else (index, outer)
