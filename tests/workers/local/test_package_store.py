"""P2: the cache of this machine in threads; the contract is in `conformance`."""

import asyncio
import threading
from pathlib import Path

import pytest

from octotui.store.cancellation import Cancellation
from octotui.store.packages import package_cache
from octotui.workers.local.package_store import LocalPackageStore, package_threads


async def test_q6_who_is_cancelled_ends_its_thread_before_it_gives_the_package_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Q6: two never unpack one package at once."""
    begun, stopping, ended = threading.Event(), Cancellation(), list[str]()

    def unpack(*_: object) -> None:
        begun.set()
        while not stopping.stopped:
            pass
        ended.append("unpacked")

    monkeypatch.setattr(package_cache, "install", unpack)
    store = LocalPackageStore(str(tmp_path), package_threads())

    async def install() -> None:
        async with store.lock("tools", "1.0", stopping):
            await store.install("tools", "1.0", tmp_path / "file", stopping)

    installing = asyncio.ensure_future(install())
    await asyncio.to_thread(begun.wait)
    installing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await installing
    assert ended == ["unpacked"]
    async with store.lock("tools", "1.0", Cancellation()):
        pass
