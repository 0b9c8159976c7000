"""What events of targets, and of jobs on them, change in a State (S6)."""

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.evolve.runs import with_step_progress
from octotui.engine.state import Job, JobEnd, RejectedCandidate, Run, State, StepProgress
from octotui.engine.state.run_parts import with_progress, with_selection

WORSE: tuple[JobEnd, ...] = ("succeeded", "succeeded-with-warnings", "cancelled", "lost", "failed")
"""How a job may end, from good to bad: a step on targets is as well as the worst of its jobs."""


def selected(state: State, event: events.TargetsSelected) -> State:
    """Each step knows its targets, for the whole run."""
    run = state.runs[event.run]
    steps = run.progress.steps
    for each in event.steps:
        steps = steps.put(each.step, replace(steps[each.step], targets=each.targets))
    run = with_selection(run, targeted=True, without=event.rejected)
    run = with_progress(run, steps=steps)
    return replace(state, runs=state.runs.insert(run.id, run))


def excluded(state: State, event: events.TargetExcluded) -> State:
    """The run goes on without a target."""
    run = state.runs[event.run]
    if event.target in run.selection.excluded:
        return state
    run = with_selection(run, excluded=(*run.selection.excluded, event.target))
    return replace(state, runs=state.runs.insert(run.id, run))


def skipped(state: State, event: events.TargetSkipped) -> State:
    """A step leaves out a target."""
    run = state.runs[event.run]
    progress = run.progress.steps[event.step]
    skipped = (*progress.skipped, RejectedCandidate(event.target, event.reason))
    run = with_progress(run, steps=run.progress.steps.put(event.step, replace(progress, skipped=skipped)))
    return replace(state, runs=state.runs.insert(run.id, run))


def begun(run: Run, index: int, target: str) -> Run:
    """The run once a step, and the step it is within, have another job on a target."""
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
    """The run once a job on a target is over: its step is over as well where no other job of it is open."""
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
    """A step, and the rolling step that it is within."""
    outer = index
    while run.runbook.steps[outer].within:
        outer -= 1
    return (index,) if outer == index else (index, outer)
