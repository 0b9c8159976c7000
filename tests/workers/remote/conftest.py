from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from octotui.workers import reaching
from octotui.workers.remote.machine import RemoteMachine
from tests.workers.agents import end_agents
from tests.workers.local_transport import DeclaredMachines, LocalTransport


@pytest.fixture
async def machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DeclaredMachines]:
    """Machines elsewhere, in folders of this one."""
    monkeypatch.setattr(reaching, "FIRST", 0.01)
    monkeypatch.setattr(reaching, "MOST", 0.01)
    made = DeclaredMachines(lambda worker: tmp_path / worker)
    yield made
    made.transport.is_away = False
    await made.close()
    end_agents(tmp_path)


@pytest.fixture
def way(machines: DeclaredMachines) -> LocalTransport:
    return machines.transport


@pytest.fixture
def machine(machines: DeclaredMachines) -> RemoteMachine:
    return machines.machine("worker1", None)
