"""What installing needs of a package cache is this contract alone."""

import asyncio
from pathlib import Path

import pytest

from octotui.model.space import Feed
from octotui.store.cancellation import Cancellation
from octotui.store.packages.installer import PackageError, PackageHost, acquire, provide
from octotui.store.packages.manifest import Manifests
from octotui.workers.simulated_machine import SimulatedPackageStore
from tests.store.acquiring import zipped


class FarStore(SimulatedPackageStore):
    """A cache elsewhere, which is sent what was fetched, and fails when it is told to."""

    def __init__(self, staging: Path) -> None:
        super().__init__()
        self.staging = staging
        self.sent: list[bytes] = []
        self.copied: list[str] = []

    def archive(self, package: str, name: str) -> Path:
        return self.staging / package / name

    async def install(self, package, version, archive, stopping):  # type: ignore[no-untyped-def]
        self.sent.append(archive.read_bytes())
        archive.unlink()
        return await super().install(package, version, archive, stopping)

    async def copy(self, package, version, manifest, target, stopping):  # type: ignore[no-untyped-def]
        self.copied.append(target)


async def test_p2_a_cache_elsewhere_is_sent_the_fetched_file_once(tmp_path: Path) -> None:
    """P2: its manifest stays here, and the copies are made there."""
    source = zipped(tmp_path / "tools.1.2.0.zip", ("tool", b"1"))
    store, manifests = FarStore(tmp_path / "staging"), Manifests(tmp_path / "manifests")
    host, feeds, told = PackageHost(store, manifests), (Feed(directory=str(tmp_path)),), list[str]()
    for _ in range(2):
        assert await acquire(feeds, "tools", "1.2.0", host, told.append, Cancellation()) == ""
    assert store.sent == [source.read_bytes()]
    assert told[-1] == "tools 1.2.0 is in the cache"
    assert manifests.read("tools", "1.2.0") is not None
    await provide(feeds, "tools", "1.2.0", host, "extracted/1", Cancellation())
    assert store.copied == ["extracted/1"]
    assert not any((tmp_path / "staging").glob("*/*"))


async def test_p3_a_cache_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    class Full(FarStore):
        async def install(self, *_: object):  # type: ignore[no-untyped-def]
            raise OSError(28, "No space left on device")

    zipped(tmp_path / "tools.1.2.0.zip", ("tool", b"1"))
    host = PackageHost(Full(tmp_path / "staging"), Manifests(tmp_path / "manifests"))
    with pytest.raises(PackageError, match=r"^tools 1\.2\.0 cannot be used: No space left on device$"):
        await asyncio.wait_for(
            acquire((Feed(directory=str(tmp_path)),), "tools", "1.2.0", host, print, Cancellation()), 10
        )
    assert Manifests(tmp_path / "manifests").packages() == frozenset()
