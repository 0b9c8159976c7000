from pathlib import Path

import pytest

from octotui.workers.machine import Unreachable
from octotui.workers.remote.channel import MachineChannel
from octotui.workers.remote.worker_directory import WorkerDirectory
from tests.workers.local_transport import LocalTransport


async def test_a_directory_is_absolute_once_it_was_reached(tmp_path: Path, way: LocalTransport) -> None:
    channel = MachineChannel(way)
    directory = WorkerDirectory(channel, "a/b")
    at = await directory.reached()
    assert at.path == directory.path == str(tmp_path / "account" / "a" / "b")
    assert (await directory.reached()) is at
    assert (Path(at.helpers) / "octopus.sh").exists()
    same = WorkerDirectory(channel, at.path)
    assert await same.agents("space") is await directory.agents("space")
    assert await same.agents("another") is not await directory.agents("space")
    await channel.close()


async def test_v5_a_directory_that_everybody_can_write_to_is_refused(
    tmp_path: Path, way: LocalTransport
) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    channel = MachineChannel(way)
    await channel.open("a")
    with pytest.raises(Unreachable, match="open cannot be used: everybody can write to"):
        await WorkerDirectory(channel, str(tmp_path / "open")).reached()
    await channel.close()
