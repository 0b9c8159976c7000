"""W12: every provider keeps the contract: machines are found again by name, destroying is idempotent."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from octotui.model.file_trust import FileTrust
from octotui.model.machines.dynamic_pools import DynamicPool
from octotui.runtime.leases.command_provider import CommandProvider
from octotui.runtime.leases.container_provider import ContainerProvider
from octotui.runtime.leases.processes import ProviderProcesses
from octotui.runtime.leases.provider import MachineOrder, Provider
from tests.podman import CONFIG, IMAGE, containers, missing
from tests.runtime.leases.killing import provider as stub

NAME = "octotui-test-contract-1"


@pytest.fixture(params=["command", "container"])
def under(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Provider, MachineOrder]]:
    processes = ProviderProcesses(tmp_path / "leases")
    if request.param == "container":
        if why := missing():
            pytest.skip(why)
        monkeypatch.setenv("CONTAINERS_CONF", str(CONFIG))
        terms = DynamicPool(provider="container", image=IMAGE, timeout=60.0)
        made: Provider = ContainerProvider(processes)
    else:
        stub(tmp_path, failing=False)
        commands = (str(tmp_path / "up.sh"),), (str(tmp_path / "down.sh"),)
        terms = DynamicPool(
            provider="command", image=IMAGE, timeout=60.0, provision=commands[0], destroy=commands[1]
        )
        made = CommandProvider(processes, FileTrust())
    yield made, MachineOrder(name=NAME, space="test", pool="hosted", reference=IMAGE, terms=terms)
    assert NAME not in (containers() if request.param == "container" else _left(tmp_path))


def _left(folder: Path) -> list[str]:
    return [each.name for each in (folder / "machines").iterdir()]


async def test_w12_a_machine_is_made_once_by_a_name_and_destroyed_once(
    under: tuple[Provider, MachineOrder],
) -> None:
    provider, order = under
    first = await provider.provision(order)
    assert await provider.provision(order) == first
    await provider.destroy(order)
    await provider.destroy(order)
