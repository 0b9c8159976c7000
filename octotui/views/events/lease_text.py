"""Events of machine leases as lines of text: what is provisioned, used and destroyed (W12)."""

from typing import assert_never

from octotui.engine import events
from octotui.engine.events import MachineLeaseEvent
from octotui.engine.state import MachineLease, State
from octotui.views.estimates.lease_wait import ready_at
from octotui.views.labels import duration


def of_lease(event: MachineLeaseEvent, before: State, after: State) -> list[str]:
    """Return the sentences of an event of a machine lease; that one is idle or in use has none."""
    lease = after.machine_leases.get(event.lease) or before.machine_leases.get(event.lease)
    return [] if lease is None else [f"{lease.id}  {each}" for each in _sentences(event, lease, after)]


def _sentences(  # noqa: C901, PLR0912 - one line an event
    event: MachineLeaseEvent, lease: MachineLease, after: State
) -> list[str]:
    match event:
        case events.MachineRequested():
            at = ready_at(after, lease)
            about = "" if at is None else f", ready in about {duration(at - event.at)}"
            return [f"a machine of pool {lease.pool} is being provisioned from {lease.terms.image}{about}"]
        case events.MachineAdopted(by=by):
            return [f"{by or 'somebody'} gives {lease.machine} at {lease.endpoint} to pool {lease.pool}"]
        case events.ProvisioningFailed(reason=reason, due=due):
            again = "" if due is None else f"; it is tried again in {duration(due - event.at)}"
            return [f"provisioning failed: {reason}{again}"]
        case events.ProvisioningRetried():
            return ["is being provisioned again"]
        case events.MachineProvisioned(machine=machine, endpoint=endpoint):
            return [f"{machine} was provisioned, at {endpoint}; not reached yet"]
        case events.MachineReady():
            return [f"{lease.worker} is ready{_took(lease)}"]
        case events.MachineDue():
            return []
        case events.MachineDraining(reason=reason):
            return [f"{lease.worker} is draining, and ends when no run uses it any more: {reason}"]
        case events.MachineToBeDestroyed(reason=reason):
            return [f"{lease.worker} is being destroyed: {reason}"]
        case events.DestroyFailed(reason=reason, due=due):
            return [f"it was not destroyed: {reason}; it is tried again in {duration(due - event.at)}"]
        case events.DestroyRetried():
            return ["is being destroyed again"]
        case events.MachineDestroyed(reason=reason) if reason:
            return [f"{lease.worker} is left alone: {reason}"]
        case events.MachineDestroyed():
            return [f"{lease.worker} was destroyed"]
        case _:
            assert_never(event)


def _took(lease: MachineLease) -> str:
    return "" if lease.took is None else f" after {duration(lease.took)}"
