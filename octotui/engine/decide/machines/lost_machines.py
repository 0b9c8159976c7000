"""The loss of a machine: what runs there is lost; what has not begun is reselected, waits, or fails (M6)."""

from octotui.engine import events
from octotui.engine.decide.attempt_outcomes import end_job, end_or_ask
from octotui.engine.decide.machines.machine_demand import await_machines, awaiting_runs, waited_for
from octotui.engine.decide.transaction import Transaction
from octotui.engine.rules.machines import acquired_by, job_kind, machine_of, unacquired, worker_mode
from octotui.engine.rules.targets.cluster_workers import needs_again
from octotui.engine.rules.worker_selection import select
from octotui.engine.state import Job, Outcome, Pick, Run, is_lost, machine_health, step_of
from octotui.model.complaints import Reason
from octotui.model.quantities import duration
from octotui.model.space import OnLostWorker


def lose(turn: Transaction, machine: str) -> None:
    """Record that a machine is lost, since it could not be reached for as long as it may be away."""
    known = machine_health(turn.state, machine)
    away = duration(round(turn.at - (turn.at if known.since is None else known.since)))
    why = f": {known.reason}" if known.reason else ""
    turn.emit(events.MachineLost(machine=machine, reason=f"it could not be reached for {away}{why}"))


def replace_lost_machine(turn: Transaction, event: events.MachineLost) -> None:
    """End the jobs that run on a lost machine, and decide about those of its runs that have not begun."""
    machine, reason = event.machine, loss(event.machine, event.reason)
    for name in _runs_on(turn, machine):
        for job in _jobs_on(turn, name, machine):
            if job.state == "running" and job.kind == "script":
                _end_lost(turn, job, reason)
        _settle(turn, name, machine, reason)
    for job in _waiting_for_cluster(turn, machine):
        end_job(turn, job, Outcome(state="failed", reason=reason))


def _settle(turn: Transaction, name: str, machine: str, reason: Reason) -> None:
    """Decide about what a run has not begun on a lost machine."""
    policy = lost_policy(turn, turn.run(name), None, machine)
    reselect_lost(turn, name)
    if lost_policy(turn, turn.run(name), None, machine) == "wait":
        policy = "wait"
    for job in _jobs_on(turn, name, machine):
        if job.kind == "acquire" and job.state != "asking":
            _end_acquisition(turn, job, policy, reason)
        elif job.state == "waiting" and _policy_for(turn, job, machine) != "wait":
            end_job(turn, job, Outcome(state="failed", reason=reason))


def reselect_awaited(turn: Transaction, name: str) -> None:
    """Select workers again for what a run has not begun on lost machines, since a pool may have one (W12).

    It waits no more for pools of which a model that was loaded says that they get no other.
    """
    run, pools = turn.run(name), turn.state.model.pools
    again = {slug for slug, pool in pools.items() if pool.dynamic and pool.on_lost_worker == "reselect"}
    _await_only(turn, run, tuple(pool for pool in run.selection.awaits if pool in again))
    for machine in _lost_workers(turn, name):
        _settle(turn, name, machine, loss(machine, machine_health(turn.state, machine).reason))


def _lost_workers(turn: Transaction, name: str) -> list[str]:
    """Return the lost workers that a run leases."""
    workers = dict.fromkeys(pick.worker for pick in turn.run(name).selection.leases)
    return [each for each in workers if is_lost(turn.state, each)]


def found_again(turn: Transaction, machine: str) -> None:
    """Have runs wait for no other machine where theirs is lost no more."""
    for name in awaiting_runs(turn.state):
        run = turn.run(name)
        if any(pick.worker == machine for pick in run.selection.leases):
            lost = {pick.pool for pick in run.selection.leases if is_lost(turn.state, pick.worker)}
            _await_only(turn, run, tuple(pool for pool in run.selection.awaits if pool in lost))


def _await_only(turn: Transaction, run: Run, pools: tuple[str, ...]) -> None:
    """Have a run that waits for machines wait for no more than those of some pools."""
    until = run.selection.awaits_until
    if until is not None and pools != run.selection.awaits:
        turn.emit(events.RunAwaitsMachines(run=run.id, pools=pools, until=until if pools else None))


def fail_without_machine(turn: Transaction, name: str) -> None:
    """Fail the jobs of a run that have waited for another machine for as long as its pool lets them."""
    run = turn.run(name)
    why = waited_for(turn, run)
    turn.emit(events.RunAwaitsMachines(run=name, pools=run.selection.awaits, until=None))
    for machine in _lost_workers(turn, name):
        reason = f"{loss(machine, machine_health(turn.state, machine).reason)}; {why}"
        for job in _jobs_on(turn, name, machine):
            if job.state == "waiting" and _policy_for(turn, job, machine) != "wait":
                end_job(turn, job, Outcome(state="failed", reason=reason))


def _policy_for(turn: Transaction, job: Job, machine: str) -> OnLostWorker:
    """Return what becomes of a job that waits for a lost machine."""
    return lost_policy(turn, turn.run(job.run), job.step, machine, job.target)


def _waiting_for_cluster(turn: Transaction, target: str) -> list[Job]:
    """Return the jobs that wait for a worker to go to a Kubernetes cluster, in their order (W13)."""
    if turn.state.model.cluster_of(target) is None:
        return []
    runs = sorted((run for _, run in turn.state.runs.items() if not run.ended), key=lambda run: run.number)
    jobs = (turn.job(name) for run in runs for _, name in run.progress.open)
    return [job for job in jobs if job.target == target and job.state == "waiting"]


def loss(machine: str, reason: Reason) -> Reason:
    """Return the sentence about a lost machine."""
    return f"{machine} is lost: {reason}"


def _runs_on(turn: Transaction, machine: str) -> tuple[str, ...]:
    """Return the runs that lease a machine, or have a job there, in the order they were queued."""
    leasing = [name for _, name in turn.state.leases.get(machine, ())]
    lock = turn.state.locks.get(machine)
    jobs = [turn.job(name) for _, name in (*lock.holders, *lock.queue)] if lock is not None else []
    runs = {*leasing, *(job.run for job in jobs)}
    return tuple(sorted(runs, key=lambda name: turn.run(name).number))


def _jobs_on(turn: Transaction, name: str, machine: str) -> list[Job]:
    """Return the open jobs of a run that take, or would take, the lock of a machine."""
    jobs = (turn.job(job) for _, job in turn.run(name).progress.open)
    return [job for job in jobs if job.worker == machine and job.mode is not None]


def _end_lost(turn: Transaction, job: Job, reason: Reason) -> None:
    """End an attempt on a lost machine; a guided run asks, and nothing is tried again by itself.

    What becomes of the script there is unknown, so that a second attempt could run beside it.
    """
    run = turn.run(job.run)
    if run.state == "cancelling":
        end_job(turn, job, Outcome(state="cancelled", reason=run.reason))
    elif run.request.guided:
        end_or_ask(turn, job, Outcome(state="lost", reason=reason))
    else:
        end_job(turn, job, Outcome(state="lost", reason=reason))


def _end_acquisition(turn: Transaction, job: Job, policy: OnLostWorker, reason: Reason) -> None:
    """Drop an acquisition that is made again, on another worker or once this one is back.

    Where no step may wait, and there is no other worker, the run fails for it. To acquire twice does no harm.
    """
    leased = any(pick.worker == job.worker for pick in turn.run(job.run).selection.leases)
    if policy == "wait" or (policy == "reselect" and not leased):
        end_job(turn, job, Outcome(state="cancelled", reason=reason))
    elif job.state == "running":
        _end_lost(turn, job, reason)
    else:
        end_job(turn, job, Outcome(state="failed", reason=reason))


def lost_policy(
    turn: Transaction, run: Run, step: int | None, machine: str, target: str | None = None
) -> OnLostWorker:
    """Return what the pool says in which a step's worker was selected; on a target it fails.

    Packages are acquired for all picks of a machine, so that they wait where any of them does. Where the pool
    selects another worker, and is to get a machine first, its steps wait for that (W12). Nobody waits for a
    machine of a dynamic pool: one that is lost is replaced, and does not come back.
    """
    if step is None:
        picks: tuple[Pick, ...] = run.selection.leases
    else:
        offset = run.progress.steps[step].pick_for(target)
        picks = () if offset is None else (run.selection.picks[offset],)
    policies = [_pool_policy(turn, run, pick) for pick in picks if pick.worker == machine]
    return "wait" if "wait" in policies else next(iter(policies), "fail")


def _pool_policy(turn: Transaction, run: Run, pick: Pick) -> OnLostWorker:
    policy, waits = turn.state.model.pool(pick.pool).on_lost_worker, run.selection.awaits_until is not None
    if policy == "wait" and any(each.worker == pick.worker for each in turn.state.machine_leases.values()):
        return "fail"
    return "wait" if policy == "reselect" and waits and pick.pool in run.selection.awaits else policy


def reselect_lost(turn: Transaction, name: str, *, needed: bool = False) -> None:
    """Select other workers for what has not begun on lost ones, where their pools say so."""
    run = turn.run(name)
    for offset, pick in enumerate(run.selection.picks if run.selection.leased else ()):
        is_current = offset >= run.selection.selected and offset not in run.selection.given_up
        if is_current and is_lost(turn.state, pick.worker):
            reselect(turn, name, offset, needed=needed)


def reselect(turn: Transaction, name: str, offset: int, *, needed: bool = True) -> Reason | None:
    """Select another worker for what has not begun of a pick; return why there is none, or None.

    Where its pool has no machine left, the run waits for one, if jobs do, or a step is `needed` now (W12).
    """
    run = turn.run(name)
    pick = run.selection.picks[offset]
    if turn.state.model.pool(pick.pool).on_lost_worker != "reselect" or run.state != "executing":
        return None
    steps = [index for index in pick.all_steps if _has_not_begun(run, index)]
    found = select(turn.state, run, needs_again(turn.state, run, pick, steps), waits=False)
    open_jobs = _jobs_on(turn, name, pick.worker)
    if found.awaited and not found.problems:
        return _await_another(turn, run, found.awaited) if needed or open_jobs else None
    if found.problems:
        _await_only(turn, run, tuple(pool for pool in run.selection.awaits if pool != pick.pool))
    jobs = [job for job in open_jobs if job.state in ("waiting", "asking")]
    for other in found.picks:
        moved = [job for job in jobs if _is_served(run, job, offset, other)]
        _acquire_first(turn, run, other.worker, moved)
        turn.emit(
            events.WorkerReselected(
                run=name,
                lost=pick.worker,
                pick=other,
                offsets=(offset,),
                reason=loss(pick.worker, machine_health(turn.state, pick.worker).reason),
            )
        )
        for job in moved:  # each by an event of its own, so that they keep their order (L2)
            mode = worker_mode(turn.state, other)
            turn.emit(events.JobMoved(run=name, job=job.id, worker=other.worker, mode=mode))
    return "; ".join(found.problems) or None


def _await_another(turn: Transaction, run: Run, pools: tuple[str, ...]) -> Reason | None:
    """Let a run wait for machines of further pools, or return why it does no more: once for each pool."""
    known = run.selection
    if known.awaits_until is None and set(pools) <= set(known.awaits):
        return waited_for(turn, run)
    before = known.awaits if known.awaits_until is not None else ()
    await_machines(turn, run, tuple(dict.fromkeys((*before, *pools))))
    return None


def _is_served(run: Run, job: Job, offset: int, other: Pick) -> bool:
    """Return whether another pick serves a job that the pick at an offset has served until now."""
    if job.step is None or run.progress.steps[job.step].pick_for(job.target) != offset:
        return False
    if job.target in run.progress.steps[job.step].target_picks:
        return any(each.step == job.step and job.target in each.targets for each in other.for_targets)
    return job.step in other.steps


def _has_not_begun(run: Run, index: int) -> bool:
    """Return whether something of a step may still begin on its worker: also for another target."""
    state, outer = run.progress.steps[index].state, index
    while run.runbook.steps[outer].within:
        outer -= 1
    if run.progress.steps[outer].begun < len(run.progress.steps[outer].targets):
        return True
    return state == "pending" or (
        state == "started" and job_kind(run.runbook.steps[index].action) == "script"
    )


def _acquire_first(turn: Transaction, run: Run, worker: str, moved: list[Job]) -> None:
    """Queue the acquisition of the packages of moved jobs ahead of them, in the line of their new worker.

    It takes none of the run's places of its own: they wait behind it (L2).
    """
    needed = dict.fromkeys(each for job in moved for each in acquired_by(run, job.step or 0, job.target))
    if needed:
        number = len(turn.run(run.id).progress.jobs) + 1
        turn.emit(
            events.JobQueued(
                run=run.id,
                job=f"job-{run.number}.{number}",
                kind="acquire",
                worker=worker,
                mode="exclusive",
                packages=tuple(needed),
                has_place=True,
            )
        )


def acquire_again(turn: Transaction, job: Job) -> None:
    """Queue the acquisition of the packages of a retried job, where the last one there failed (P2)."""
    run, step = turn.run(job.run), step_of(turn.state, job)
    if step is None or not step.acquires or job.worker is None:
        return
    each = (turn.job(name) for name in run.progress.jobs)
    there = [other for other in each if other.kind == "acquire" and other.worker == job.worker]
    if there and there[-1].state in ("failed", "lost", "cancelled", "asking"):
        _acquire_first(turn, run, job.worker, [job])


def fail_without_packages(turn: Transaction, event: events.JobEnded) -> None:
    """Fail the jobs that wait for packages on their new worker, where these could not be acquired (P2)."""
    run = turn.state.runs.get(event.run)
    is_over = run is None or run.state != "executing" or event.state not in ("failed", "lost")
    if run is None or is_over or event.worker is None or turn.job(event.job).kind != "acquire":
        return
    if any(job.kind == "acquire" for job in _jobs_on(turn, event.run, event.worker)):
        return  # they are acquired again
    reason = f"{unacquired(turn.job(event.job))} on {event.worker}: {event.reason}"
    for job in _jobs_on(turn, event.run, event.worker):
        if job.step is not None and run.runbook.steps[job.step].acquires and job.state == "waiting":
            end_job(turn, job, Outcome(state="failed", reason=reason))


def stranded(turn: Transaction, run: Run, index: int, target: str | None = None) -> Reason | None:
    """Return why a step cannot begin, since its machine is lost and there is no other, or None."""
    if job_kind(run.runbook.steps[index].action) != "script":
        return None
    machine = machine_of(run, index, target)
    if turn.state.model.cluster_of(target) is not None and is_lost(turn.state, target or ""):
        return loss(target or "", machine_health(turn.state, target or "").reason)
    if not is_lost(turn.state, machine):
        return None
    reason, policy = loss(machine, machine_health(turn.state, machine).reason), "fail"
    if machine != target:
        policy = lost_policy(turn, run, index, machine, target)
    if policy == "fail":
        return reason
    problem = reselect(turn, run.id, run.progress.steps[index].pick_for(target) or 0)
    return f"{reason}; {problem}" if problem else None


def acquirable(turn: Transaction, run: Run, machine: str) -> bool:
    """Return whether packages are acquired on a machine: on a lost one, where its pool says to wait."""
    return not is_lost(turn.state, machine) or lost_policy(turn, run, None, machine) == "wait"
