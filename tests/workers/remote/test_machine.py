from pathlib import Path

from octotui.workers.machine import Machine, MachineKind
from octotui.workers.remote.machine import RemoteMachines
from tests.workers.agents import end_agents
from tests.workers.local_transport import LocalTransport


async def test_the_directory_is_below_the_home_of_the_account(tmp_path: Path) -> None:
    way = LocalTransport(tmp_path / "home")
    kind: MachineKind = RemoteMachines(lambda worker: way, "space", tmp_path / "fetched")
    machine: Machine = kind.machine("worker1", None)
    assert machine.directory == ".local/share/octotui/space/worker1"
    facts = await machine.facts(["sh"])
    assert machine.directory == str(tmp_path / "home" / ".local/share/octotui/space/worker1")
    assert (facts.shells["sh"], await machine.boot()) == (facts.tools["sh"], facts.boot)
    assert kind.machine("worker1", None) is machine
    await kind.close()
    end_agents(tmp_path)
