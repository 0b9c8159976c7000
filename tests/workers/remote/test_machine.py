import asyncio
from pathlib import Path

import pytest

from octotui.workers.machine import AttemptKey, Machine, MachineKind
from octotui.workers.remote.machine import RemoteMachines
from octotui.workers.remote.unpacked_archives import UnpackedArchives
from tests.workers.agents import end_agents
from tests.workers.jobs import work
from tests.workers.local_transport import DeclaredMachines, LocalTransport
from tests.workers.remote.test_package_store import GO, archive, install
from tests.workers.test_agent_program import PYTHONS


@pytest.mark.parametrize("python", PYTHONS)
async def test_m1_any_python_from_3_8_on_is_enough(tmp_path: Path, python: str) -> None:
    """M1: for attempts, files, packages and workspaces."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "python3").write_text(f'#!/bin/sh\nexec {python} "$@"\n')
    (folder / "python3").chmod(0o755)
    environment = {"PATH": f"{folder}:/usr/bin:/bin"}
    kind = DeclaredMachines(lambda worker: tmp_path / worker, lambda home: LocalTransport(home, environment))
    machine, key, printed = kind.machine("worker1", None), AttemptKey("space", "job-1"), bytearray()
    assert (await machine.facts()).python == python
    await machine.processes.start(key, work(tmp_path, "echo one; touch two", shell="sh"), "{}")
    end = await machine.processes.follow(key, printed.extend)
    assert (end.outcome.state, bytes(printed)) == ("succeeded", b"one\n")
    files = machine.processes.workspace(key)
    assert files is not None
    assert await files.save(tmp_path / "saved") is None
    manifest = await install(machine, archive(machine))
    assert await machine.packages.change("tools", "1.0", manifest, GO) == ""
    await machine.packages.copy("tools", "1.0", manifest, "extracted/x", GO)
    assert {each.path for each in await machine.files.list("extracted", deep=True)} >= {"extracted/x/a"}
    await machine.packages.record_use("tools", "1.0")
    assert await machine.packages.evict(0, set) == (("tools", "1.0"),)
    await kind.close()
    end_agents(tmp_path)


async def test_the_directory_is_below_the_home_of_the_account(tmp_path: Path) -> None:
    way = LocalTransport(tmp_path / "home")
    kind: MachineKind = RemoteMachines(lambda worker: way, "space", UnpackedArchives(tmp_path / "fetched"))
    machine: Machine = kind.machine("worker1", None)
    assert machine.directory == ".local/share/octotui/space/worker1"
    facts = await machine.facts(["sh"])
    assert machine.directory == str(tmp_path / "home" / ".local/share/octotui/space/worker1")
    assert (facts.shells["sh"], await machine.boot()) == (facts.tools["sh"], facts.boot)
    assert kind.machine("worker1", None) is machine
    await kind.close()
    end_agents(tmp_path)


async def test_m1_ways_are_closed_all_at_once(tmp_path: Path) -> None:
    """One that does not answer holds up no other."""
    together = asyncio.Barrier(2)

    class Slow(LocalTransport):
        async def close(self) -> None:
            await together.wait()

    ways = {name: Slow(tmp_path / name) for name in ("a", "b")}
    machines = RemoteMachines(ways.__getitem__, "space", UnpackedArchives(tmp_path))
    for each in ways:
        machines.machine(each, None)
    await asyncio.wait_for(machines.close(), 5)
