"""Dynamic pools: machines that are provisioned when they are needed, leased, and destroyed (W12)."""

from typing import Literal

import msgspec

Provider = Literal["container", "command"]
MINUTE, HOUR = 60.0, 3600.0


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """An image of machines; `reference` is what the provider is given for it, without one its slug.

    From the day in `deprecated`, written `2027-01-01`, it is not to be used any more.
    """

    name: str
    reference: str = ""
    deprecated: str = ""


class DynamicPool(msgspec.Struct, frozen=True, kw_only=True):
    """How the machines of a dynamic pool are provisioned, and how long they last; times are in seconds.

    A machine is destroyed after `idle` without a run, or at `max_age`; `warm` of them are kept ready, and at
    most `max` are there at once. `provision` and `destroy` are commands with their arguments, each of which
    may take `timeout`. A run that no machine is provisioned for fails after `limit`. `cost` is that of an
    hour, as people write it. `account`, `directory`, `policy` and `unreachable_limit` are those of its
    workers.
    """

    provider: Provider
    image: str
    idle: float = HOUR
    max_age: float = 72 * HOUR
    warm: int = 0
    max: int = 1
    provision: tuple[str, ...] = ()
    destroy: tuple[str, ...] = ()
    timeout: float = 20 * MINUTE
    limit: float = HOUR
    cost: str = ""
    account: str | None = None
    directory: str | None = None
    policy: str | None = None
    unreachable_limit: float | None = 10 * MINUTE

    @property
    def makes(self) -> tuple[object, ...]:
        """What a machine is made of: one that was made of something else is not used any more."""
        return self.provider, self.image, self.provision, self.account, self.directory
