"""What falls due: one deadline at a time for a job or a run, in order of time."""

from msgspec.structs import replace

from octotui.engine.state import Job, State


def fall_due(state: State, name: str, at: float | None) -> State:
    """The state once a job or a run, by id, falls due at this time; None for never."""
    job = state.jobs.get(name)
    if job is not None:
        return _of_job(state, job, at)
    run = state.runs[name]
    deadlines = state.deadlines
    if run.deadline is not None:
        deadlines = deadlines.discard((run.deadline, name))
    if at is not None:
        deadlines = deadlines.add((at, name))
    if run.deadline is None and at is None:
        return state
    return replace(state, deadlines=deadlines, runs=state.runs.insert(name, replace(run, deadline=at)))


def _of_job(state: State, job: Job, at: float | None) -> State:
    if job.deadline is None and at is None:
        return state
    deadlines = state.deadlines
    if job.deadline is not None:
        deadlines = deadlines.discard((job.deadline, job.id))
    if at is not None:
        deadlines = deadlines.add((at, job.id))
    return replace(state, deadlines=deadlines, jobs=state.jobs.insert(job.id, replace(job, deadline=at)))
