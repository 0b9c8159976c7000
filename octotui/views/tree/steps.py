"""Steps and their jobs as branches of an allocation tree: states, waits, answers."""

from functools import partial

from octotui.engine.rules.machines import target_of
from octotui.engine.state import ForChild, Job, Run, State
from octotui.views import answers
from octotui.views.estimates.sentences import left
from octotui.views.labels import (
    AWAY,
    JOBS,
    STOPPING,
    Mark,
    Role,
    acquire_text,
    duration,
    listed,
    machine_name,
    with_digests,
)
from octotui.views.machines.outages import next_try, outage_of
from octotui.views.text.clock_times import Zone
from octotui.views.tree import script_notes
from octotui.views.tree.outlook import ASSUMED_ENDS, MAY_RUN, mark_of, may_run, why
from octotui.views.tree.rows import Branch, TreeRow
from octotui.views.waits import of_job


def step(state: State, run: Run, index: int, now: float, zone: Zone = None) -> Branch:
    """Return the branch of a step, by its latest job."""
    progress, name = run.progress.steps[index], run.runbook.steps[index].name
    key = f"{run.id}:{index}"
    if not progress.jobs:
        row = TreeRow(
            key=key,
            kind="step",
            text=name,
            role="muted",
            mark=mark_of(state, run, index),
            note=progress.reason or why(may_run(state, run, index)),
            run=run.id,
            step=index,
        )
        return Branch(row=row)
    job = state.jobs[progress.jobs[-1]]
    return _of_job(state, run, job, (key, name), now, zone)


def of_one(state: State, run: Run, job: Job, text: str, now: float, zone: Zone = None) -> Branch:
    """Return the branch of one of a step's jobs, on one target."""
    return _of_job(state, run, job, (job.id, text), now, zone)


def _of_job(state: State, run: Run, job: Job, named: tuple[str, str], now: float, zone: Zone) -> Branch:
    return Branch(
        row=_row(state, *named, job, run, now),
        notes=_notes(state, run, job, now, zone),
        branches=script_notes.attempts(job, _mark(job), _time(job, now)),
        progress=job.progress if job.state == "running" else None,
    )


def acquisition(state: State, run: Run, job: Job, now: float, zone: Zone = None) -> Branch:
    """Return the branch of a job that acquires packages on a worker or a target."""
    what = acquire_text(with_digests(run, job), ("acquire", "pull"), joined=partial(listed, most=4))
    where = f" on {machine_name(state.model, target)}" if (target := target_of(run, job)) else ""
    return Branch(
        row=_row(state, job.id, f"{what}{where}", job, run, now),
        notes=_notes(state, run, job, now, zone),
    )


def _row(state: State, key: str, text: str, job: Job, run: Run, now: float) -> TreeRow:
    return TreeRow(
        key=key,
        kind="acquire" if job.step is None else "step",
        text=text,
        mark=_mark(job),
        note=_note(state, run, job, now),
        time=_time(job, now),
        run=job.run,
        job=job.id,
        worker=job.worker,
        step=job.step,
    )


def _mark(job: Job) -> Mark:
    if job.undecided and job.state in ASSUMED_ENDS:
        return MAY_RUN
    if outage_of(job) is not None:
        return AWAY
    return STOPPING if job.stopping and job.state == "running" else JOBS[job.state]


def _note(state: State, run: Run, job: Job, now: float) -> str:
    """Return a job's reason, attempt, about how much longer it takes, and its number of warnings.

    People may have asked for more attempts than the step declares.
    """
    tries = 1 if job.step is None else 1 + run.runbook.steps[job.step].retries
    again = f"attempt {job.attempt}" if job.attempt > 1 else ""
    if again and job.attempt <= tries:
        again = f"{again} of {tries}"
    over = job.ended_at is not None or job.state == "asking"
    reason = _reason(state, run, job) if over else ""
    return " · ".join(
        filter(None, (reason, why(job.undecided), again, left(state, job, now), script_notes.warned(job)))
    )


def _reason(state: State, run: Run, job: Job) -> str:
    """Return why a job ended, without what its run says for all of them, or what its child run says."""
    if job.reason == run.reason and run.state in ("cancelling", "cancelled", "timed-out"):
        return ""
    child = state.runs.get(job.child or "")
    return job.reason if child is None else job.reason.removesuffix(f": {child.reason}")


def _time(job: Job, now: float) -> str:
    """Return how long a job waits, runs or asks, or took."""
    if job.wait is not None:
        return duration(now - job.wait.since)
    if job.started_at is None:
        return ""
    return duration((now if job.ended_at is None else job.ended_at) - job.started_at)


def changing(state: State, job: Job, now: float) -> tuple[str, ...]:
    """Return what changes of a job's row as time goes by."""
    outage = outage_of(job)
    away = () if outage is None else (next_try(outage, now),)
    return _time(job, now), left(state, job, now), *away


def _notes(state: State, run: Run, job: Job, now: float, zone: Zone) -> list[tuple[str, Role]]:
    """Return the notes below a job's row."""
    notes: list[tuple[str, Role]] = []
    wait = of_job(state, job, now, zone=zone)
    if wait is not None and not (isinstance(job.wait, ForChild) and job.wait.run in state.runs):
        notes.append((wait.sentence, "asks" if job.state == "asking" else "waits"))
    is_said = run.state == "cancelling" and job.stopping == run.reason
    if job.stopping and job.state == "running" and not is_said:
        notes.append((f"is being ended: {job.stopping}", "warned"))
    notes.extend(_answers(state, run, job))
    return notes + script_notes.script_notes(job)


def _answers(state: State, run: Run, job: Job) -> list[tuple[str, Role]]:
    """Return the answers to a job's questions, and failures to notify people of one (I4, I6, I7)."""
    asked = [state.interruptions[name] for name in run.progress.interruptions]
    notes: list[tuple[str, Role]] = []
    said = "would say" if state.predicted else "said"
    for each in asked:
        if each.job == job.id:
            notes += [(each.untold, "warned")] if each.untold else []
            notes += [(line, "muted") for line in answers.answer_lines(each, said)]
    return notes
