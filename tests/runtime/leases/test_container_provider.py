"""W12: a machine is a container of this one, found again by the name of its lease."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.model.machines.dynamic_pools import DynamicPool
from octotui.runtime.leases.container_provider import ContainerProvider
from octotui.runtime.leases.processes import ProviderProcesses
from octotui.runtime.leases.provider import LeasedMachine, MachineOrder, ProviderError
from tests.podman import BARE, IMAGE, containered, containers, podman

pytestmark = pytest.mark.xdist_group("podman")
__all__ = ["containered"]

NAME = "octotui-test-lease-1-7"
LABELS = ("--label", "octotui.space=test", "--label", f"octotui.lease={NAME}")
TERMS = DynamicPool(provider="container", image="small", timeout=60.0)


def order(reference: str = IMAGE) -> MachineOrder:
    return MachineOrder(name=NAME, space="test", pool="hosted", reference=reference, terms=TERMS)


def provider(folder: Path) -> ContainerProvider:
    return ContainerProvider(ProviderProcesses(folder / "leases"))


@pytest.mark.usefixtures("containered")
async def test_w12_a_container_is_run_once_and_removed(tmp_path: Path) -> None:
    machine = await provider(tmp_path).provision(order())
    assert machine == LeasedMachine(NAME, f"container://{NAME}")
    first = podman("inspect", "--format", "{{.Id}}", NAME)
    assert await provider(tmp_path).provision(order()) == machine
    assert podman("inspect", "--format", "{{.Id}}", NAME) == first
    assert containers("label=octotui.space=test", f"label=octotui.lease={NAME}") == [NAME]
    await provider(tmp_path).destroy(order())
    await provider(tmp_path).destroy(order())
    assert containers(f"name={NAME}") == []


@pytest.mark.usefixtures("containered")
async def test_w12_one_that_has_ended_is_made_anew(tmp_path: Path) -> None:
    podman("run", "--detach", *LABELS, "--name", NAME, "--entrypoint", "sh", IMAGE, "-c", "true")
    podman("wait", NAME)
    await provider(tmp_path).provision(order())
    assert podman("inspect", "--format", "{{.State.Running}}", NAME) == "true"
    await provider(tmp_path).destroy(order())


@pytest.mark.usefixtures("containered")
@pytest.mark.parametrize("image", [BARE, "localhost/octotui-there-is-none:1"])
async def test_w12_an_image_that_cannot_be_run_is_one_sentence_and_leaves_nothing(
    image: str, tmp_path: Path
) -> None:
    with pytest.raises(ProviderError, match=f"the image {image} could not be run: exit code ") as said:
        await provider(tmp_path).provision(order(image))
    assert "\n" not in str(said.value)
    await provider(tmp_path).destroy(order(image))
    assert containers(f"name={NAME}") == []


@pytest.mark.usefixtures("containered")
async def test_w12_what_octotui_has_not_made_is_not_removed(tmp_path: Path) -> None:
    podman("run", "--detach", "--name", NAME, "--entrypoint", "sh", IMAGE, "-c", "sleep 60")
    with pytest.raises(ProviderError, match="none that octotui has made for this space"):
        await provider(tmp_path).destroy(order())
    assert containers(f"name={NAME}") == [NAME]
    for option in ("--all", "-a"):
        await provider(tmp_path).destroy(replace(order(), machine=option))
    assert containers(f"name={NAME}") == [NAME]
    podman("rm", "--force", NAME)
    await provider(tmp_path).provision(order())
    with pytest.raises(ProviderError, match="none that octotui has made for this space"):
        await provider(tmp_path).destroy(replace(order(), space="other"))
    await provider(tmp_path).destroy(order())
    assert containers(f"name={NAME}") == []


async def test_w12_without_an_engine_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProviderError, match="install podman or docker"):
        await provider(tmp_path).provision(order())
