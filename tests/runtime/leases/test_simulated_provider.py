"""W12: predictions provision nothing."""

from octotui.model.machines.dynamic_pools import DynamicPool
from octotui.runtime.clocks import Clock, in_virtual_time
from octotui.runtime.leases.provider import MachineOrder
from octotui.runtime.leases.simulated_provider import SimulatedProvider

ORDER = MachineOrder(
    name="l-1", space="s", pool="hosted", reference="u", terms=DynamicPool(provider="command", image="u")
)


def test_w12_virtual_time_passes_as_long_as_the_last_machines_took() -> None:
    async def provisioned(now: Clock) -> tuple[float, str]:
        provider = SimulatedProvider({"hosted": 600.0}.__getitem__)
        machine = await provider.provision(ORDER)
        await provider.destroy(ORDER)
        return now(), machine.endpoint

    assert in_virtual_time(provisioned, 1000.0) == (1600.0, "local")
