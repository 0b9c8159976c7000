"""Workers that are containers; what each machine promises is in tests/workers/conformance.py."""

from pathlib import Path

import pytest

from octotui.model.machines.accounts import Endpoint
from octotui.model.machines.endpoints import endpoint_problem
from octotui.workers.container.machines import ContainerKinds


def test_one_kind_for_each_container(tmp_path: Path) -> None:
    kinds = ContainerKinds("space", tmp_path)
    assert kinds.of("container://one") is kinds.of("container://one")
    assert kinds.of("container://one") is not kinds.of("container://two")


@pytest.mark.parametrize(("written", "why"), [
    ("container://build-1.x_y", ""),
    ("container://", 'The name of a container has letters, digits, "-", "_" and "." alone'),
    ("container://-x", 'The name of a container has letters, digits, "-", "_" and "." alone'),
    ("docker://x", 'There is no way to machines by "docker"; write "local", "ssh://user@host" or'),
])  # fmt: skip
def test_an_endpoint_is_the_name_of_a_container(written: str, why: str) -> None:
    assert endpoint_problem(written).startswith(why)
    assert bool(endpoint_problem(written)) == bool(why)
    assert Endpoint(written).is_container == written.startswith("container://")
