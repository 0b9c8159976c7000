"""Demand for machines of dynamic pools: runs that wait for one, and how many there are to be (W12)."""

from octotui.engine import events
from octotui.engine.decide.transaction import Transaction
from octotui.engine.state import MachineLease, Run, State
from octotui.engine.state.machine_leases import lease_name, leases_in_order
from octotui.model.complaints import Reason
from octotui.model.machines.dynamic_pools import DynamicPool
from octotui.model.quantities import duration


def leases_of(state: State, pool: str) -> list[MachineLease]:
    """Return the leases of a pool, in the order they were requested."""
    return [each for each in leases_in_order(state.machine_leases) if each.pool == pool]


def usable(state: State, pool: str) -> list[MachineLease]:
    """Return the leases of a pool that are, or are to be, selected."""
    return [each for each in leases_of(state, pool) if not each.is_used_up]


def is_awaited(state: State, pool: str) -> bool:
    """Return whether a run waits for a machine of a pool, or for others beside one that the pool has."""
    waiting = (*state.awaiting, *state.awaiting_checks)
    waits = (state.runs[name].selection for _, name in waiting)
    return any(pool in each.awaits or pool in each.keeps for each in waits)


def await_machines(turn: Transaction, run: Run, pools: tuple[str, ...], keeps: tuple[str, ...] = ()) -> None:
    """Let a run wait until pools have a machine; the time that it has waited already counts.

    It needs those of the pools that it `keeps` as well, which have one.
    """
    known, limits = run.selection, [turn.state.model.pools[pool].dynamic for pool in pools]
    since = turn.at if known.awaits_until is None else known.awaits_since or turn.at
    until = since + min(each.limit for each in limits if each is not None)
    if (known.awaits, known.keeps, known.awaits_until) != (pools, keeps, until):
        turn.emit(events.RunAwaitsMachines(run=run.id, pools=pools, until=until, keeps=keeps))
    replenish(turn)


def give_up(turn: Transaction, name: str) -> None:
    """Fail a run that has waited for a machine for as long as its pool lets it.

    One that has jobs waits for none, whatever it is said to wait for: then the wait ends.
    """
    run = turn.run(name)
    if run.progress.open:
        turn.emit(events.WorkersSelected(run=name, picks=()))
        return
    turn.end_run(name, "failed", waited_for(turn, run))


def waited_for(turn: Transaction, run: Run) -> Reason:
    """Return which machines a run has not got in time, and why."""
    waited = turn.at - (run.selection.awaits_since or turn.at)
    return "; ".join(
        f"pool {pool} has had no machine for {duration(round(waited))}, its limit{_why(turn.state, pool)}"
        for pool in run.selection.awaits
    )


def _why(state: State, pool: str) -> Reason:
    """Return why a pool has no machine, as far as it is known: `: provisioning failed 3 times: …`."""
    for lease in leases_of(state, pool):
        if lease.problem:
            what = "destroying the last one" if lease.phase == "ending" else "provisioning"
            times = "once" if lease.failures == 1 else f"{lease.failures} times"
            return f": {what} failed {times}: {lease.problem}"
    return ""


def awaiting_runs(state: State, pool: str | None = None) -> list[str]:
    """Return the runs that wait for a machine, of a pool or of any, in the order they were queued."""
    names = [name for _, name in state.awaiting]
    return [name for name in names if pool is None or pool in state.runs[name].selection.awaits]


def replenish(turn: Transaction) -> None:
    """Request the machines that pools lack: for runs that wait, and those to be kept ready."""
    for slug, pool in turn.state.model.pools.items():
        if pool.dynamic is not None:
            _replenish(turn, slug, pool.dynamic)


def _replenish(turn: Transaction, slug: str, dynamic: DynamicPool) -> None:
    while True:
        there = usable(turn.state, slug)
        if len(there) >= _wanted(turn.state, slug, dynamic, there):
            return
        if held(turn.state, slug) >= dynamic.max:
            return
        request(turn, slug, dynamic)


def held(state: State, pool: str) -> int:
    """Return how many machines count for the maximum of a pool.

    One that is to be destroyed is there, and costs, until it is. One that is draining does not count: the
    run that uses it may wait for one that waits for its successor.
    """
    return sum(each.phase != "draining" for each in leases_of(state, pool))


def _wanted(state: State, slug: str, dynamic: DynamicPool, there: list[MachineLease]) -> int:
    """Return how many machines a pool should have, below its maximum.

    Where runs share all that there are, since more runs lease them, another one is provisioned for the next
    runs; nobody waits for it.
    """
    wanted = max(dynamic.warm, 1 if is_awaited(state, slug) else 0)
    if there and all(is_in_use(state, each) for each in there) and _users(state, there) > len(there):
        wanted = max(wanted, len(there) + 1)
    return min(wanted, dynamic.max)


def _users(state: State, leases: list[MachineLease]) -> int:
    """Return how many runs lease machines, those that lease several once."""
    return len({name for each in leases for _, name in state.leases.get(each.worker, ())})


def reference_of(state: State, terms: DynamicPool) -> str:
    """Return what the model declares the provider is given for the image of a pool, or `""`."""
    image = state.model.images.get(terms.image)
    return image.reference if image is not None else ""


def is_in_use(state: State, lease: MachineLease) -> bool:
    """Return whether runs lease a machine."""
    return lease.worker in state.leases


def is_superfluous(state: State, lease: MachineLease) -> bool:
    """Return whether a machine that is idle may end: no run waits for it, and it is not kept ready."""
    pool = state.model.pools.get(lease.pool)
    if pool is None or pool.dynamic is None:
        return True
    return len(usable(state, lease.pool)) > pool.dynamic.warm and not is_awaited(state, lease.pool)


def next_names(state: State, pool: str, at: float) -> tuple[int, str, str]:
    """Return the number, the unique name and the worker of a new lease of a pool."""
    number = state.next_lease
    while f"{pool}-{number}" in state.model.machines:
        number += 1
    return number, lease_name(state.model.space.slug, number, at), f"{pool}-{number}"


def request(turn: Transaction, slug: str, dynamic: DynamicPool) -> None:
    """Request a machine: its lease is written down before anything is provisioned."""
    number, name, worker = next_names(turn.state, slug, turn.at)
    turn.emit(
        events.MachineRequested(
            lease=f"lease-{number}",
            number=number,
            name=name,
            pool=slug,
            worker=worker,
            terms=dynamic,
            reference=reference_of(turn.state, dynamic),
        )
    )
