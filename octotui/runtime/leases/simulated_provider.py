"""A provider whose machines are made up, for predictions: virtual time passes, nothing is provisioned."""

import asyncio
from collections.abc import Callable

from octotui.model.machines.endpoints import LOCAL
from octotui.runtime.leases.provider import LeasedMachine, MachineOrder

Takes = Callable[[str], float]
"""Returns about how many seconds a machine of a pool takes until it is ready."""


class SimulatedProvider:
    """Provisions in as long as the last machines of the pool took; destroys at once."""

    def __init__(self, takes: Takes) -> None:
        self._takes = takes

    async def provision(self, order: MachineOrder) -> LeasedMachine:
        """Return a machine that nobody reaches."""
        await asyncio.sleep(self._takes(order.pool))
        return LeasedMachine(order.name, LOCAL)

    async def destroy(self, order: MachineOrder) -> None:
        """Forget it."""
