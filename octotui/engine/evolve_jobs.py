"""What events of jobs, and of the questions they ask, change in a State."""

from msgspec.structs import replace

from octotui.engine import events as happened
from octotui.engine import evolve_targets as targets
from octotui.engine import locks, queue
from octotui.engine.attempts import Attempt, Reached
from octotui.engine.deadlines import fall_due
from octotui.engine.evolve_runs import with_progress
from octotui.engine.state import (
    ForAnswer,
    ForChild,
    ForPlace,
    ForRetry,
    Interruption,
    Job,
    Run,
    State,
    manual_of,
    step_of,
)
from octotui.engine.terms import Said
from octotui.model.process import Manual


def queued(state: State, event: happened.JobQueued) -> State:
    """A step has a job; with a place of its run it stands in its lock's line."""
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
        number=len(run.jobs) + 1,
        target=event.target,
    )
    run = replace(run, jobs=run.jobs.add(job.id), open=run.open.add(job.place))
    if event.step is not None:
        before = run.steps[event.step]
        progress = replace(before, state="started", jobs=before.jobs.add(job.id))
        run = with_progress(run, event.step, progress)
        if event.target is not None:
            run = targets.begun(run, event.step, event.target)
    if event.kind == "manual":
        return _with(state, run, job)
    if run.placed < state.model.engine.max_parallelism:
        state, job = _ask(state, run, job)
        return _with(state, replace(run, placed=run.placed + 1), job)
    return _with(
        state, replace(run, unplaced=run.unplaced.add(job.place)), replace(job, wait=ForPlace(event.at))
    )


def placed(state: State, event: happened.JobPlaced) -> State:
    """The job has one of its run's places, and asks for its lock."""
    run = state.runs[event.run]
    state, job = _ask(state, run, state.jobs[event.job])
    run = replace(run, placed=run.placed + 1, unplaced=run.unplaced.discard(job.place))
    return _with(state, run, job)


def _ask(state: State, run: Run, job: Job) -> tuple[State, Job]:
    """Stand in the lock's line; a step's `wait_limit` counts from here (L6)."""
    state, job = locks.ask(state, job)
    limit = None if job.step is None else run.runbook.steps[job.step].wait_limit
    return fall_due(state, job, None if limit is None or job.mode is None else state.at + limit)


def started(state: State, event: happened.JobStarted) -> State:
    """The job holds its lock and runs; its `time_limit` counts from here."""
    job = state.jobs[event.job]
    job = replace(job, state="running", wait=None, attempt=event.attempt, started_at=event.at)
    step = step_of(state, job)
    limit = None if step is None else step.time_limit
    state, job = fall_due(locks.take(state, job), job, None if limit is None else event.at + limit)
    return _with_job(state, job)


def progressed(state: State, event: happened.JobProgressed) -> State:
    """The job's script has come so far."""
    return _with_job(state, replace(state.jobs[event.job], progress=Reached(event.percentage, event.message)))


def stopping(state: State, event: happened.JobStopping) -> State:
    """The job is being ended, and keeps its lock until it is gone."""
    state, job = fall_due(state, state.jobs[event.job], None)
    return _with_job(state, replace(job, stopping=event.reason))


def attempt_failed(state: State, event: happened.AttemptFailed) -> State:
    """The job waits before another attempt, or for people to be asked, and holds no lock meanwhile (L5)."""
    before = state.jobs[event.job]
    run = state.runs[before.run]
    run = replace(run, children=run.children - isinstance(before.wait, ForChild))
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
        artifacts=before.artifacts + event.artifacts,
    )
    if due is not None:
        job = _tried(job, event.at)
    state, job = fall_due(locks.give_back(state, before), job, due)
    return _with(state, run, job)


def _tried(job: Job, at: float) -> Job:
    """The job, whose last attempt failed at a time and will not be the last one."""
    return replace(job, attempts=(*job.attempts, Attempt(job.reason, job.exit_code, job.started_at, at)))


def retried(state: State, event: happened.JobRetried) -> State:
    """The job stands in its lock's line again."""
    job = state.jobs[event.job]
    if isinstance(job.wait, ForAnswer):
        job = replace(_tried(job, job.wait.since), state="waiting", outcome=None)
    state, job = _ask(state, state.runs[event.run], job)
    return _with_job(state, job)


def ended(state: State, event: happened.JobEnded) -> State:
    """The job is over: its lock and its place are free, and its step is as far as it."""
    before = state.jobs[event.job]
    state, run = _ask_for_slot_again(state, _without_job(state.runs[event.run], before, event))
    state, job = fall_due(locks.give_back(state, before), before, None)
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
    )
    return _with(state, run, job)


def _without_job(run: Run, job: Job, event: happened.JobEnded) -> Run:
    """The run once a job of it is over."""
    failed = event.state in ("failed", "lost")
    unplaced = isinstance(job.wait, ForPlace)
    run = replace(
        run,
        open=run.open.discard(job.place),
        unplaced=run.unplaced.discard(job.place),
        placed=run.placed - (0 if unplaced or job.kind == "manual" else 1),
        children=run.children - isinstance(job.wait, ForChild),
        failed=run.failed or failed,
        reason=run.reason or (_blame(run, job, event.reason) if failed else ""),
        warnings=_with_new(run.warnings, event.warnings),
    )
    if job.step is not None:
        name = run.runbook.steps[job.step].name
        set_here = tuple((name, output, value) for output, value in event.outputs.items())
        run = replace(run, outputs=run.outputs + set_here)
        if job.target is not None:
            return targets.over(run, job, event)
        progress = replace(run.steps[job.step], state=event.state, reason=event.reason)
        return with_progress(run, job.step, progress)
    if failed:
        return replace(run, acquired="failed")
    return replace(run, acquired="yes") if not run.open and run.acquired == "no" else run


def _with_new(warnings: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    """Warnings of a run, each once: two steps may lack the same variable (V1)."""
    return (*warnings, *(each for each in dict.fromkeys(more) if each not in warnings))


def _blame(run: Run, job: Job, reason: str) -> str:
    if job.step is None:
        return f"packages could not be acquired on {job.worker}: {reason}"
    where = f" on {job.target}" if job.target else ""
    return f"step “{run.runbook.steps[job.step].name}” failed{where}: {reason}"


def _ask_for_slot_again(state: State, run: Run) -> queue.Held:
    """A run that yielded wants its slot back when there is something to do again (Q4)."""
    if run.yielded and not run.resuming and (not run.open or run.unplaced):
        return queue.ask_for_slot(state, run)
    return state, run


def interruption_raised(state: State, event: happened.InterruptionRaised) -> State:
    """People are asked: for a manual step that is its work, a failed job has had its own."""
    run = state.runs[event.run]
    job = replace(state.jobs[event.job], state="asking", wait=ForAnswer(event.at, event.interruption))
    step = step_of(state, job)
    if event.kind == "manual":
        job = replace(job, attempt=1, started_at=event.at)
        limit = step.action.expires if step and isinstance(step.action, Manual) else None
        state, job = fall_due(state, job, None if limit is None else event.at + limit)
    interruption = Interruption(
        id=event.interruption,
        run=event.run,
        job=event.job,
        step=step.name if step else "Acquire packages",
        instructions=event.instructions,
        teams=event.teams,
        raised_at=event.at,
        kind=event.kind,
        choices=event.choices,
    )
    run = replace(
        run,
        interruptions=(*run.interruptions, interruption.id),
        warnings=_with_new(run.warnings, event.warnings),
    )
    return replace(
        _with(state, run, job),
        next_interruption=state.next_interruption + 1,
        asking=state.asking.add((event.at, interruption.id)),
        interruptions=state.interruptions.insert(interruption.id, interruption),
    )


def interruption_taken(state: State, event: happened.InterruptionTaken) -> State:
    """Someone is responsible for the answer."""
    return _with_responsible(state, event.interruption, event.user)


def interruption_released(state: State, event: happened.InterruptionReleased) -> State:
    """Nobody is responsible any more."""
    return _with_responsible(state, event.interruption, None)


def interruption_handed_over(state: State, event: happened.InterruptionHandedOver) -> State:
    """Somebody else is responsible."""
    return _with_responsible(state, event.interruption, event.to)


def _with_responsible(state: State, name: str, user: str | None) -> State:
    question = replace(state.interruptions[name], responsible=user)
    return replace(state, interruptions=state.interruptions.insert(name, question))


def interruption_answered(state: State, event: happened.InterruptionAnswered) -> State:
    """The question has its answer, or one of those who must say proceed has said it (I6)."""
    question = state.interruptions[event.interruption]
    if event.expired:
        question = replace(question, responsible=None, expired=True)
    else:
        question = replace(question, said=(*question.said, _said(event)), notes=event.notes)
        if event.answer == "proceed" and len(question.said) < manual_of(state, question).approvals:
            freed = replace(question, responsible=None)
            return replace(state, interruptions=state.interruptions.insert(freed.id, freed))
    return _end_interruption(state, replace(question, answer=event.answer, ended_at=event.at))


def _said(event: happened.InterruptionAnswered) -> Said:
    return Said(
        user=event.user,
        answer=event.answer,
        at=event.at,
        notes=event.notes,
        values=event.values,
        secrets=event.secrets,
    )


def notice_failed(state: State, event: happened.NoticeFailed) -> State:
    """The run is warned, and the question says so."""
    run = state.runs[event.run]
    run = replace(run, warnings=_with_new(run.warnings, (event.reason,)))
    question = replace(state.interruptions[event.interruption], untold=event.reason)
    return replace(
        state,
        runs=state.runs.insert(run.id, run),
        interruptions=state.interruptions.insert(question.id, question),
    )


def interruption_closed(state: State, event: happened.InterruptionClosed) -> State:
    """Nobody needs to answer."""
    return _end_interruption(state, replace(state.interruptions[event.interruption], ended_at=event.at))


def _end_interruption(state: State, over: Interruption) -> State:
    return replace(
        state,
        asking=state.asking.discard((over.raised_at, over.id)),
        interruptions=state.interruptions.insert(over.id, over),
    )


def _with(state: State, run: Run, job: Job) -> State:
    return replace(state, runs=state.runs.insert(run.id, run), jobs=state.jobs.insert(job.id, job))


def _with_job(state: State, job: Job) -> State:
    return replace(state, jobs=state.jobs.insert(job.id, job))
