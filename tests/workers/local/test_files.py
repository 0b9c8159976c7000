"""M1: files of this machine; the contract is in `conformance`."""

import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from octotui.workers.local import files as local_files
from octotui.workers.local.files import LocalFiles
from octotui.workers.machine import FileError

SHA = hashlib.sha256(b"x").hexdigest()


async def x() -> AsyncIterator[bytes]:
    yield b"x"


async def test_i9_what_is_made_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        await LocalFiles(str(tmp_path / "worker")).put("in/file", x(), SHA)
    finally:
        os.umask(before)
    for path in ("worker", "worker/in", "worker/in/file"):
        assert (tmp_path / path).stat().st_mode & 0o077 == 0
    assert [each.name for each in (tmp_path / "worker" / "in").iterdir()] == ["file"]


async def test_the_directory_itself_may_be_a_link(tmp_path: Path) -> None:
    """The model says it, and whoever may write to it is judged there (R9)."""
    (tmp_path / "real").mkdir()
    (tmp_path / "worker").symlink_to(tmp_path / "real")
    await LocalFiles(str(tmp_path / "worker")).put("file", x(), SHA)
    assert (tmp_path / "real" / "file").read_bytes() == b"x"


async def test_r6_a_listing_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_files, "MOST", 3)
    (tmp_path / "in").mkdir()
    for number in range(4):
        (tmp_path / "in" / str(number)).touch()
    with pytest.raises(FileError, match="holds more than 3 files"):
        await LocalFiles(str(tmp_path)).list("in")


async def test_a_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(local_files, "write_all", full)
    with pytest.raises(FileError, match=r"^in/file cannot be used: No space left on device$"):
        await LocalFiles(str(tmp_path)).put("in/file", x(), SHA)


async def test_what_cannot_be_removed_ends_nothing(tmp_path: Path) -> None:
    files = LocalFiles(str(tmp_path / "nowhere"))
    await files.remove("in/file")
    assert await files.list("in") == ()
    assert await files.received("in/file", SHA) == 0
    assert await files.free() > 0
    assert not (tmp_path / "nowhere").exists()


async def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    files, before = LocalFiles(str(tmp_path)), len([*Path("/dev/fd").iterdir()])
    await files.put("in/file", x(), SHA)
    content = files.get("in/file")
    assert await anext(content) == b"x"
    await content.aclose()
    for path in ("in/missing", "in/file/deeper"):
        with pytest.raises(FileError):
            await anext(files.get(path))
    await files.remove("in")
    assert len([*Path("/dev/fd").iterdir()]) == before
