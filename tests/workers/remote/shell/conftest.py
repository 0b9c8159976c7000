from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from octotui.workers import reaching
from octotui.workers.remote.shell.machine import ShellMachine
from tests.workers.local_transport import LocalTransport
from tests.workers.shell_machines import DeclaredShellMachines, by_busybox, by_dash


@pytest.fixture(params=[by_dash, by_busybox], ids=["dash", "busybox"])
async def machines(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[DeclaredShellMachines]:
    """Machines without Python, in folders of this one."""
    monkeypatch.setattr(reaching, "FIRST", 0.01)
    monkeypatch.setattr(reaching, "MOST", 0.01)
    made: DeclaredShellMachines = request.param(lambda worker: tmp_path / worker)
    yield made
    made.transport.is_away = False
    await made.close()


@pytest.fixture
def way(machines: DeclaredShellMachines) -> LocalTransport:
    return machines.transport


@pytest.fixture
def machine(machines: DeclaredShellMachines) -> ShellMachine:
    return machines.machine("worker1", None)
