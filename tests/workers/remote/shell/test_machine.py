"""M1: machines without Python keep the contract; see also `tests/workers/conformance.py`."""

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
