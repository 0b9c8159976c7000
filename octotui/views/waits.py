"""Waits in words: every wait as a sentence that names the actual blockers (L4, Q5)."""

from typing import assert_never

import msgspec
from msgspec.structs import replace

from octotui.engine.estimates.lock_turns import turn_at
from octotui.engine.forecast import UNKNOWN, Forecast
from octotui.engine.rules.locks import blockers, place_in_line
from octotui.engine.rules.run_queue import ancestor_holds, place_in_queue
from octotui.engine.state import (
    ForAnswer,
    ForChild,
    ForLock,
    ForPlace,
    ForRetry,
    Job,
    Run,
    State,
    is_lost,
    machine_health,
    step_of,
)
from octotui.model.process import OF_IMAGES
from octotui.views.answers import approvals, expiry
from octotui.views.estimates import lease_wait
from octotui.views.estimates.sentences import more
from octotui.views.labels import (
    RUNS,
    acquire_text,
    counted,
    duration,
    first_of,
    listed,
    machine_name,
    ordinal,
)
from octotui.views.machines import awaited_checks, outages
from octotui.views.text.clock_times import Zone, exact_time


class Waiting(msgspec.Struct, frozen=True):
    """One wait: its object in a word or two, since when, the whole sentence, and about until when.

    `reason` says why a failed or lost job asks.
    """

    what: str
    since: float
    sentence: str
    until: float | None = None
    reason: str = ""

    @property
    def with_reason(self) -> str:
        """The sentence, with the reason of a job that asks."""
        return " · ".join(filter(None, (self.sentence, self.reason)))


def so_far(wait: Waiting, now: float) -> str:
    """Return how long a wait has lasted: `6s so far`."""
    return f"{duration(now - wait.since)} so far"


def of_job(
    state: State, job: Job, now: float, coming: Forecast = UNKNOWN, zone: Zone = None
) -> Waiting | None:
    """Return a job's wait, or None; a forecast knows how long all last, without one only short queues do.

    A running job waits while its machine is away.
    """
    match job.wait:
        case None:
            outage = outages.outage_of(job)
            if outage is None:
                return None
            machine = machine_name(state.model, job.worker or "")
            return Waiting(machine, outage.since, outages.sentence(state, job, outage, now, zone))
        case ForLock() as wait:
            return _in_line(state, job, wait, now, coming)
        case ForPlace(since):
            sentence = _for_place(state, job)
            start = coming.job_starts.get(job.id)
            return Waiting("a place", since, sentence + more(start, now), start)
        case ForRetry(since, until):
            return Waiting("a retry", since, _for_retry(state, job, until, now))
        case ForChild(since, child):
            end = coming.run_ends.get(child)
            return Waiting(child, since, _for_child(state, child) + more(end, now), end)
        case ForAnswer(since, interruption):
            question = state.interruptions[interruption]
            reason = question.instructions if question.kind == "guided" else ""
            return Waiting("an answer", since, for_answer(state, interruption, now), reason=reason)
        case _ as unknown:
            assert_never(unknown)


def of_run(
    state: State, run: Run, now: float, zone: Zone = None, coming: Forecast = UNKNOWN
) -> Waiting | None:
    """Return a run's wait: its place in the queue, people, or its first waiting job."""
    if run.state == "queued":
        wait, start = _queued(state, run, now, zone), coming.run_starts.get(run.id)
        return (
            wait if start is None else replace(wait, sentence=wait.sentence + more(start, now), until=start)
        )
    if run.queueing.resuming:
        start = coming.run_starts.get(run.id)
        sentence = f"waits for a slot to continue, ahead of queued runs{_slots(state)}"
        since = run.executing_since or run.queued_at
        return Waiting("a slot", since, sentence + more(start, now), start)
    if run.awaits_machines:
        since = run.selection.awaits_since or run.queued_at
        return Waiting("a machine", since, lease_wait.sentence(state, run, now), lease_wait.until(state, run))
    if run.awaits_checks:
        since = run.selection.checks_since or run.queued_at
        return Waiting("a check", since, awaited_checks.sentence(state, run, now))
    jobs = [state.jobs[name] for _, name in run.progress.open]
    jobs = [job for job in jobs if job.state == "asking"] or jobs
    if run.ended or any(job.state == "running" and job.outage is None for job in jobs):
        return None
    waits = (of_job(state, job, now, coming, zone) for job in jobs)
    return next((wait for wait in waits if wait is not None), None)


def awaits_another(state: State, job: Job) -> bool:
    """Return whether a job waits for another machine of a dynamic pool, since its own is lost (M6, W12)."""
    selection = state.runs[job.run].selection
    if job.worker is None or selection.awaits_until is None or not is_lost(state, job.worker):
        return False
    return any(pick.worker == job.worker and pick.pool in selection.awaits for pick in selection.leases)


def _in_line(state: State, job: Job, wait: ForLock, now: float, coming: Forecast) -> Waiting:
    """Return the wait for a lock, or for another machine than the lost one that has it."""
    if not awaits_another(state, job):
        turn = coming.job_starts.get(job.id) or turn_at(state, job, now)
        return Waiting(wait.machine, wait.since, _for_lock(state, job, wait, now, turn), turn)
    run, reason = state.runs[job.run], machine_health(state, wait.machine).reason or "it does not answer"
    lost = f", since {machine_name(state.model, wait.machine)} is lost: {reason}"
    sentence = lease_wait.sentence(state, run, now) + lost
    return Waiting("a machine", wait.since, sentence, lease_wait.until(state, run))


def waits_itself(run: Run) -> bool:
    """Return whether a run waits, rather than jobs of it: for its turn, a slot, machines, or a check."""
    return run.state == "queued" or run.queueing.resuming or run.awaits_workers


def _queued(state: State, run: Run, now: float, zone: Zone) -> Waiting:
    """Return why a run is queued: its time, versions, a tag, the cap (Q5)."""
    due, name = run.queueing.not_before, run.queueing.tag
    if due is not None:
        sentence = f"starts at {exact_time(due, now, zone, whole_minutes=True)}, in {duration(due - now)}"
        return Waiting("its time", run.queued_at, sentence)
    if run.awaits_packages:
        packages = listed(run.needs_packages)
        return Waiting("packages", run.queued_at, f"waits for the versions of {packages} to be chosen")
    tag = None if name is None or run.queueing.holds_tag else state.tags.get(name)
    if tag is not None and tag.holder is not None and not ancestor_holds(state, run):
        position = 1 + sum(1 for _ in tag.queue.until(run.place))
        sentence = f"waits for the tag “{name}”, held by {_who(state, tag.holder)}"
        return Waiting(tag.holder, run.queued_at, f"{sentence} · {ordinal(position)} in queue{_ahead(run)}")
    position = place_in_queue(state, run) or 1
    sentence = f"waits for a slot{_slots(state)} · {ordinal(position)} in queue{_ahead(run)}"
    return Waiting("a slot", run.queued_at, sentence)


def _slots(state: State) -> str:
    """Return which runs have the slots of the cap: `: run-1 Dump and run-3 Copy have 2 of 2`."""
    held = len(state.slots)
    runs = first_of((_who(state, name) for _, name in state.slots), held)
    have = "has" if held == 1 else "have"
    return f": {runs} {have} {held} of {state.model.engine.task_cap}" if held else ""


def _for_place(state: State, job: Job) -> str:
    """Return which jobs of its own run have the places that a job waits for."""
    progress = state.runs[job.run].progress
    open_jobs = (state.jobs[name] for _, name in progress.open)
    placed = (each for each in open_jobs if each.kind != "manual" and not isinstance(each.wait, ForPlace))
    names = first_of((_placed(state, each) for each in placed), progress.placed)
    jobs = counted(progress.placed, "job")
    return f"waits for a place: {job.run} already runs {jobs} in parallel, {names}"


def _placed(state: State, job: Job) -> str:
    """Return the activity of a job, and on which target or worker where its step has several jobs."""
    machine = job.target if job.step is not None else job.worker
    return (
        f"{_activity(state, job)} on {machine_name(state.model, machine)}"
        if machine
        else _activity(state, job)
    )


def _ahead(run: Run) -> str:
    """Return why a run is ahead in the queue (Q1)."""
    return ", moved to the top" if run.queueing.moved else ", with priority" if run.queueing.priority else ""


def _who(state: State, name: str) -> str:
    run = state.runs.get(name)
    return f"{name} {run.title}" if run is not None else name


def _for_lock(state: State, job: Job, wait: ForLock, now: float, turn: float | None) -> str:
    name = machine_name(state.model, wait.machine)
    machine = name if wait.mode == "shared" else f"exclusive use of {name}"
    ways = [doing(state, each, now) for each in blockers(state, job)]
    if is_lost(state, wait.machine):
        reason = machine_health(state, wait.machine).reason or "it does not answer"
        ways, turn = [f"it is lost, {reason}", *ways], None
    place = f"{ordinal(place_in_line(state, job))} in queue"
    if not ways:
        return f"waits for {machine} · {place}"
    return f"waits for {machine}: {listed(ways)} · {place}{more(turn, now)}"


def doing(state: State, job: Job, now: float) -> str:
    """Return a job's activity: `run-9 is acquiring worker-image for 6s`."""
    step = step_of(state, job)
    if job.state != "running":
        verbs = ("acquire", "pull")
        what = f"run “{step.name}”" if step else acquire_text(job.packages, verbs, versions=False)
        return f"{job.run} is ahead in the queue, to {what}"
    lasts, verbs = duration(now - (job.started_at or now)), ("acquiring", "pulling")
    what = f"running “{step.name}”" if step else acquire_text(job.packages, verbs, versions=False)
    return f"{job.run} is {what} for {lasts}"


def _activity(state: State, job: Job) -> str:
    return f"“{work_of(state, job)}”" if step_of(state, job) else work_of(state, job)


def work_of(state: State, job: Job) -> str:
    """Return the name of a job's step, or the packages that it acquires."""
    step = step_of(state, job)
    names = (package.removeprefix(OF_IMAGES) for package, _ in job.packages)
    return step.name if step else ", ".join(names) or "packages"


def _for_retry(state: State, job: Job, until: float, now: float) -> str:
    step = step_of(state, job)
    tries = 1 + (step.retries if step else 0)
    sentence = f"retries in {duration(until - now)}, attempt {job.attempt + 1} of {tries}"
    return f"{sentence}: {job.reason}" if job.reason else sentence


def _for_child(state: State, child: str) -> str:
    run = state.runs.get(child)
    if run is None:
        return f"waits for {child}"
    return f"waits for {child} {run.title}, which {verb(state, run)}"


def verb(state: State, run: Run) -> str:
    """Return a run's state as a predicate: `is executing`, `waits for an answer`, `failed`."""
    if run.ended:
        return "was cancelled" if run.state == "cancelled" else RUNS[run.state].word
    waits = run.state == "paused" or asks(state, run)
    return "waits for an answer" if waits else f"is {RUNS[run.state].word}"


def asks(state: State, run: Run) -> bool:
    """Return whether a manual step or a failed job of a run waits for an answer."""
    return any(state.jobs[name].state == "asking" for _, name in run.progress.open)


def for_answer(state: State, name: str, now: float) -> str:
    """Return whom a question asks, and until when: `asks Finance`; or the choices about a failed job."""
    question = state.interruptions[name]
    if question.kind == "guided":
        taken = f" · {question.responsible} has taken the question" if question.responsible else ""
        return f"asks: {listed(question.choices, most=4, last='or')}?{taken}"
    taken = (
        f"{question.responsible} has taken the question"
        if question.responsible
        else "nobody has taken the question yet"
    )
    more = (approvals(state, question), taken, expiry(state, question, now))
    return f"asks {may_be_answered_by(state, question.teams)}: {' · '.join(filter(None, more))}"


def may_be_answered_by(state: State, teams: tuple[str, ...]) -> str:
    """Return the names of the teams that may answer, or "anyone" (I2)."""
    known = [state.model.teams[slug] for slug in teams if slug in state.model.teams]
    return listed((team.name for team in known), last="or") if known else "anyone"
