"""Jobs whose machine is away, in words: since when, when it is tried next, and why (M1)."""

from octotui.engine.state import Job, JobOutage, State
from octotui.views.labels import duration, machine_name
from octotui.views.text.clock_times import Zone, clock_time


def outage_of(job: Job) -> JobOutage | None:
    """Return the outage of a running job's machine, or None."""
    return job.outage if job.state == "running" else None


def sentence(state: State, job: Job, outage: JobOutage, now: float, zone: Zone = None) -> str:
    """Return how long a machine is away: `web1 unreachable since 00:12, next try in 5s: no route`."""
    name = machine_name(state.model, job.worker or "")
    return (
        f"{name} unreachable since {clock_time(outage.since, now, zone)}, {next_try(outage, now)}:"
        f" {outage.reason}"
    )


def next_try(outage: JobOutage, now: float) -> str:
    """Return when a machine is tried next: `next try in 5s`, `trying now`."""
    if outage.next_try is None:
        return "tried every minute"
    return f"next try in {duration(outage.next_try - now)}" if outage.next_try - now >= 1 else "trying now"
