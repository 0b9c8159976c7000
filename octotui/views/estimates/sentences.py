"""Phrases of estimates: `about 20s more`, `about 1m10s left`, `the last 7 estimates were off by 8 %`."""

from octotui.engine.estimates.jobs import about, durations_of, durations_of_job
from octotui.engine.state import Job, State
from octotui.engine.state.durations import Durations
from octotui.views.labels import duration
from octotui.views.text.clock_times import Zone, exact_time


def end_of(state: State, job: Job) -> float | None:
    """Return about when a running job ends, which may be over; None where it does not run, or is unknown."""
    takes = about(state, job)
    if job.state != "running" or job.stopping or job.started_at is None or takes is None:
        return None
    return job.started_at + takes


def left(state: State, job: Job, now: float) -> str:
    """Return how much longer a running job takes: `about 1m10s left`, `over by 20s`, or ""."""
    end = end_of(state, job)
    if end is None:
        return ""
    return f"about {duration(end - now)} left" if end >= now else f"over by {duration(now - end)}"


def more(at: float | None, now: float) -> str:
    """Return how much longer a wait lasts: ` · about 20s more`, ` · any moment`, or ""."""
    if at is None:
        return ""
    return f" · about {duration(at - now)} more" if at - now >= 1 else " · any moment"


def ending(at: float, now: float, zone: Zone = None) -> str:
    """Return when something ends: `about 14:20:00, in about 15m10s`, or `any moment`."""
    return (
        f"about {exact_time(at, now, zone)}, in about {duration(at - now)}" if at - now >= 1 else "any moment"
    )


def until(at: float | None, now: float, zone: Zone = None) -> str:
    """Return when that is on a clock: `, until about 14:03:00`, or ""."""
    return "" if at is None or at - now < 1 else f", until about {exact_time(at, now, zone)}"


def accuracy(durations: Durations) -> str:
    """Return how far off the last estimates were: `the last 7 estimates were off by 8 %`, or ""."""
    if durations.off is None:
        return ""
    many = "the last estimate was" if durations.judged == 1 else f"the last {durations.judged} estimates were"
    return f"{many} off by {durations.off:.0%}".replace("%", " %")


def of_step(state: State, job: Job, now: float, zone: Zone = None) -> str:
    """Return all of a running job's estimate: how long it takes, what is left, how far off the last were."""
    takes, end = about(state, job), end_of(state, job)
    if takes is None or end is None:
        return ""
    judged = accuracy(durations_of_job(state, job))
    return (
        f"takes about {duration(takes)}: {left(state, job, now)}{until(end, now, zone)}"
        f"{f' ({judged})' if judged else ''}"
    )


def of_waits(state: State, machine: str) -> str:
    """Return how far off the estimates of waits for a machine's lock were, or ""."""
    return accuracy(durations_of(state, machine))
