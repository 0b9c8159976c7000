"""Pools, workers and targets: leases, locks, queues, and the next selection."""

from collections.abc import Iterable

import msgspec

from octotui.engine.queries.matcher import Searchable
from octotui.engine.rules.worker_selection import (
    by_leases,
    checked_first,
    from_cursor,
    live_leases,
    not_eligible,
)
from octotui.engine.state import Health, Lock, State, cursor_key, is_lost, machine_health
from octotui.model.iteration import values_of, values_seen_by
from octotui.model.space import BUILT_IN, Model, Pool
from octotui.views.estimates import lease_rows
from octotui.views.labels import HEALTH, IDLE, JOBS, Mark, acquire_text, listed, machine_name
from octotui.views.machines import clusters, leases
from octotui.views.machines.health import endpoint, health_mark, note

LEASED = Mark("idle", "leased", "plain")
HELD = Mark("lock", "held", "waits")
NO_POOLS = "No pools: add one to the model, such as [pools.setup]."
TARGETS = "targets/"  # the pseudo pool of the targets; no slug has a slash


class PoolRow(msgspec.Struct, frozen=True, kw_only=True):
    """One pool: its slug, name, and policy with notes."""

    pool: str
    name: str
    policy: str


class WorkerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One worker of a pool, or a target: `queue` is the length of its lock's queue.

    `doing` names the `runs` on it, or else says how it stands; a target is idle with its roles. It was
    `used_at` the time when the last run that had it ended, where that is known. It has its `health` `since` a
    time; `note` says why, `latency` is in seconds.
    """

    pool: str
    worker: str
    name: str
    next: bool
    mark: Mark
    doing: str
    leases: str
    queue: int
    runs: str = ""
    health: Health | None = None
    note: str = ""
    since: float | None = None
    latency: float | None = None
    endpoint: str = ""
    roles: str = ""
    used_at: float | None = None
    lost: bool = False


def order(model: Model, state: State | None = None) -> tuple[tuple[str, str], ...]:
    """Return `(pool, worker)` line by line; a pool's own line has an empty worker. Targets come last.

    Of a dynamic pool a State knows all machines, also those that are not ready.
    """
    lines: list[tuple[str, str]] = []
    for slug in shown(model):
        pool = model.pool(slug)
        lines.append((slug, ""))
        workers = members(model, slug, pool)
        if pool.dynamic is not None and state is not None:
            workers = lease_rows.workers_of(state, slug)
        lines.extend((slug, worker) for worker in workers)
    if model.targets:
        lines.extend((TARGETS, target) for target in ("", *model.targets))
    return tuple(lines)


def shown(model: Model) -> tuple[str, ...]:
    """Return the declared pools, and the implicit default one where a step may use it."""
    if model.default_pool in model.pools or not _uses_default(model):
        return tuple(model.pools)
    return (*model.pools, model.default_pool)


def _uses_default(model: Model) -> bool:
    return any(
        step.needs_worker and step.pool_variable is None and step.pool in (None, model.default_pool)
        for runbook in model.processes.values()
        for step in runbook.steps
    )


def members(model: Model, slug: str, pool: Pool) -> tuple[str, ...]:
    """Return a pool's workers; the default pool without members has the built-in worker (W3)."""
    if not pool.workers and slug == model.default_pool and pool.dynamic is None:
        return (BUILT_IN,)
    return pool.workers


def pool_row(model: Model, slug: str, state: State | None = None) -> PoolRow:
    """Return the row of a pool, or the heading of the targets; a State has the machines of a dynamic one."""
    if slug == TARGETS:
        return PoolRow(pool=slug, name="Targets", policy="one step at a time")
    pool = model.pool(slug)
    notes: list[str] = [_members_note(model, slug, pool, state)]
    notes.append("default" if slug == model.default_pool else "")
    notes.append("exclusive" if pool.exclusive else "")
    notes.append("a worker for each step" if pool.affinity == "step" else "")
    return PoolRow(pool=slug, name=pool.name, policy=" · ".join(filter(None, notes)))


def _members_note(model: Model, slug: str, pool: Pool, state: State | None) -> str:
    """Return how a worker of a pool is selected, or what it has instead of workers."""
    if pool.dynamic is not None:
        machines = "" if state is None else leases.in_short(state, slug, pool.dynamic)
        return f"dynamic {machines}".rstrip()
    return pool.policy if pool.workers else "" if slug == model.default_pool else "no workers"


def worker_row(
    state: State, slug: str, worker: str, process: str | None = None, now: float | None = None
) -> WorkerRow:
    """Return the row of a worker or target; `next`: the process gets it next in this pool (W5).

    That of a machine which is being provisioned, or ends, says how long `now`; else when the State was made.
    """
    lock = clusters.lock_of(state, worker)
    mark, doing = _doing_on_target(state, worker, lock) if slug == TARGETS else _doing(state, worker, lock)
    lease = lease_rows.coming_or_going(state, worker) if state.machine_leases else None
    if lease is not None:
        mark = lease_rows.mark(state, lease)
        doing = mark.word
    holding = {state.jobs[job].run for _, job in lock.holders}
    leasing = [run for _, run in state.leases.get(worker, ()) if run not in holding]
    target = state.model.targets.get(worker) if slug == TARGETS else None
    return WorkerRow(
        pool=slug,
        worker=worker,
        name=machine_name(state.model, worker),
        next=process is not None
        and slug != TARGETS
        and next_worker(state, slug, process) == worker
        and used_by(state.model, slug, process),
        mark=mark,
        doing=doing,
        leases=listed(leasing, most=4),
        queue=len(lock.queue),
        runs=doing if lock.holders and lease is None else "",
        health=state.health.get(worker),
        lost=is_lost(state, worker),
        note=lease_rows.note(state, lease, state.at if now is None else now)
        if lease
        else note(state, worker),
        since=machine_health(state, worker).since,
        latency=machine_health(state, worker).latency,
        endpoint=endpoint(state, worker),
        roles=listed(target.roles, most=4) if target else "",
    )


def last_used(past: Iterable[Searchable]) -> dict[str, float]:
    """Return when the last run of each worker ended, as far as the records of ended runs go."""
    found: dict[str, float] = {}
    for each in past:
        for worker in each.workers if each.ended_at is not None else ():
            found[worker] = max(found.get(worker, 0.0), each.ended_at or 0.0)
    return found


def parts_of(state: State, slug: str, worker: str, process: str | None = None) -> tuple[object, ...]:
    """Return what the row of a worker or target comes from: while each is the same, so is the row."""
    cursor = state.cursors.get(cursor_key(slug, process)) if process is not None else None
    machine: tuple[object, ...]
    own = state.locks.get(worker), state.leases.get(worker)
    in_turn = slug == TARGETS or process is None or state.model.pool(slug).policy == "round-robin"
    counted = (None, None) if in_turn else (state.leases, state.runs)  # by the fewest leases
    machine = (state.machines.get(worker), state.machine_leases)
    if state.model.cluster_of(worker) is not None:
        machine = (*machine, state.locks)  # of the workers from which jobs go there
    return (*own, state.health, *machine, state.model, process, cursor, *counted)


def _doing(state: State, worker: str, lock: Lock) -> tuple[Mark, str]:
    """Return a worker's mark, and the runs whose jobs hold it."""
    jobs = [state.jobs[name] for _, name in lock.holders]
    if lock.exclusive and jobs:
        acquires = acquire_text(jobs[0].packages, ("acquires", "pulls"), versions=False)
        activity = acquires if jobs[0].kind == "acquire" else "has exclusive use"
        return HELD, f"{jobs[0].run} {activity}"
    if jobs:
        return JOBS["running"], listed((job.run for job in jobs), most=4)
    if worker == BUILT_IN and not state.model.engine.built_in_worker:
        return HEALTH["disabled"], "disabled"
    if not_eligible(state, worker) is not None:
        mark = health_mark(state, worker)
        return mark, mark.word
    if worker in state.leases:
        return LEASED, "leased"
    return IDLE, "has warnings" if state.health.get(worker) == "has-warnings" else "idle"


def _doing_on_target(state: State, target: str, lock: Lock) -> tuple[Mark, str]:
    """Return a target's mark, and the runs that hold it, or its roles."""
    jobs = [state.jobs[name] for _, name in lock.holders]
    if jobs:
        return JOBS["running"], listed((job.run for job in jobs), most=4)
    declared = state.model.targets[target]
    health = state.health.get(target, "healthy")
    if not declared.enabled or health in ("unhealthy", "unavailable"):
        mark = health_mark(state, target)
        return mark, mark.word
    return IDLE, listed(declared.roles, most=4)


def used_by(model: Model, slug: str, process: str) -> bool:
    """Return whether a step of a process may run in a pool."""
    runbook = model.process(process)
    steps = [step for step in runbook.steps if step.needs_worker] if runbook is not None else []
    named = {step.pool or model.default_pool for step in steps if step.pool or step.pool_variable is None}
    asked = {step.pool_variable for step in steps if step.pool is None and step.pool_variable is not None}
    values = values_seen_by(model, process) if asked else {}
    return slug in named or any(value.value == slug for name in asked for value in values_of(values, name))


def next_worker(state: State, slug: str, process: str) -> str | None:
    """Return the worker that would be selected next for a process in a pool (W5)."""
    pool, cursor = state.model.pool(slug), state.cursors.get(cursor_key(slug, process))
    order = (
        from_cursor(pool, cursor)
        if pool.policy == "round-robin"
        else by_leases(pool, live_leases(state, pool))
    )
    checked = checked_first(state, order, ())
    return next((worker for worker in checked if not_eligible(state, worker) is None), None)
