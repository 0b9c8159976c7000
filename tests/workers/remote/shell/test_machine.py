"""M1: machines without Python keep the contract; see also `tests/workers/conformance.py`."""

import asyncio
from pathlib import Path

from octotui.workers.remote.shell.machine import ShellMachines
from octotui.workers.remote.unpacked_archives import UnpackedArchives
from tests.workers.local_transport import LocalTransport


async def test_m1_the_default_directory_is_below_the_home(tmp_path: Path) -> None:
    way = LocalTransport(tmp_path)
    machines = ShellMachines(lambda worker: way, "space", UnpackedArchives(tmp_path))
    machine = machines.machine("w", None)
    assert machine.latency is None
    await machine.boot()
    assert Path(machine.directory) == tmp_path / ".local/share/octotui/space/w"
    assert (tmp_path / ".local/share/octotui/space/w").stat().st_mode & 0o777 == 0o700
    await machines.close()


async def test_m1_ways_are_closed_all_at_once(tmp_path: Path) -> None:
    """One that does not answer holds up no other."""
    together = asyncio.Barrier(2)

    class Slow(LocalTransport):
        async def close(self) -> None:
            await together.wait()

    ways = {name: Slow(tmp_path / name) for name in ("a", "b")}
    machines = ShellMachines(ways.__getitem__, "space", UnpackedArchives(tmp_path))
    for each in ways:
        machines.machine(each, None)
    await asyncio.wait_for(machines.close(), 5)
