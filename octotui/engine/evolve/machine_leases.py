"""The effects of machine leases, and of waits for machines, on a State (W12)."""

from typing import assert_never

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.events.machine_leases import MachineLeaseEvent
from octotui.engine.evolve.durations import provisioned
from octotui.engine.state import MachineLease, Run, State
from octotui.engine.state.machine_leases import (
    lease_deadline,
    leases_in_order,
    shadowed_by,
    wait_deadline,
    with_accounts,
    with_machines,
    without_machines,
)
from octotui.engine.state.run_parts import with_selection


def leased(state: State, event: MachineLeaseEvent) -> State:  # noqa: C901, PLR0912 - one line an event
    """Apply an event of a machine lease."""
    match event:
        case events.MachineRequested() | events.MachineAdopted():
            return _requested(state, event)
        case _:
            lease = state.machine_leases.get(event.lease)
    if lease is None:  # what requested it was removed with runs, and RunsRemoved says how it stands
        return state
    match event:
        case events.MachineDestroyed():
            return _destroyed(state, lease)
        case events.ProvisioningFailed(reason=reason, due=due):
            failed = replace(
                lease, phase="requested", machine="", endpoint="", host_key="", provisioned_at=None
            )
            return _put(state, replace(_with_failure(failed, reason)), due)
        case events.ProvisioningRetried() | events.DestroyRetried():
            return _put(state, replace(lease, asked_at=event.at), None)
        case events.MachineProvisioned(machine=machine, endpoint=endpoint, due=due):
            lease = replace(lease, machine=machine, endpoint=endpoint, host_key=event.host_key)
            lease = replace(lease, phase="starting", provisioned_at=event.at)
            return _put(state, lease, due)
        case events.MachineReady(due=due):
            ready = replace(
                lease, phase="ready", ready_at=event.at, idle_since=event.at, failures=0, problem=""
            )
            state = provisioned(state, lease.pool, event.at - lease.requested_at)
            return _put(state, ready, due)
        case events.MachineDue(due=due, idle_since=idle):
            return _put(state, replace(lease, idle_since=idle), due)
        case events.MachineDraining(reason=reason, by=by):
            return _put(state, replace(lease, phase="draining", reason=reason, by=by), None)
        case events.MachineToBeDestroyed(reason=reason, by=by):
            ending = replace(lease, phase="ending", reason=reason, by=by, ending_since=event.at)
            ending = replace(ending, failures=0, problem="", asked_at=None)
            return _put(state, ending, None)
        case events.DestroyFailed(reason=reason, due=due):
            return _put(state, _with_failure(lease, reason), due)
        case _:
            assert_never(event)


def model_loaded(state: State, event: events.ModelLoaded) -> State:
    """Set the model, with what leases keep of the last one; what it declares itself is as it says."""
    for lease in leases_in_order(state.machine_leases):
        shadowed = shadowed_by(event.model, lease)
        if shadowed != lease.shadowed:
            changed = replace(lease, shadowed=shadowed)
            state = replace(state, machine_leases=state.machine_leases.insert(lease.id, changed))
    model = with_accounts(event.model, state.model, state.machine_leases)
    return replace(state, model=with_machines(model, state.machine_leases))


def _with_failure(lease: MachineLease, reason: str) -> MachineLease:
    return replace(lease, failures=lease.failures + 1, problem=reason)


def _requested(state: State, event: events.MachineRequested | events.MachineAdopted) -> State:
    lease = MachineLease(
        id=event.lease,
        name=event.name,
        pool=event.pool,
        worker=event.worker,
        terms=event.terms,
        reference=event.reference,
        requested_at=event.at,
    )
    state = replace(state, next_lease=event.number + 1)
    if isinstance(event, events.MachineRequested):
        return _put(state, lease, None)
    there = replace(lease, phase="starting", machine=event.machine, endpoint=event.endpoint, by=event.by)
    there = replace(there, host_key=event.host_key)
    return _put(state, replace(there, provisioned_at=event.at), event.due)


def _destroyed(state: State, lease: MachineLease) -> State:
    name = lease.id
    state = replace(state, model=without_machines(state.model, {name: lease}))
    state = _with_deadline(state, lease.due, None, lease_deadline(name))
    return _with_model(replace(state, machine_leases=state.machine_leases.discard(name)))


def _put(state: State, lease: MachineLease, due: float | None) -> State:
    """Put a lease, with another deadline, and its worker where it belongs."""
    before = state.machine_leases.get(lease.id)
    state = _with_deadline(state, before.due if before else None, due, lease_deadline(lease.id))
    leases = state.machine_leases.insert(lease.id, replace(lease, due=due))
    state = replace(state, machine_leases=leases)
    same = before is not None and (before.phase, before.endpoint) == (lease.phase, lease.endpoint)
    return state if same else _with_model(state)


def _with_model(state: State) -> State:
    return replace(state, model=with_machines(state.model, state.machine_leases))


def _with_deadline(state: State, before: float | None, after: float | None, name: str) -> State:
    deadlines = state.deadlines if before is None else state.deadlines.discard((before, name))
    return replace(state, deadlines=deadlines if after is None else deadlines.add((after, name)))


def awaits(state: State, event: events.RunAwaitsMachines) -> State:
    """Let a run wait for machines, or no more; what it has waited already counts."""
    known = state.runs[event.run].selection
    state, run = awaits_no_more(state, state.runs[event.run])
    since = event.at if known.awaits_until is None else known.awaits_since
    run = with_selection(run, awaits=event.pools, keeps=event.keeps)
    if event.until is None:
        return replace(state, runs=state.runs.insert(run.id, run))
    run = with_selection(run, awaits_since=since, awaits_until=event.until)
    state = _with_deadline(state, None, event.until, wait_deadline(run.id))
    awaiting = state.awaiting.add((run.number, run.id))
    return replace(state, awaiting=awaiting, runs=state.runs.insert(run.id, run))


def awaits_checks(state: State, event: events.RunAwaitsChecks) -> State:
    """Let a run wait for the first check of one of some workers, and for machines no more."""
    since = state.runs[event.run].selection.checks_since
    state, run = awaits_no_more(state, state.runs[event.run])
    run = with_selection(run, awaits=(), keeps=event.keeps, checks=event.workers)
    run = with_selection(run, checks_since=event.at if since is None else since)
    awaiting = state.awaiting_checks.add((run.number, run.id))
    return replace(state, awaiting_checks=awaiting, runs=state.runs.insert(run.id, run))


def awaits_no_more(state: State, run: Run) -> tuple[State, Run]:
    """Take a run out of those that wait for checks, and for machines.

    Its selection says still for which machines it has waited.
    """
    if run.selection.checks:
        awaiting = state.awaiting_checks.discard((run.number, run.id))
        state, run = (
            replace(state, awaiting_checks=awaiting),
            with_selection(run, checks=(), checks_since=None),
        )
    until = run.selection.awaits_until
    if until is None:
        return state, run
    state = _with_deadline(state, until, None, wait_deadline(run.id))
    state = replace(state, awaiting=state.awaiting.discard((run.number, run.id)))
    return state, with_selection(run, awaits_until=None)
