import asyncio
import threading
from pathlib import Path

import pytest

from octotui.store.archives.entries import ArchiveError
from octotui.store.cancellation import Cancellation, Cancelled
from octotui.store.packages import shared_downloads
from octotui.store.packages.shared_downloads import SharedDownloads

GO = Cancellation()


async def test_p2_a_file_is_fetched_once_and_goes_with_the_last_who_needs_it(tmp_path: Path) -> None:
    shared, part, count = SharedDownloads(), tmp_path / "part", 0
    go = asyncio.Event()

    async def fetch() -> str:
        nonlocal count
        count += 1
        await asyncio.sleep(0.01)
        part.write_text("x")
        return "digest"

    async def install(wait: bool) -> str:
        async with shared.fetched(part, fetch, GO) as digest:
            if wait:
                await go.wait()
            return digest

    slow = asyncio.create_task(install(wait=True))
    assert await asyncio.gather(*(install(wait=False) for _ in range(5))) == ["digest"] * 5
    assert part.exists()
    go.set()
    await slow
    assert (count, part.exists()) == (1, False)


async def test_p2_who_waits_fetches_where_the_first_could_not_and_a_part_stays(tmp_path: Path) -> None:
    shared, part, tries = SharedDownloads(), tmp_path / "part", 0

    async def fetch() -> str:
        nonlocal tries
        tries += 1
        part.write_text("half")
        await asyncio.sleep(0)
        if tries < 3:
            raise OSError(28, "No space left on device")
        return "digest"

    async def install() -> None:
        async with shared.fetched(part, fetch, GO):
            raise ValueError

    ends = await asyncio.gather(install(), install(), return_exceptions=True)
    assert [type(each) for each in ends] == [OSError, OSError]
    assert part.exists()
    with pytest.raises(ValueError):  # noqa: PT011 - its own
        await install()
    assert part.exists()


async def test_p2_who_comes_while_a_file_is_removed_fetches_it_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, part, removing, go = SharedDownloads(), tmp_path / "part", threading.Event(), threading.Event()
    forget = shared_downloads.forget

    def slow(path: Path) -> None:
        removing.set()
        assert go.wait(10)
        forget(path)

    monkeypatch.setattr(shared_downloads, "forget", slow)

    async def fetch() -> str:
        part.write_text("x")
        return "digest"

    async def install() -> bool:
        async with shared.fetched(part, fetch, GO):
            await asyncio.sleep(0.01)
            return part.exists()

    first = asyncio.create_task(install())
    await asyncio.to_thread(removing.wait)
    second = asyncio.create_task(install())
    await asyncio.sleep(0.01)
    go.set()
    assert await asyncio.gather(first, second) == [True, True]
    assert not part.exists()


async def test_p2_who_waits_for_a_download_can_be_stopped(tmp_path: Path) -> None:
    shared, part, stopping, go = SharedDownloads(), tmp_path / "part", Cancellation(), asyncio.Event()

    async def fetch() -> str:
        await go.wait()
        return "digest"

    async def install(stopping: Cancellation) -> str:
        async with shared.fetched(part, fetch, stopping) as digest:
            return digest

    first, second = asyncio.create_task(install(GO)), asyncio.create_task(install(stopping))
    await asyncio.sleep(0)
    stopping.stop()
    with pytest.raises(Cancelled):
        await asyncio.wait_for(second, 5)
    go.set()
    assert await first == "digest"


async def test_p2_a_file_that_is_no_package_does_not_stay(tmp_path: Path) -> None:
    shared, part = SharedDownloads(), tmp_path / "part"

    async def fetch() -> str:
        part.write_text("x")
        return "digest"

    with pytest.raises(ArchiveError):
        async with shared.fetched(part, fetch, GO):
            raise ArchiveError
    assert not part.exists()
