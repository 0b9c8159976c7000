"""P4: an attempt has a package to itself, and just as it was extracted."""

import os
import stat
from pathlib import Path

import pytest

from octotui.store.cancellation import Cancellation, Cancelled
from octotui.store.directory import Directory
from octotui.store.packages import attempt_copy
from octotui.store.packages.attempt_copy import copy_package
from octotui.store.packages.manifest import PackageChanged, PackageManifest, survey

GO = Cancellation()
DATA = bytes(range(256)) * 9000


@pytest.fixture
def cached(tmp_path: Path) -> Path:
    root = tmp_path / "cached"
    (root / "bin").mkdir(parents=True)
    (root / "bin" / "tool").write_bytes(DATA)
    (root / "bin" / "tool").chmod(0o755)
    os.utime(root / "bin" / "tool", (1000, 1000))
    os.link(root / "bin" / "tool", root / "other")
    (root / "link").symlink_to("bin")
    (root / "empty").write_bytes(b"")
    return root


@pytest.fixture
def manifest(cached: Path) -> PackageManifest:
    with Directory(cached) as folder:
        return survey(folder, GO)


def test_p4_a_copy_is_the_same_and_nothing_is_shared(
    cached: Path, manifest: PackageManifest, tmp_path: Path
) -> None:
    before = os.umask(0o077)
    try:
        copy_package(cached, manifest, tmp_path / "copy", GO)
    finally:
        os.umask(before)
    copy = tmp_path / "copy"
    with Directory(copy) as folder:
        assert survey(folder, GO) == manifest
    assert (copy / "bin" / "tool").stat().st_mtime == 1000
    assert (copy / "bin" / "tool").stat().st_ino == (copy / "other").stat().st_ino
    assert (copy / "bin" / "tool").stat().st_ino != (cached / "bin" / "tool").stat().st_ino
    with (copy / "bin" / "tool").open("r+b") as file:
        file.write(b"changed")
    (copy / "bin" / "tool").chmod(0o777)
    assert (cached / "other").read_bytes() == DATA
    assert stat.S_IMODE((cached / "other").stat().st_mode) == 0o755


def test_p4_blocks_are_shared_where_the_file_system_can(
    cached: Path, manifest: PackageManifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P4: what was shared is compared as well; here a copy stands in for the file system's own."""
    asked = []

    def clone(copy: int, request: int, file: int) -> None:
        asked.append(request)
        os.sendfile(copy, file, 0, len(DATA) + 9)

    monkeypatch.setattr(attempt_copy.fcntl, "ioctl", clone)
    monkeypatch.setattr(attempt_copy, "write_all", lambda *_: pytest.fail("it was copied"))
    copy_package(cached, manifest, tmp_path / "copy", GO)
    assert set(asked) == {0x40049409}
    assert (tmp_path / "copy" / "other").read_bytes() == DATA
    (cached / "other").write_bytes(DATA[::-1])
    with pytest.raises(PackageChanged, match=r"^bin/tool$|^other$"):
        copy_package(cached, manifest, tmp_path / "again", GO)
    assert not (tmp_path / "again").exists()


def test_p4_a_file_system_that_cannot_is_asked_once(
    cached: Path, manifest: PackageManifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refuse(copy: int, request: int, file: int) -> None:
        asked.append(request)
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(attempt_copy.fcntl, "ioctl", refuse)
    copy_package(cached, manifest, tmp_path / "copy", GO)
    assert len(asked) == 1
    assert (tmp_path / "copy" / "other").read_bytes() == DATA


def test_p4_what_was_changed_or_put_there_is_not_copied(
    cached: Path, manifest: PackageManifest, tmp_path: Path
) -> None:
    (cached / "evil").write_text("evil")
    (cached / "link").unlink()
    (cached / "link").symlink_to("/etc")
    (cached / "bin" / "tool").chmod(0o4777)
    copy_package(cached, manifest, tmp_path / "copy", GO)
    with Directory(tmp_path / "copy") as folder:
        assert survey(folder, GO) == manifest
    (cached / "empty").unlink()
    (cached / "empty").symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic links"):
        copy_package(cached, manifest, tmp_path / "again", GO)
    assert not (tmp_path / "again").exists()


def test_p4_what_grows_is_copied_as_it_was(cached: Path, manifest: PackageManifest, tmp_path: Path) -> None:
    with (cached / "other").open("ab") as file:
        file.write(b"more")
    copy_package(cached, manifest, tmp_path / "copy", GO)
    assert (tmp_path / "copy" / "other").read_bytes() == DATA


def test_p4_files_that_became_one_are_still_two(
    cached: Path, manifest: PackageManifest, tmp_path: Path
) -> None:
    """P4: a hard link made in the cache is taken for one only where both should be the same."""
    (cached / "empty").unlink()
    os.link(cached / "other", cached / "empty")
    copy_package(cached, manifest, tmp_path / "copy", GO)
    with Directory(tmp_path / "copy") as folder:
        assert survey(folder, GO) == manifest


def test_q6_copying_is_stopped(cached: Path, manifest: PackageManifest, tmp_path: Path) -> None:
    stopping = Cancellation()
    stopping.stop()
    with pytest.raises(Cancelled):
        copy_package(cached, manifest, tmp_path / "copy", stopping)
    assert not (tmp_path / "copy").exists()


def test_p4_a_copy_that_is_there_is_not_written_to(
    cached: Path, manifest: PackageManifest, tmp_path: Path
) -> None:
    (tmp_path / "copy").symlink_to("elsewhere")
    with pytest.raises(FileExistsError):
        copy_package(cached, manifest, tmp_path / "copy", GO)
    assert not (tmp_path / "elsewhere").exists()
