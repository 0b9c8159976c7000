"""Events of machine leases: machines of dynamic pools that are provisioned, used and destroyed (W12)."""

from octotui.engine.state.records import Event
from octotui.model.machines.dynamic_pools import DynamicPool


class MachineRequested(Event, frozen=True, kw_only=True, tag=True):
    """A machine is leased for a pool, and is now to be provisioned; `name` is unique for ever.

    `reference` is what the model declares the provider is given for the image, or `""`.
    """

    lease: str
    number: int
    name: str
    pool: str
    worker: str
    terms: DynamicPool
    reference: str = ""


class ProvisioningFailed(Event, frozen=True, tag=True):
    """A machine could not be provisioned, or did not answer; it is tried again at `due`, if that is set."""

    lease: str
    reason: str
    due: float | None = None


class ProvisioningRetried(Event, frozen=True, tag=True):
    """A machine is to be provisioned again, by the same name."""

    lease: str


class MachineProvisioned(Event, frozen=True, tag=True):
    """A machine was provisioned; it must be reached until `due`. `machine` is its provider's id of it.

    Its host key is pinned for this lease, where the provider says one.
    """

    lease: str
    machine: str
    endpoint: str
    due: float | None = None
    host_key: str = ""


class MachineReady(Event, frozen=True, tag=True):
    """A provisioned machine was reached; without a run it ends at `due`."""

    lease: str
    due: float


class MachineDue(Event, frozen=True, tag=True):
    """A machine ends at `due`; it is idle since then, or, with None, runs lease it."""

    lease: str
    due: float
    idle_since: float | None = None


class MachineDraining(Event, frozen=True, tag=True):
    """A machine is selected no more, and ends when no run leases it."""

    lease: str
    reason: str
    by: str = ""
    origin: str = ""


class MachineToBeDestroyed(Event, frozen=True, tag=True):
    """A machine is to be destroyed."""

    lease: str
    reason: str
    by: str = ""
    origin: str = ""


class DestroyFailed(Event, frozen=True, tag=True):
    """A machine could not be destroyed; it is tried again at `due`."""

    lease: str
    reason: str
    due: float


class DestroyRetried(Event, frozen=True, tag=True):
    """A machine is to be destroyed again."""

    lease: str


class MachineDestroyed(Event, frozen=True, tag=True):
    """A machine was destroyed; its lease has ended. With a `reason` it was not, and is another space's."""

    lease: str
    reason: str = ""


class MachineAdopted(Event, frozen=True, kw_only=True, tag=True):
    """Somebody gave a machine that was there already to a pool."""

    lease: str
    number: int
    name: str
    pool: str
    worker: str
    terms: DynamicPool
    machine: str
    endpoint: str
    due: float
    host_key: str = ""
    reference: str = ""
    by: str = ""
    origin: str = ""


MachineLeaseEvent = (
    MachineRequested
    | ProvisioningFailed
    | ProvisioningRetried
    | MachineProvisioned
    | MachineReady
    | MachineDue
    | MachineDraining
    | MachineToBeDestroyed
    | DestroyFailed
    | DestroyRetried
    | MachineDestroyed
    | MachineAdopted
)
