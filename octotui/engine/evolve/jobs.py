"""The effects of events of jobs on a State."""

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.evolve import durations, targets, version_1
from octotui.engine.evolve.deadlines import set_deadline
from octotui.engine.evolve.runs import with_step_progress
from octotui.engine.rules import locks, run_queue
from octotui.engine.rules.machines import unacquired
from octotui.engine.state import (
    Attempt,
    ForAnswer,
    ForChild,
    ForLock,
    ForPlace,
    ForRetry,
    Job,
    JobOutage,
    JobProgress,
    Run,
    State,
    step_of,
)
from octotui.engine.state.run_parts import with_progress, with_selection


def queued(state: State, event: events.JobQueued) -> State:
    """Add a job; with a place of its run, queue it for its lock."""
    run = state.runs[event.run]
    job = Job(
        id=event.job,
        run=event.run,
        kind=event.kind,
        step=event.step,
        worker=event.worker,
        mode=event.mode,
        packages=event.packages,
        queued_at=event.at,
        number=len(run.progress.jobs) + 1,
        target=event.target,
        undecided=() if event.undecided is UNSET else event.undecided,
    )
    progress = run.progress
    if event.kind == "acquire" and run.selection.acquired == "again":
        run = with_selection(run, acquired="no")
    run = with_progress(run, jobs=progress.jobs.add(job.id), open=progress.open.add(job.place))
    if event.step is not None:
        before = progress.steps[event.step]
        step = replace(before, state="started", jobs=before.jobs.add(job.id))
        run = with_step_progress(run, event.step, step)
        if event.target is not None:
            run = targets.begun(run, event.step, event.target)
    if event.kind == "manual":
        return with_job(state, run, job)
    if version_1.has_place(state, run) if event.has_place is UNSET else event.has_place:
        state, job = _queue_for_lock(state, run, job, event.expected_wait)
        return with_job(state, with_progress(run, placed=run.progress.placed + 1), job)
    run = with_progress(run, unplaced=run.progress.unplaced.add(job.place))
    return with_job(state, run, replace(job, wait=ForPlace(event.at)))


def placed(state: State, event: events.JobPlaced) -> State:
    """Give the job one of its run's places, and queue it for its lock."""
    run = state.runs[event.run]
    state, job = _queue_for_lock(state, run, state.jobs[event.job], event.expected_wait)
    progress = run.progress
    run = with_progress(run, placed=progress.placed + 1, unplaced=progress.unplaced.discard(job.place))
    return with_job(state, run, job)


def _queue_for_lock(state: State, run: Run, job: Job, expected: float | UnsetType) -> tuple[State, Job]:
    """Queue a job for its lock; its step's `wait_limit` counts from here (L6)."""
    state, job = locks.enqueue(state, job)
    if isinstance(job.wait, ForLock) and expected is not UNSET:
        job = replace(job, wait=replace(job.wait, expected=expected))
    limit = None if job.step is None else run.runbook.steps[job.step].wait_limit
    return set_deadline(state, job, None if limit is None or job.mode is None else state.at + limit)


def started(state: State, event: events.JobStarted) -> State:
    """Give the job its lock and start its attempt; its `time_limit` counts from here."""
    job = state.jobs[event.job]
    state = durations.waited(state, job)
    job = replace(
        job,
        state="running",
        wait=None,
        attempt=event.attempt,
        started_at=event.at,
        expected=None if event.expected is UNSET else event.expected,
    )
    step = step_of(state, job)
    limit = None if step is None else step.time_limit
    state, job = set_deadline(locks.acquire(state, job), job, None if limit is None else event.at + limit)
    return _put_job(state, job)


def progressed(state: State, event: events.JobProgressed) -> State:
    """Set the job's progress."""
    return _put_job(
        state, replace(state.jobs[event.job], progress=JobProgress(event.percentage, event.message))
    )


def unreachable(state: State, event: events.JobUnreachable) -> State:
    """Note that the job's machine is away, since the first report of it."""
    job = state.jobs[event.job]
    since = event.at if job.outage is None else job.outage.since
    return _put_job(state, replace(job, outage=JobOutage(since, event.reason, event.next_try)))


def reached(state: State, event: events.JobReached) -> State:
    """Note that the job's machine answers again."""
    return _put_job(state, replace(state.jobs[event.job], outage=None))


def stopping(state: State, event: events.JobStopping) -> State:
    """Mark the job as stopping; it keeps its lock until it has ended."""
    state, job = set_deadline(state, state.jobs[event.job], None)
    return _put_job(state, replace(job, stopping=event.reason))


def attempt_failed(state: State, event: events.AttemptFailed) -> State:
    """Release the job's lock; let it wait for its backoff, or for people to be asked (L5)."""
    before = state.jobs[event.job]
    run = state.runs[before.run]
    run = with_progress(run, children=run.progress.children - isinstance(before.wait, ForChild))
    due = event.retry_at
    job = replace(
        before,
        state="asking" if due is None else "waiting",
        wait=None if due is None else ForRetry(event.at, due),
        outcome=event.outcome,
        stopping="",
        exit_code=event.exit_code,
        reason=event.reason,
        progress=None,
        outage=None,
        artifacts=before.artifacts + event.artifacts,
    )
    if due is not None:
        job = _with_failed_attempt(job, event.at)
    state, job = set_deadline(locks.release(state, before), job, due)
    return with_job(state, run, job)


def _with_failed_attempt(job: Job, at: float) -> Job:
    """Add the failed attempt to the job's history."""
    return replace(job, attempts=(*job.attempts, Attempt(job.reason, job.exit_code, job.started_at, at)))


def retried(state: State, event: events.JobRetried) -> State:
    """Queue the job for its lock again."""
    job = state.jobs[event.job]
    if isinstance(job.wait, ForAnswer):
        job = replace(_with_failed_attempt(job, job.wait.since), state="waiting", outcome=None)
    state, job = _queue_for_lock(state, state.runs[event.run], job, event.expected_wait)
    return _put_job(state, job)


def ended(state: State, event: events.JobEnded) -> State:
    """End the job: release its lock and place, and update its step."""
    before = state.jobs[event.job]
    kept = durations.took(state, before, event.state)
    state, run = _queue_for_slot(state, _without_job(state.runs[event.run], before, event))
    state, job = set_deadline(locks.release(state, before), before, None)
    job = replace(
        job,
        state=event.state,
        wait=None,
        ended_at=event.at,
        exit_code=event.exit_code,
        reason=event.reason,
        warnings=event.warnings,
        artifacts=before.artifacts + event.artifacts,
        highlights=event.highlights,
        outcome=None,
        outage=None,
    )
    runs, jobs = state.runs.insert(run.id, run), state.jobs.insert(job.id, job)
    return replace(state, runs=runs, jobs=jobs, **kept)


def _without_job(run: Run, job: Job, event: events.JobEnded) -> Run:
    """Update the run of a job that ended."""
    failed = event.state in ("failed", "lost")
    unplaced = isinstance(job.wait, ForPlace)
    before = run.progress
    progress = replace(
        before,
        open=before.open.discard(job.place),
        unplaced=before.unplaced.discard(job.place),
        placed=before.placed - (0 if unplaced or job.kind == "manual" else 1),
        children=before.children - isinstance(job.wait, ForChild),
        failed=before.failed or failed,
        warnings=add_warnings(before.warnings, event.warnings),
    )
    if event.digests:
        found = {f"{job.worker} {image}": digest for image, digest in event.digests.items()}
        run = with_selection(run, digests={**run.selection.digests, **found})
    reason = run.reason or (_failure_reason(run, job, event.reason) if failed else "")
    run = replace(run, reason=reason, progress=progress)
    if job.step is None:
        return _acquired(run, event)
    run = _with_outputs(run, run.runbook.steps[job.step].name, job, event)
    if job.target is not None:
        return targets.over(run, job, event)
    step = replace(progress.steps[job.step], state=event.state, reason=event.reason)
    return with_step_progress(run, job.step, step)


def _acquired(run: Run, event: events.JobEnded) -> Run:
    """Update the run when a machine acquired its packages, failed to, or was given up (M6)."""
    if event.state in ("failed", "lost"):
        return with_selection(run, acquired="failed")
    if run.selection.acquired != "no":
        return run
    if event.state == "cancelled":  # with its machine, so that it is made again
        return with_selection(run, acquired="again")
    return run if run.progress.open else with_selection(run, acquired="yes")


def _with_outputs(run: Run, step: str, job: Job, event: events.JobEnded) -> Run:
    """Add a job's output variables to the run; of sensitive ones only their names (V7)."""
    set_here = tuple((step, output, value) for output, value in event.outputs.items())
    secret = tuple((step, job.target, output) for output in event.secrets)
    return with_progress(
        run,
        outputs=run.progress.outputs + set_here,
        secret_outputs=run.progress.secret_outputs + secret,
    )


def add_warnings(warnings: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    """Append warnings without duplicates: two steps may lack the same variable (V1)."""
    return (*warnings, *(each for each in dict.fromkeys(more) if each not in warnings))


def _failure_reason(run: Run, job: Job, reason: str) -> str:
    if job.step is None:
        return f"{unacquired(job)} on {job.worker}: {reason}"
    where = f" on {job.target}" if job.target else ""
    return f"step “{run.runbook.steps[job.step].name}” failed{where}: {reason}"


def _queue_for_slot(state: State, run: Run) -> run_queue.Held:
    """Queue a run that yielded for a slot, when it has something to do again (Q4)."""
    if run.yielded and not run.queueing.resuming and (not run.progress.open or run.progress.unplaced):
        return run_queue.enqueue_for_slot(state, run)
    return state, run


def with_job(state: State, run: Run, job: Job) -> State:
    """Replace a run and a job of it in a State."""
    return replace(state, runs=state.runs.insert(run.id, run), jobs=state.jobs.insert(job.id, job))


def _put_job(state: State, job: Job) -> State:
    return replace(state, jobs=state.jobs.insert(job.id, job))
