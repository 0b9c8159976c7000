"""P2, P4: packages by a shell; see also `tests/workers/conformance.py`."""

import asyncio
import os
import tarfile
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from octotui.store.archives.entries import ArchiveError
from octotui.store.cancellation import Cancellation, Cancelled
from octotui.store.packages.manifest import PackageManifest
from octotui.workers.machine import Unreachable
from octotui.workers.remote.shell import package_store, sending
from octotui.workers.remote.shell.machine import ShellMachine
from tests.workers.local_transport import LocalTransport

GO = Cancellation()
LARGE = os.urandom(3 << 20)


def archive(machine: ShellMachine, name: str = "tools.1.0.zip") -> Path:
    path = machine.packages.archive("tools", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as file:
        for each in ("a", "b/large", "c"):
            file.writestr(each, LARGE if "large" in each else each)
        file.writestr("empty", "")
    return path


async def install(machine: ShellMachine, path: Path, stopping: Cancellation = GO) -> PackageManifest:
    async with machine.packages.lock("tools", "1.0", stopping):
        return await machine.packages.install("tools", "1.0", path, stopping)


@pytest.mark.parametrize("cut", [10_000, 500_000, 2_900_000])
async def test_p2_a_transfer_is_resumed_after_a_cut(
    machine: ShellMachine,
    way: LocalTransport,
    monkeypatch: pytest.MonkeyPatch,
    cut: int,
) -> None:
    monkeypatch.setattr(sending, "LARGE", 1 << 20)
    path = archive(machine)
    await machine.boot()
    way.cut_writing = cut
    with pytest.raises(Unreachable):
        await install(machine, path)
    assert path.exists()  # it need not be fetched again
    assert await machine.packages.held() == set()
    way.cut_writing = 3_200_000 - cut + 700_000  # what is there is not sent again
    manifest = await install(machine, path)
    assert way.cuts == 1
    assert await machine.packages.change("tools", "1.0", manifest, GO) == ""


async def test_p4_an_archive_is_refused_before_anything_is_sent(machine: ShellMachine) -> None:
    path = machine.packages.archive("tools", "tools.1.0.tar.gz")
    path.parent.mkdir(parents=True)
    with tarfile.open(path, "w:gz") as file:
        file.addfile(tarfile.TarInfo("../evil"), BytesIO())
    with pytest.raises(ArchiveError):
        await install(machine, path)
    assert await machine.packages.held() == set()


async def test_p4_modes_times_names_and_links_are_those_of_the_archive(
    machine: ShellMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LARGE", 1 << 20)
    path = machine.packages.archive("tools", "tools.1.0.tar")
    path.parent.mkdir(parents=True)
    names = ("bin/tool", "large", "größe $x 'y\" \\n", "-rf", "x" * 120 + "/" + "y" * 120)
    with tarfile.open(path, "w") as file:
        for name in names:
            tool = tarfile.TarInfo(name)
            tool.mode, tool.mtime, tool.size = 0o755, 1_000_000_000, len(LARGE) if name == "large" else 0
            file.addfile(tool, BytesIO(LARGE))
        link = tarfile.TarInfo("tool")
        link.type, link.linkname = tarfile.SYMTYPE, "bin/tool"
        file.addfile(link)
    manifest = await install(machine, path)
    assert await machine.packages.change("tools", "1.0", manifest, GO) == ""
    await machine.packages.copy("tools", "1.0", manifest, "extracted/x", GO)
    copied = tmp_path / "worker1" / "extracted" / "x"
    assert (copied / "tool").readlink() == Path("bin/tool")
    for name in names:
        assert (copied / name).stat().st_mtime == 1_000_000_000
        assert (copied / name).stat().st_mode & 0o777 == 0o755
    with pytest.raises(OSError, match="cannot be copied"):
        await machine.packages.copy("tools", "1.0", manifest, "extracted/x", GO)
    assert (copied / "tool").is_symlink()  # a copy that is there stays


@pytest.mark.parametrize("change", [
    lambda package: (package / "a").write_text("b"),
    lambda package: (package / "a").chmod(0o777),
    lambda package: (package / "b" / "large").unlink(),
    lambda package: (package / "b" / "more").touch(),
    lambda package: ((package / "c").unlink(), (package / "c").symlink_to("a")),
    lambda package: (package / "b").chmod(0o777),
    lambda package: package.chmod(0o777),
])  # fmt: skip
async def test_p4_any_change_is_found(machine: ShellMachine, tmp_path: Path, change) -> None:  # type: ignore[no-untyped-def]
    manifest = await install(machine, archive(machine))
    change(tmp_path / "worker1" / "packages" / "tools" / "1.0")
    assert await machine.packages.change("tools", "1.0", manifest, GO)


async def test_p2_a_transfer_is_given_up_when_its_job_is_stopped(
    machine: ShellMachine, way: LocalTransport
) -> None:
    stopping, path = Cancellation(), archive(machine)
    await machine.boot()
    way.delay = 0.05
    asyncio.get_running_loop().call_later(0.3, stopping.stop)
    with pytest.raises(Cancelled):
        await install(machine, path, stopping)
    way.delay = 0.0
    assert await machine.packages.held() == set()


async def test_p2_a_lock_whose_holder_is_silent_is_broken(
    machine: ShellMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package_store, "REFRESH", 0.05)
    lock, stopping = tmp_path / "worker1" / "packages" / ".tools.1.0.held", Cancellation()
    lock.mkdir(parents=True)
    asyncio.get_running_loop().call_later(0.5, stopping.stop)
    with pytest.raises(Cancelled):
        async with machine.packages.lock("tools", "1.0", stopping):
            raise AssertionError
    os.utime(lock, (0, 0))
    async with machine.packages.lock("tools", "1.0", GO):
        os.utime(lock, (0, 0))
        async with asyncio.timeout(20):
            while lock.stat().st_mtime == 0:  # until it is refreshed
                await asyncio.sleep(0.02)
    assert [each.name for each in lock.parent.iterdir()] == []


async def test_p2_the_packages_used_longest_ago_go_first(machine: ShellMachine, tmp_path: Path) -> None:
    manifest = await install(machine, archive(machine))
    cache = tmp_path / "worker1" / "packages"
    for version in ("2.0", "3.0"):
        async with machine.packages.lock("tools", version, GO):
            await machine.packages.install("tools", version, archive(machine), GO)
    for used, version in enumerate(("2.0", "1.0", "3.0")):
        await machine.packages.record_use("tools", version)
        os.utime(cache / "tools" / f".{version}.size", (used, used))
    size = sum(each.size for each in manifest.files.values())
    assert await machine.packages.evict(3 * size, set) == ()
    assert await machine.packages.evict(size, lambda: {("tools", "1.0")}) == (
        ("tools", "2.0"),
        ("tools", "3.0"),
    )
    assert await machine.packages.held() == {("tools", "1.0")}
    (cache / "tools" / ".1.0.size").unlink()
    await machine.packages.record_use("tools", "1.0")
    assert int((cache / "tools" / ".1.0.size").read_text()) == size


async def test_p2_one_that_does_not_fit_is_refused(
    machine: ShellMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package_store, "RESERVE", 1 << 60)
    with pytest.raises(ArchiveError, match="make room"):
        await install(machine, archive(machine))


@pytest.mark.parametrize("size", [b"9" * 5000, b"-1", b"x", b""])
def test_m1_a_size_that_is_none_is_no_package(size: bytes) -> None:
    assert package_store._note(size + b" 7 tools/.1.0.size") is None
    assert package_store._note(b"7 " + size + b" tools/.1.0.size") is None
    assert package_store._note(b"5 7 tools/.1.0.size") == (5, 7, "tools", "1.0")
