import asyncio
from pathlib import Path

import pytest

from octotui.store.packages.shared_downloads import SharedDownloads


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
        async with shared.fetched(part, fetch) as digest:
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
        async with shared.fetched(part, fetch):
            raise ValueError

    ends = await asyncio.gather(install(), install(), return_exceptions=True)
    assert [type(each) for each in ends] == [OSError, OSError]
    assert part.exists()
    with pytest.raises(ValueError):  # noqa: PT011 - its own
        await install()
    assert part.exists()
