import asyncio
import threading
import zipfile
from pathlib import Path

import pytest

from octotui.store.archives.entries import ArchiveError
from octotui.store.cancellation import Cancellation, Cancelled
from octotui.workers.remote import unpacked_archives
from octotui.workers.remote.unpacked_archives import UnpackedArchives

GO = Cancellation()


async def test_p2_an_archive_is_unpacked_once_and_goes_with_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archives, archive, count, unpack = (
        UnpackedArchives(tmp_path),
        tmp_path / "a.zip",
        [],
        unpacked_archives.unpack,
    )

    def counted(*given: object) -> None:
        count.append(given)
        unpack(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(unpacked_archives, "unpack", counted)
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("f", "good")

    async def send() -> str:
        async with archives.unpacked(archive, GO) as (content, manifest):
            assert list(manifest.files) == ["f"]
            await asyncio.sleep(0.02)
            return (content / "f").read_text()

    assert await asyncio.gather(send(), send(), send()) == ["good"] * 3
    assert (len(count), list(tmp_path.iterdir())) == (1, [archive])


async def test_p2_only_what_was_unpacked_goes(tmp_path: Path) -> None:
    archives, archive = UnpackedArchives(tmp_path), tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("f", "good")
    with pytest.raises(ZeroDivisionError):
        async with archives.unpacked(archive, GO):
            raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == [archive]
    archive.write_bytes(b"no archive")

    async def refused() -> None:
        async with archives.unpacked(archive, GO):
            raise AssertionError

    ends = await asyncio.gather(refused(), refused(), return_exceptions=True)
    assert [type(each) for each in ends] == [ArchiveError, ArchiveError]
    assert list(tmp_path.iterdir()) == [archive]


async def test_p2_who_comes_while_it_is_removed_unpacks_it_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archives, archive = UnpackedArchives(tmp_path), tmp_path / "a.zip"
    removing, go, remove_tree = threading.Event(), threading.Event(), unpacked_archives.remove_tree
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("f", "good")

    def slow(path: Path) -> None:
        if path.exists():
            removing.set()
            assert go.wait(10)
        remove_tree(path)

    monkeypatch.setattr(unpacked_archives, "remove_tree", slow)

    async def send() -> str:
        async with archives.unpacked(archive, GO) as (content, _):
            await asyncio.sleep(0.01)
            return (content / "f").read_text()

    first = asyncio.create_task(send())
    await asyncio.to_thread(removing.wait)
    second = asyncio.create_task(send())
    await asyncio.sleep(0.01)
    go.set()
    assert await asyncio.gather(first, second) == ["good"] * 2
    assert list(tmp_path.iterdir()) == [archive]


async def test_p2_who_waits_for_an_archive_can_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archives, archive, go, stopping = (
        UnpackedArchives(tmp_path),
        tmp_path / "a.zip",
        threading.Event(),
        Cancellation(),
    )
    unpack = unpacked_archives.unpack
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("f", "good")

    def slow(*given: object) -> None:
        assert go.wait(10)
        unpack(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(unpacked_archives, "unpack", slow)

    async def send(stopping: Cancellation) -> None:
        async with archives.unpacked(archive, stopping):
            pass

    first, second = asyncio.create_task(send(GO)), asyncio.create_task(send(stopping))
    await asyncio.sleep(0)
    stopping.stop()
    with pytest.raises(Cancelled):
        await asyncio.wait_for(second, 5)
    go.set()
    await first
