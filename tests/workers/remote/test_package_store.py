"""P2, P4: packages elsewhere; see also `tests/workers/conformance.py`."""

import asyncio
import os
import tarfile
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from octotui.model.space import Feed
from octotui.store.archives.entries import ArchiveError
from octotui.store.cancellation import Cancellation, Cancelled
from octotui.store.packages import installer
from octotui.store.packages.feeds import PackageFile
from octotui.store.packages.installer import PackageHost
from octotui.store.packages.manifest import Manifests, PackageManifest
from octotui.store.packages.shared_downloads import SharedDownloads
from octotui.workers.machine import Unreachable
from octotui.workers.remote.machine import RemoteMachine
from tests.workers.local_transport import DeclaredMachines, LocalTransport

GO = Cancellation()
LARGE = os.urandom(3 << 20)


def archive(machine: RemoteMachine, name: str = "tools.1.0.zip") -> Path:
    path = machine.packages.archive("tools", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as file:
        for each in ("a", "b/large", "c"):
            file.writestr(each, LARGE if "large" in each else each)
        file.writestr("empty", "")
    return path


async def install(machine: RemoteMachine, path: Path, stopping: Cancellation = GO) -> PackageManifest:
    async with machine.packages.lock("tools", "1.0", stopping):
        return await machine.packages.install("tools", "1.0", path, stopping)


@pytest.mark.parametrize("cut", [1000, 500_000, 2_900_000])
async def test_p2_a_transfer_is_resumed_after_a_cut(
    machine: RemoteMachine, way: LocalTransport, tmp_path: Path, cut: int
) -> None:
    path = archive(machine)
    await machine.boot()
    way.cut_writing = cut
    with pytest.raises(Unreachable):
        await install(machine, path)
    assert path.exists()  # it need not be fetched again
    assert await machine.packages.held() == set()
    manifest = await install(machine, path)
    assert way.cuts == 1
    assert await machine.packages.change("tools", "1.0", manifest, GO) == ""
    assert [each.name for each in (tmp_path / "fetched").rglob("*") if each.is_file()] == [path.name]


async def test_p4_an_archive_is_refused_before_anything_is_sent(machine: RemoteMachine) -> None:
    path = machine.packages.archive("tools", "tools.1.0.tar.gz")
    path.parent.mkdir(parents=True)
    with tarfile.open(path, "w:gz") as file:
        file.addfile(tarfile.TarInfo("../evil"), BytesIO())
    with pytest.raises(ArchiveError):
        await install(machine, path)
    assert await machine.packages.held() == set()


async def test_p2_a_package_is_read_once_and_sent_to_several(
    machines: DeclaredMachines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed, read = tmp_path / "feed", list[Path]()
    feed.mkdir()
    with zipfile.ZipFile(feed / "tools.1.0.zip", "w") as file:
        file.writestr("large", LARGE)
    fetch = installer.fetch

    def counted(package: PackageFile, part: Path, stopping: Cancellation) -> str:
        read.append(part)
        return fetch(package, part, stopping)

    monkeypatch.setattr(installer, "fetch", counted)
    feeds, shared = [Feed(directory=str(feed))], SharedDownloads()
    workers = [machines.machine(f"worker{each}", None) for each in range(3)]
    hosts = [
        PackageHost(each.packages, Manifests(tmp_path / "manifests" / str(number)), None, shared)
        for number, each in enumerate(workers)
    ]
    await asyncio.gather(
        *(installer.acquire(feeds, "tools", "1.0", each, lambda line: None, GO) for each in hosts)
    )
    assert [await each.packages.held() for each in workers] == [{("tools", "1.0")}] * 3
    assert len(read) == 1
    assert not read[0].exists()


async def test_modes_times_and_links_are_those_of_the_archive(machine: RemoteMachine, tmp_path: Path) -> None:
    path = machine.packages.archive("tools", "tools.1.0.tar")
    path.parent.mkdir(parents=True)
    with tarfile.open(path, "w") as file:
        tool = tarfile.TarInfo("bin/tool")
        tool.mode, tool.mtime = 0o755, 1_000_000_000
        file.addfile(tool, BytesIO())
        link = tarfile.TarInfo("tool")
        link.type, link.linkname = tarfile.SYMTYPE, "bin/tool"
        file.addfile(link)
    manifest = await install(machine, path)
    await machine.packages.copy("tools", "1.0", manifest, "extracted/x", GO)
    copied = tmp_path / "worker1" / "extracted" / "x"
    assert (copied / "tool").readlink() == Path("bin/tool")
    assert (copied / "bin" / "tool").stat().st_mtime == 1_000_000_000
    assert (copied / "bin" / "tool").stat().st_mode & 0o777 == 0o755


async def test_p2_a_transfer_is_given_up_when_its_job_is_stopped(
    machine: RemoteMachine, way: LocalTransport
) -> None:
    stopping, path = Cancellation(), archive(machine)
    await machine.boot()
    way.delay = 0.05
    asyncio.get_running_loop().call_later(0.3, stopping.stop)
    with pytest.raises(Cancelled):
        await install(machine, path, stopping)
    way.delay = 0.0
    assert await machine.packages.held() == set()


async def cut_while_locked(machine: RemoteMachine, way: LocalTransport) -> None:
    async with machine.packages.lock("tools", "1.0", GO):
        way.cut()
        await machine.packages.held()


async def test_m1_a_lock_is_lost_with_the_way_and_free_for_the_next(
    machine: RemoteMachine, way: LocalTransport
) -> None:
    with pytest.raises(Unreachable):
        await cut_while_locked(machine, way)
    async with machine.packages.lock("tools", "1.0", GO):
        pass
