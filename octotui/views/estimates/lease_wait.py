"""The wait of a run for machines of dynamic pools, in words (W12)."""

from octotui.engine.estimates.jobs import durations_of
from octotui.engine.state import MachineLease, Run, State
from octotui.engine.state.durations import pool_key
from octotui.views.estimates.sentences import more
from octotui.views.labels import counted, duration, listed
from octotui.views.machines.leases import asked_again, stands, unreached


def until(state: State, run: Run) -> float | None:
    """Return about when all machines that a run waits for are ready; None where nobody can say."""
    leases = [_lease(state, pool) for pool in run.selection.awaits]
    ends = [None if each is None else ready_at(state, each) for each in leases]
    known = [each for each in ends if each is not None]
    return max(known, default=None) if len(known) == len(ends) else None


def ready_at(state: State, lease: MachineLease) -> float | None:
    """Return about when a machine is ready; None where nobody can say, or a try has failed."""
    takes = durations_of(state, pool_key(lease.pool)).about
    return None if takes is None or lease.problem else lease.requested_at + takes


def sentence(state: State, run: Run, now: float) -> str:
    """Return what a run waits for: `waits for a machine of pool hosted: lease-1 being provisioned for 6s`."""
    limit = run.selection.awaits_until
    pools = listed((_of_pool(state, pool, now, limit) for pool in run.selection.awaits), most=4)
    ends = "" if limit is None else f" · gives up in {duration(limit - now)}"
    return f"waits for a machine of {pools}{more(until(state, run), now)}{ends}"


def _of_pool(state: State, pool: str, now: float, limit: float | None) -> str:
    lease = _lease(state, pool)
    return f"pool {pool}: {_full(state, pool) if lease is None else standing(state, lease, now, limit)}"


def _full(state: State, pool: str) -> str:
    """Return which machine must be gone before another one is provisioned."""
    there = [each for each in state.machine_leases.values() if each.pool == pool]
    first = min(there, key=lambda each: each.requested_at, default=None)
    if first is None:
        return "one is to be provisioned"
    why = f", which failed {counted(first.failures, 'time')}: {first.problem}" if first.problem else ""
    return f"{first.id} {_goes(first)} first{why}"


def _goes(lease: MachineLease) -> str:
    return "is draining, and is to go" if lease.phase == "draining" else f"is {stands(lease)}"


def _lease(state: State, pool: str) -> MachineLease | None:
    """Return the lease that a run of a pool waits for, the one requested first, or None."""
    there = [each for each in state.machine_leases.values() if each.pool == pool and not each.is_used_up]
    return min(there, key=lambda each: each.requested_at, default=None)


def standing(state: State, lease: MachineLease, now: float, limit: float | None = None) -> str:
    """Return how a lease stands: `lease-1 being provisioned for 6s`, or which of its tries failed, and why.

    One that is tried again only after a `limit` is of no use to the run that waits for it.
    """
    if lease.phase == "requested":
        return f"{lease.id} {_requested(lease, now, limit)}"
    if lease.phase == "starting":
        reason, since = unreached(state, lease), lease.provisioned_at or lease.requested_at
        return f"{lease.id} {stands(lease)}, for {duration(now - since)}{f': {reason}' if reason else ''}"
    return f"{lease.id} {stands(lease)}"


def _requested(lease: MachineLease, now: float, limit: float | None) -> str:
    if again := asked_again(lease, now):
        return f"is asked a {again}; before: {lease.problem}"
    if not lease.problem or lease.due is None:
        return f"{stands(lease)} for {duration(now - lease.requested_at)}"
    failed = f"failed {counted(lease.failures, 'time')}: {lease.problem}"
    if limit is not None and lease.due >= limit:
        return f"{failed}; no further try comes before the limit"
    return f"is tried again in {duration(lease.due - now)}, since it {failed}"
