"""About how long a job takes: the median of the last durations of its step in its environment."""

from math import inf

from octotui.engine.state import Job, State
from octotui.engine.state.durations import UNKNOWN, Durations, step_key


def durations_of(state: State, key: str) -> Durations:
    """Return the durations kept of a key."""
    return state.durations.get(key) or state.earlier_durations.get(key, UNKNOWN)


def key_of(state: State, job: Job) -> str | None:
    """Return the key of a job's durations; None for one that runs no script on a machine."""
    if job.kind not in ("script", "acquire"):
        return None
    run = state.runs[job.run]
    step = "" if job.step is None else run.runbook.steps[job.step].name
    return step_key(run.request.process, run.request.environment, step)


def durations_of_job(state: State, job: Job) -> Durations:
    """Return the last durations of the same step in the same environment."""
    key = key_of(state, job)
    return UNKNOWN if key is None else durations_of(state, key)


def about(state: State, job: Job) -> float | None:
    """Return about how many seconds an attempt of a job takes, as it was said when it started.

    None where too few are known.
    """
    if job.expected is not None and job.state == "running":
        return job.expected
    return durations_of_job(state, job).about


def ends_at(state: State, job: Job, now: float) -> float:
    """Return about when a running job ends, `inf` where nobody can say; one that is overdue, now."""
    if job.stopping:
        return now
    takes = about(state, job)
    if takes is None or job.started_at is None:
        return inf
    return max(now, job.started_at + takes)
