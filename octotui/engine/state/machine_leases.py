"""Machine leases: the machines of dynamic pools, from the request for one until it is destroyed (W12).

Theory of operation. A lease is in the journal before anything is provisioned, with a name that no other one
has ever had, by which a provider finds again what an interrupted session began. It is `requested` until the
provider has said `id` and `endpoint`, `starting` until the machine has been reached, then `ready`. Only then
is it selected. One that is `draining` is selected no more, and ends when no run leases it. One that is
`ending` is to be destroyed, which is tried until the provider has done it; then the lease is forgotten.

The worker of a lease is a worker of the State's model like any other: `with_machines` puts it there.
"""

import re
from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec.structs import replace

from octotui.model.machines.dynamic_pools import DynamicPool
from octotui.model.machines.endpoints import LOCAL
from octotui.model.space import Model, Worker

Phase = Literal["requested", "starting", "ready", "draining", "ending"]


class MachineLease(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A machine of a dynamic pool, provisioned as `terms` said when it was requested.

    `failures` counts the tries in a row to provision or destroy it that failed, `problem` says why the last
    one did. At `due` it is tried again, or ends; `asked_at` is when it was tried again last. `idle_since` is
    None while runs lease it.
    """

    id: str
    name: str
    pool: str
    worker: str
    terms: DynamicPool
    reference: str = ""  # of the image, as the model declared it then
    phase: Phase = "requested"
    requested_at: float
    machine: str = ""  # the provider's id of it
    endpoint: str = ""
    host_key: str = ""  # pinned for this machine alone, where its provider says one
    provisioned_at: float | None = None
    ready_at: float | None = None
    idle_since: float | None = None
    ending_since: float | None = None
    due: float | None = None
    asked_at: float | None = None
    failures: int = 0
    problem: str = ""
    reason: str = ""  # why it ends
    by: str = ""
    shadowed: bool = False  # the model declares another machine by the name of its worker

    @property
    def is_used_up(self) -> bool:
        """Whether it is not selected any more."""
        return self.phase in ("draining", "ending")

    @property
    def took(self) -> float | None:
        """The seconds from the request until it was ready, or None."""
        return None if self.ready_at is None else self.ready_at - self.requested_at


def lease_deadline(lease: str) -> str:
    """Return the name of the deadline of a machine lease."""
    return f"lease/{lease}"


def wait_deadline(run: str) -> str:
    """Return the name of the deadline at which a run has waited too long for a machine."""
    return f"machine-limit/{run}"


def lease_name(space: str, number: int, at: float) -> str:
    """Return the name of a new lease: unique among those of all spaces, valid as that of a container."""
    plain = re.sub(r"[^a-z0-9]+", "-", space)[:20].strip("-")
    return f"octotui-{plain or 'space'}-lease-{number}-{round(at * 1000):x}"


def leases_in_order(leases: Mapping[str, MachineLease]) -> list[MachineLease]:
    """Return leases in the order they were requested."""
    return sorted(leases.values(), key=lambda each: (each.requested_at, len(each.id), each.id))


def terms_now(model: Model, lease: MachineLease) -> DynamicPool:
    """Return the terms of a lease as a model says them, or those it was requested by."""
    pool = model.pools.get(lease.pool)
    return lease.terms if pool is None or pool.dynamic is None else pool.dynamic


def shadowed_by(model: Model, lease: MachineLease) -> bool:
    """Return whether a model that was loaded declares another machine by the name of a lease's worker."""
    declared = model.machine(lease.worker)
    return declared is not None and declared.endpoint != lease.endpoint


def with_accounts(model: Model, before: Model, leases: Mapping[str, MachineLease]) -> Model:
    """Return a model that has still the accounts of leased machines that it does not declare any more."""
    used = {each.terms.account for each in leases.values() if each.terms.account is not None}
    kept = {name: before.accounts[name] for name in sorted(used) if name in before.accounts}
    return replace(model, accounts={**kept, **model.accounts}) if kept else model


def with_machines(model: Model, leases: Mapping[str, MachineLease]) -> Model:
    """Return a model whose dynamic pools have the workers of their machines, as a State holds it."""
    if not leases and not any(pool.dynamic is not None and pool.workers for pool in model.pools.values()):
        return model
    known = [each for each in leases_in_order(leases) if not each.shadowed]
    pools = {
        slug: pool if pool.dynamic is None else replace(pool, workers=_members(slug, known))
        for slug, pool in model.pools.items()
    }
    there = [each for each in known if each.endpoint and each.phase != "ending"]
    workers = {each.worker: _worker(each, terms_now(model, each)) for each in there}
    leased = {each.worker for each in known}
    declared = {slug: each for slug, each in model.workers.items() if slug not in leased}
    return replace(model, pools=pools, workers={**workers, **declared})


def without_machines(model: Model, leases: Mapping[str, MachineLease]) -> Model:
    """Return a model without the workers of these leases' machines, but with those that it declares."""
    leased = {each.worker for each in leases.values() if not each.shadowed}
    if not leased & model.workers.keys():
        return model
    return replace(model, workers={slug: each for slug, each in model.workers.items() if slug not in leased})


def _members(slug: str, leases: list[MachineLease]) -> tuple[str, ...]:
    """Return the workers of a pool that may be selected."""
    return tuple(each.worker for each in leases if each.pool == slug and each.phase == "ready")


def _worker(lease: MachineLease, now: DynamicPool) -> Worker:
    """Return the worker of a machine: how it is reached does not change, but by when it is lost does."""
    terms = lease.terms
    is_local = lease.endpoint == LOCAL
    return Worker(
        name=lease.worker,
        directory=terms.directory,
        endpoint=lease.endpoint,
        host_key=lease.host_key,
        account=None if is_local else terms.account,
        policy=now.policy,
        unreachable_limit=now.unreachable_limit,
    )
