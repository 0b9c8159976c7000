"""What becomes of a planned run that starts now: what it waits behind, and about when it ends (E2)."""

from collections.abc import Iterator

from octotui.cli.summary.outcome import LockWait, waits_for_locks
from octotui.cli.summary.values import StartedNow, WaitNow
from octotui.engine.events import RunQueued
from octotui.engine.forecast import StartForecast
from octotui.engine.rules.locks import blockers
from octotui.engine.state import ForLock, in_order, step_of
from octotui.views.estimates.sentences import ending
from octotui.views.labels import counted, duration, listed
from octotui.views.text.clock_times import Zone
from octotui.views.waits import of_run

NOBODY_KNOWS = "nobody can say when it ends: too little is known of a step, or people are asked"


def started_now(found: StartForecast, zone: Zone = None) -> StartedNow:
    """Return what is forecast of a run that starts now, beside the open ones."""
    return StartedNow(
        at=found.coming.at,
        open=tuple(run.id for run in in_order(found.before) if not run.ended),
        starts_about=found.coming.run_starts.get(found.run),
        ends_about=found.coming.run_ends.get(found.run),
        waits=(*_of_queue(found, zone), *_for_locks(found), *_without_end(found)),
    )


def lines(now: StartedNow, zone: Zone = None) -> Iterator[str]:
    """Yield a head, what the run waits for, and about when it ends."""
    yield f"If it started now, beside {counted(len(now.open), 'open run')} ({listed(now.open)}):"
    yield from (f"  {wait.sentence}" for wait in now.waits)
    if not now.waits:
        yield "  waits for none of them"
    end = now.ends_about
    yield f"  {NOBODY_KNOWS if end is None else f'ends {ending(end, now.at, zone)}'}"


def _of_queue(found: StartForecast, zone: Zone) -> Iterator[WaitNow]:
    """Yield the wait of a run that does not start at once."""
    run, at = found.queued.runs[found.run], found.coming.at
    wait = of_run(found.queued, run, at, zone, found.coming) if run.state == "queued" else None
    if wait is not None and not run.awaits_packages:
        executing = (each.id for each in in_order(found.queued) if each.started_at is not None)
        yield WaitNow(
            run=run.id,
            step=None,
            what=wait.what,
            behind=(wait.what,) if wait.what in found.queued.runs else tuple(executing),
            since=wait.since,
            until=wait.until,
            sentence=f"{run.id} {wait.sentence}",
        )


def _for_locks(found: StartForecast) -> Iterator[WaitNow]:
    """Yield the waits of the run and of its descendants that end."""
    family = _family(found)
    for wait in waits_for_locks(found.happened, found.before):
        if wait.job.run in family:
            yield _of_job(wait, wait.until)


def _without_end(found: StartForecast) -> Iterator[WaitNow]:
    """Yield their waits of which nobody knows the end."""
    family = _family(found)
    for job in sorted(found.end.jobs.values(), key=lambda job: job.ticket):
        if job.run in family and isinstance(job.wait, ForLock):
            behind = dict.fromkeys(each.run for each in blockers(found.end, job))
            step = step_of(found.end, job)
            wait = LockWait(
                job,
                step.name if step else None,
                job.wait.machine,
                job.wait.since,
                found.end.at,
                tuple(behind),
            )
            yield _of_job(wait, None)


def _of_job(wait: LockWait, until: float | None) -> WaitNow:
    what = f"“{wait.step}”" if wait.step else "acquiring packages"
    behind = f", behind {listed(wait.behind)}" if wait.behind else ""
    lasts = ", nobody can say how long" if until is None else f", for about {duration(until - wait.since)}"
    return WaitNow(
        run=wait.job.run,
        step=wait.step,
        what=wait.machine,
        behind=wait.behind,
        since=wait.since,
        until=until,
        sentence=f"{wait.job.run} {what} waits for {wait.machine}{behind}{lasts}",
    )


def _family(found: StartForecast) -> frozenset[str]:
    """Return the ids of the run and of its descendants."""
    queued = (event for event in found.happened if isinstance(event, RunQueued))
    return frozenset(event.run for event in queued if event.root == found.run)
