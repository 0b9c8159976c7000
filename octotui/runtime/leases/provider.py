"""The contract of providers: what makes machines, finds them again by name, and destroys them (W12)."""

from typing import Protocol

import msgspec

from octotui.model.machines.dynamic_pools import DynamicPool


class ProviderError(Exception):
    """Raised where a provider has failed; its text is a sentence without a full stop."""


class LeasedMachine(msgspec.Struct, frozen=True):
    """A machine: its provider's id of it, the way to it, and its host key if that is known."""

    id: str
    endpoint: str
    host_key: str = ""


class MachineOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider is asked for: the unique `name` of a lease, its pool, the `reference` of an image.

    `machine` is the id that the provider has said, `""` where it has not. `passed` are patterns of the
    variables that commands inherit; the sources in `withheld` never are.
    """

    name: str
    space: str
    pool: str
    reference: str
    terms: DynamicPool
    machine: str = ""
    passed: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()


class Provider(Protocol):
    """Makes and destroys machines; both are idempotent by the name of the order."""

    async def provision(self, order: MachineOrder) -> LeasedMachine:
        """Return the machine of that name, made where there is none. Raises ProviderError."""
        ...

    async def destroy(self, order: MachineOrder) -> None:
        """Destroy the machine of that name or id, if there is one. Raises ProviderError."""
        ...
