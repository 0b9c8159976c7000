"""What must be true of every State, and of every State that `advance` returns."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from octotui.engine import events
from octotui.engine.decide.target_steps import outermost
from octotui.engine.events import AnyEvent
from octotui.engine.rules.locks import grantable
from octotui.engine.rules.run_queue import ancestor_holds, next_to_go, wait_cycle
from octotui.engine.state import (
    ENDED,
    ForAnswer,
    ForChild,
    ForLock,
    ForPlace,
    ForRetry,
    Job,
    Run,
    State,
    in_order,
    is_lost,
    machine_health,
    manual_of,
)
from octotui.engine.state.machine_health import HISTORY, check_deadline, loss_deadline
from octotui.engine.state.machine_leases import lease_deadline, wait_deadline
from octotui.engine.state.releases import place_key

STARTS = (events.JobQueued, events.JobPlaced, events.JobStarted, events.JobRetried)


def check_event(state: State, event: AnyEvent) -> None:  # noqa: C901, PLR0912 - one case an event
    """Before each event changes the State: it may happen now."""
    match event:
        case events.JobStarted():
            job = state.jobs[event.job]
            lock = state.locks.get(job.worker or "")
            assert job.mode is None or (lock and lock.queue.first() == (job.ticket, job.id)), (
                "it was not its turn"
            )
            assert job.mode is None or not is_lost(state, job.worker or ""), f"{job.worker} is lost"
        case events.RunStarted():
            assert not state.resuming, "a run whose child has ended goes first"
            assert state.ready.first() == state.runs[event.run].place, "it was not its turn"
            assert state.runs[event.run].queueing.not_before is None, "its time has not come"
        case events.WorkersSelected():
            assert not state.runs[event.run].selection.leases
        case events.RunQueued():
            _may_be_there(state, event)
        case events.RunEnded():
            assert not state.runs[event.run].progress.open, "it ends and something of it is open"
            assert not state.runs[event.run].ended, "it ends twice"
        case events.InterruptionRaised(kind="guided"):
            outcome = state.jobs[event.job].outcome
            assert state.runs[event.run].request.guided or (outcome is not None and outcome.state == "lost")
        case events.JobQueued(target=str(target)):
            run = state.runs[event.run]
            assert target not in run.selection.excluded, f"{run.id} goes on without {target}"
            assert target in run.progress.steps[event.step or 0].targets
        case events.InterruptionAnswered():
            _may_be_said(state, event)
        case events.InterruptionTaken(user=user) | events.InterruptionHandedOver(to=user):
            assert user not in {each.user for each in state.interruptions[event.interruption].answers}
        case _:
            pass
    if isinstance(event, STARTS):
        assert state.runs[event.run].state == "executing", (
            f"{type(event).__name__} of a run that is not executing"
        )
        fails = isinstance(event, events.JobQueued) and event.worker is None  # at once, without a machine
        assert fails or state.runs[event.run].queueing.slot or state.jobs[event.job].kind == "runbook"


def check_always(state: State, most_parallel: int) -> None:
    """After every single event, in the middle of a turn too."""
    runs = [run for run in in_order(state) if not run.ended]
    jobs = [state.jobs[name] for run in runs for _, name in run.progress.open]
    _locks(state, jobs)
    _tags(state, runs)
    _lines(state, runs)
    _deadlines(state, runs, jobs)
    _leases(state, runs)
    _machines(state)
    _machine_leases(state, runs)
    for run in runs:
        _run(state, run, most_parallel)
    assert [name for _, name in state.asking] == [
        name
        for _, name in sorted(
            (each.raised_at, each.id) for _, each in state.interruptions.items() if each.open
        )
    ]
    assert len(state.families) == len({run.root for run in in_order(state)})
    for family in state.families.values():
        assert family.open == sum(not state.runs[name].ended for name in family.runs) > 0


def check_settled(state: State, cap_was: int) -> None:
    """After every command: whoever may go on has gone on."""
    assert next_to_go(state) is None, "a slot is free, and somebody waits for it"
    assert len(state.slots) <= max(state.model.engine.task_cap, cap_was)
    assert not len(state.check_queue) or len(state.checks) >= state.model.engine.max_checks
    for machine in state.locks:
        assert grantable(state, machine) is None, f"the lock of {machine} is free for the first in queue"
    for run in in_order(state):
        if run.ended:
            continue
        waits = bool(run.progress.open) or run.queueing.resuming or _awaits(run)
        assert run.state != "executing" or waits, f"{run.id} has nothing to do and has not ended"
        for name in run.selection.checks:
            known = machine_health(state, name)
            assert known.is_in_line or known.due is not None, f"{run.id} waits for a check that never comes"
        if run.queueing.slot:
            assert not run.progress.unplaced or run.progress.placed >= state.model.engine.max_parallelism
            busy = len(run.progress.open) - len(run.progress.unplaced) - run.progress.children
            waits = bool(busy) or _awaits(run)
            assert run.state != "executing" or waits, f"{run.id} keeps its slot and only waits for children"
        if run.state == "cancelling":
            waits = [state.jobs[name] for _, name in run.progress.open]
            assert waits
            assert all(job.stopping or isinstance(job.wait, ForChild) for job in waits)
            children = [state.runs[job.wait.run] for job in waits if isinstance(job.wait, ForChild)]
            assert all(child.state == "cancelling" for child in children)
        assert not wait_cycle(state, run)


def _locks(state: State, jobs: list[Job]) -> None:
    held: dict[str, list[str]] = {}
    asked: dict[str, list[str]] = {}
    for job in jobs:
        if job.mode is not None and job.worker is not None:
            if job.state == "running":
                held.setdefault(job.worker, []).append(job.id)
            elif isinstance(job.wait, ForLock):
                asked.setdefault(job.worker, []).append(job.id)
    for machine, lock in state.locks.items():
        holders = [state.jobs[name] for _, name in lock.holders]
        modes = Counter(job.mode for job in holders)
        assert modes["exclusive"] <= 1, f"two exclusive holders on {machine}"
        assert not (modes["exclusive"] and modes["shared"]), f"exclusive beside shared on {machine}"
        assert lock.exclusive == bool(modes["exclusive"])
        assert lock.holders or lock.queue, "a lock nobody has or wants is kept"
        assert sorted(name for _, name in lock.holders) == sorted(held.pop(machine, []))
        assert sorted(name for _, name in lock.queue) == sorted(asked.pop(machine, []))
    assert not held
    assert not asked


def _tags(state: State, runs: list[Run]) -> None:
    holders = [(run.queueing.tag, run.id) for run in runs if run.queueing.holds_tag]
    assert len(dict(holders)) == len(holders), "a tag with two holders"
    assert dict(holders) == {name: tag.holder for name, tag in state.tags.items()}
    for run in runs:
        has = run.queueing.tag is None or run.queueing.holds_tag or ancestor_holds(state, run)
        assert run.state != "executing" or has, f"{run.id} executes without its tag"


def _lines(state: State, runs: list[Run]) -> None:
    assert_line(state.slots, ((run.number, run.id) for run in runs if run.queueing.slot))
    assert_line(state.resuming, ((run.queueing.ticket, run.id) for run in runs if run.queueing.resuming))
    waiting = {run.id: run for run in runs if run.state == "queued"}
    for place in state.ready:
        run = waiting.pop(place[-1])
        assert place == run.place
    for name, tag in state.tags.items():
        for place in tag.queue:
            run = waiting.pop(place[-1])
            assert place == run.place
            assert run.queueing.tag == name
    for run in waiting.values():
        if run.queueing.not_before is not None:
            assert run.deadline == run.queueing.not_before > state.at - 1e-9, f"the time of {run.id} has come"
            assert not run.queueing.holds_tag
            continue
        assert run.selection.versions is None, f"{run.id} stands in no line"
        assert run.needs_packages


def _awaits(run: Run) -> bool:
    """Return whether a run waits for a machine, or for a check."""
    return run.selection.awaits_until is not None or run.awaits_checks


def _deadlines(state: State, runs: list[Run], jobs: list[Job]) -> None:
    due: list[Any] = [each for each in (*runs, *jobs) if each.deadline is not None]
    known = sorted(state.machines.items())
    checks = [(each.due, check_deadline(name)) for name, each in known if each.due is not None]
    losses = [(each.limit, loss_deadline(name)) for name, each in known if each.limit is not None]
    leased = [(each.due, lease_deadline(each.id)) for each in state.machine_leases.values() if each.due]
    waits = [
        (run.selection.awaits_until, wait_deadline(run.id)) for run in runs if run.selection.awaits_until
    ]
    own = ((each.deadline, each.id) for each in due)
    assert_line(state.deadlines, (*own, *checks, *losses, *leased, *waits))


def _machines(state: State) -> None:
    """M5: a machine is checked once at a time, and waits for that or has a time, but not both."""
    known = sorted(state.machines.items())
    waiting = [(each.ticket, name) for name, each in known if each.ticket is not None]
    assert_line(state.check_queue, waiting)
    checked = [(each.checking, name) for name, each in known if each.checking is not None]
    assert_line(state.checks, checked)
    for name, each in known:
        assert (each.ticket is None) or (each.checking is None)
        assert not each.is_in_line or each.due is None
        assert each.limit is None or state.health[name] == "unavailable"
        assert each.lost is None or (each.limit is None and state.health[name] != "healthy")
        assert len(each.history) <= HISTORY
        assert each.since is None or each.history[-1].health == state.health[name]


def _machine_leases(state: State, runs: list[Run]) -> None:
    """W12: each machine is used by who leases it alone, and no more than a pool may have are provisioned."""
    assert_line(
        state.awaiting, ((run.number, run.id) for run in runs if run.selection.awaits_until is not None)
    )
    assert_line(state.awaiting_checks, ((run.number, run.id) for run in runs if run.awaits_checks))
    for run in runs:
        waits = run.awaits_workers
        assert not (waits and run.progress.open), f"{run.id} has jobs and waits for a machine to begin"
        assert not (run.awaits_checks and run.awaits_machines)
    leases = sorted(state.machine_leases.values(), key=lambda each: each.id)
    for each in leases:
        assert each.phase != "ending" or each.worker not in state.leases, f"{each.id} ends in use"
        assert each.phase == "requested" or each.machine or each.phase == "ending"
        is_there = bool(each.endpoint) and each.phase != "ending"
        assert each.shadowed or (each.worker in state.model.workers) == is_there
        assert not each.shadowed or each.is_used_up
    named = [each.machine for each in leases if each.machine]
    assert len(named) == len(set(named)), "a machine is leased twice"
    for slug, pool in state.model.pools.items():
        own = [each for each in leases if each.pool == slug]
        if pool.dynamic is not None:
            assert set(pool.workers) == {each.worker for each in own if each.phase == "ready"}


def _leases(state: State, runs: list[Run]) -> None:
    leases: dict[str, set[tuple[int, str]]] = {}
    for run in runs:
        for pick in run.selection.leases:
            leases.setdefault(pick.worker, set()).add((run.number, run.id))
    assert {worker: set(line) for worker, line in state.leases.items()} == leases


def _run(state: State, run: Run, most_parallel: int) -> None:
    jobs = [state.jobs[name] for _, name in run.progress.open]
    assert run.queueing.slot <= (run.state in ("executing", "cancelling"))
    assert run.progress.placed == sum(
        job.kind != "manual" and not isinstance(job.wait, ForPlace) for job in jobs
    )
    # Packages for jobs that a lost worker has moved are acquired at the place of these (M6).
    moving = run.selection.given_up or any(is_lost(state, pick.worker) for pick in run.selection.leases)
    acquiring = sum(job.kind == "acquire" for job in jobs) if moving else 0
    assert run.progress.placed <= most_parallel + acquiring
    assert list(run.progress.unplaced) == [job.place for job in jobs if isinstance(job.wait, ForPlace)]
    group = run.groups[run.progress.group] if run.progress.group < len(run.groups) else ()
    assert run.progress.pending == sum(run.progress.steps[each].state == "pending" for each in group)
    assert bool(run.progress.pending) == bool(group)
    assert [name for _, name in run.progress.open] == [
        name for name in run.progress.jobs if state.jobs[name].ended_at is None
    ]
    assert run.progress.children == sum(isinstance(job.wait, ForChild) for job in jobs)
    if run.state in ("queued", "paused"):
        assert not run.selection.leases, f"{run.id} leases workers while it is {run.state}"
        assert run.deadline == run.queueing.not_before
        assert all(job.kind == "manual" for job in jobs)
    _targets(run, jobs)
    for job in jobs:
        assert job.state in ("waiting", "running", "asking")
        assert job.ended_at is None
        assert job.state != "waiting" or job.wait is not None or job.mode is None
        assert job.state != "running" or job.wait is None
        if job.state == "asking" and job.kind != "manual":
            _guided(state, run, job)
        assert not isinstance(job.wait, ForRetry) or job.deadline == job.wait.until
        if isinstance(job.wait, ForChild):
            assert state.runs[job.wait.run].parent == job.id
        if isinstance(job.wait, ForAnswer):
            assert run.state in ("paused", "executing", "cancelling")
            question = state.interruptions[job.wait.interruption]
            expires = manual_of(state, question).expires
            assert job.deadline == (None if expires is None else question.raised_at + expires)


def _guided(state: State, run: Run, job: Job) -> None:
    """A job that failed and asks: its run has what it had, but for the lock (I7)."""
    assert run.state in ("executing", "cancelling")
    assert run.selection.leases or run.selection.targeted
    assert run.queueing.slot or (run.state == "cancelling" or job.kind == "runbook")
    assert job.place not in run.progress.unplaced
    assert job.deadline is None
    assert job.outcome is not None
    assert job.outcome.state in ("failed", "lost")
    assert all(job.id not in (name for _, name in lock.holders) for _, lock in state.locks.items())


def _targets(run: Run, jobs: list[Job]) -> None:
    """S6: a window of targets at a time, and one job of a step on each."""
    busy: dict[int, list[str]] = {}
    for job in jobs:
        if job.target is not None and job.step is not None:
            busy.setdefault(outermost(run, job.step), []).append(job.target)
    for index, (step, progress) in enumerate(zip(run.runbook.steps, run.progress.steps, strict=True)):
        if not step.within:
            on = busy.get(index, [])
            assert progress.open == len(on) == len(set(on))
            assert len(on) <= (step.window or len(progress.targets))
            assert not on or progress.state == "started"


def assert_line(line: Iterable[Any], expected: Iterable[Any]) -> None:
    assert list(line) == sorted(expected)


def check_finished(state: State) -> None:
    """When nothing is left to do, nothing is left in the State."""
    for name in ("runs", "jobs", "interruptions", "families", "locks", "leases", "tags", "machine_leases"):
        assert not len(getattr(state, name)), f"{name} are left"
    for name in ("ready", "resuming", "asking", "deadlines"):
        assert not list(getattr(state, name)), f"{name} has somebody in it"
    assert not state.slots


def check_ended(replayed: State) -> None:
    """Every run of a whole history has come to an end, and nothing of it is open."""
    for run in in_order(replayed):
        assert run.state in ENDED, f"{run.id} is {run.state}"
        assert not run.progress.open
        assert run.ended_at is not None
    assert all(job.ended_at is not None for _, job in replayed.jobs.items())
    assert all(not each.open for _, each in replayed.interruptions.items())


def check_releases(state: State, history: list[AnyEvent]) -> None:
    """What is deployed where, and published, is what the history says, read from its start (Q2)."""
    places: dict[tuple[str, str | None, str | None], list[str]] = {}
    for run in in_order(state):
        if run.request.channel is not None and run.runbook.concurrency is None and run.state == "executing":
            places.setdefault((run.request.process, run.request.environment, run.request.tenant), []).append(
                run.id
            )
    assert all(len(names) == 1 for names in places.values()), "two deployments of one project to one place"
    queued = {each.run: each for each in history if isinstance(each, events.RunQueued)}
    current: dict[str, str] = {}
    done: dict[str, dict[tuple[str | None, str | None], str]] = {}
    for event in history:
        if isinstance(event, events.RunEnded) and event.state == "succeeded":
            run_queued = queued[event.run]
            if run_queued.release is not None:
                where = (run_queued.environment, run_queued.tenant)
                current[place_key(run_queued.process, *where)] = run_queued.release.version
                done.setdefault(run_queued.release.key, {})[where] = event.run
    published: dict[str, dict[str, dict[str, str]]] = {}
    for event in history:
        if isinstance(event, events.VariablePublished):
            values = published.setdefault(event.variable_set, {}).setdefault(event.name, {})
            values[queued[event.run].environment or ""] = event.value
    assert dict(state.published.items()) == published
    assert dict(state.current.items()) == current
    assert {
        key: {(each.environment, each.tenant): each.run for each in release.deployed}
        for key, release in state.releases.items()
        if release.deployed
    } == done


def _may_be_said(state: State, event: events.InterruptionAnswered) -> None:
    """I2, I6, V5: by who is responsible, once each; or by nobody, when its time has come."""
    question = state.interruptions[event.interruption]
    manual = manual_of(state, question)
    assert event.answer in question.choices
    assert not event.values.get("Key"), "a sensitive value is in an event"
    if event.expired:
        assert (event.user, event.answer) == ("", manual.on_expiry)
        assert state.jobs[question.job].deadline == question.raised_at + (manual.expires or 0.0)
        return
    run = state.runs[question.run]
    assert question.responsible == event.user not in [each.user for each in question.answers]
    assert len(question.answers) < manual.approvals
    if manual.not_requester:
        assert event.user not in (run.request.requester, state.runs[run.root].request.requester)
    if event.answer == "proceed":
        assert event.values.keys() | set(event.secrets) == manual.fields.keys()


def _may_be_there(state: State, event: events.RunQueued) -> None:
    """A deployment goes only where the phases before its own have been gone through, for its tenant."""
    if event.release is None or event.release.channel is None:
        return
    phases = state.model.lifecycles["standard"].phases
    there = next(index for index, phase in enumerate(phases) if event.environment in phase.environments)
    deployed = state.releases[event.release.key].deployed
    done = {each.environment for each in deployed if each.tenant == event.tenant}
    for phase in phases[:there]:
        assert phase.optional or done & set(phase.environments), f"{event.run} jumped over {phase.name}"
