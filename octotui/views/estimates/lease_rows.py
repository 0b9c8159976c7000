"""Machines of dynamic pools that are not ready, or not for long, in lists of workers (W12)."""

from octotui.engine.rules.worker_selection import rejection
from octotui.engine.state import MachineLease, State
from octotui.views.estimates.lease_wait import ready_at
from octotui.views.estimates.sentences import more
from octotui.views.labels import HEALTH, Mark, counted, duration, listed
from octotui.views.machines.health import health_mark
from octotui.views.machines.leases import SHORT, asked_again, leases_in_order, of_worker, stands, unreached


def workers_of(state: State, pool: str) -> tuple[str, ...]:
    """Return the workers of all leases of a dynamic pool, from the request on, in order."""
    return tuple(each.worker for each in leases_in_order(state) if each.pool == pool)


def coming_or_going(state: State, worker: str) -> MachineLease | None:
    """Return the lease of a worker, unless its machine is ready."""
    lease = of_worker(state, worker)
    return None if lease is None or lease.phase == "ready" else lease


def why_not(state: State, worker: str) -> str | None:
    """Return why a worker may not be selected, or None."""
    lease = coming_or_going(state, worker)
    return rejection(state, worker, ()) if lease is None else stands(lease, SHORT)


def mark(state: State, lease: MachineLease) -> Mark:
    """Return the mark of a machine: how its lease stands; its health where it drains and is not well."""
    word = stands(lease, SHORT)
    if lease.phase == "draining":
        health = health_mark(state, lease.worker)
        return health if health.role == HEALTH["unavailable"].role else Mark("ending", word, "warned")
    return Mark("ending", word, "warned") if lease.phase == "ending" else Mark("waits", word, "waits")


def note(state: State, lease: MachineLease, now: float) -> str:
    """Return since when and how much longer, or with which runs it ends, or what failed."""
    failed = f"failed {counted(lease.failures, 'time')}: {lease.problem}" if lease.problem else ""
    if again := asked_again(lease, now):
        return f"a {again} · {failed}"
    if failed and lease.due is not None and lease.phase != "starting":
        return f"again in {duration(lease.due - now)} · {failed}"
    match lease.phase:
        case "requested":
            return f"{duration(now - lease.requested_at)}{more(ready_at(state, lease), now)}"
        case "starting":
            reason = unreached(state, lease)
            since = lease.provisioned_at or lease.requested_at
            return f"{duration(now - since)}{f' · {reason}' if reason else ''}"
        case "draining":
            return f"ends with {listed(run for _, run in state.leases.get(lease.worker, ()))}"
        case _:
            return lease.reason
