import asyncio
import zipfile
from pathlib import Path

import pytest

from octotui.store.archives.entries import ArchiveError
from octotui.store.cancellation import Cancellation
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
    assert (len(count), list(tmp_path.iterdir())) == (1, [])


async def test_p2_one_that_could_not_be_sent_stays_and_one_that_is_refused_does_not(tmp_path: Path) -> None:
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
    assert list(tmp_path.iterdir()) == []
