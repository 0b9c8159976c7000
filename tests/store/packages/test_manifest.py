"""P4: what is in the cache is compared with what was extracted, down to the last byte."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from octotui.store.cancellation import Cancellation, Cancelled
from octotui.store.directory import Directory
from octotui.store.packages.manifest import (
    FileRecord,
    PackageChanged,
    PackageManifest,
    read_manifest,
    survey,
    verify,
    write_manifest,
)

GO = Cancellation()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    root = tmp_path / "tools"
    (root / "bin").mkdir(parents=True)
    (root / "bin" / "tool").write_text("#!/bin/sh\n")
    (root / "bin" / "tool").chmod(0o755)
    (root / "empty").mkdir()
    (root / "link").symlink_to("bin/tool")
    os.link(root / "bin" / "tool", root / "other")
    return root


def surveyed(root: Path) -> PackageManifest:
    with Directory(root) as folder:
        return survey(folder, GO)


def changed(root: Path, manifest: PackageManifest) -> str:
    """The first thing that differs, or nothing."""
    try:
        with Directory(root) as folder:
            verify(folder, manifest, GO)
    except PackageChanged as change:
        return str(change) or "?"
    return ""


def test_p4_all_of_a_package_is_written_down(package: Path, tmp_path: Path) -> None:
    manifest = surveyed(package)
    digest = "a8076d3d28d21e02012b20eaf7dbf75409a6277134439025f282e368e3305abf"
    tool = FileRecord(0o755, 10, digest)
    modes = {name: stat.S_IMODE((package / name).stat().st_mode) for name in ("", "bin", "empty")}
    assert manifest == PackageManifest(modes, {"bin/tool": tool, "other": tool}, {"link": "bin/tool"})
    write_manifest(tmp_path / "kept" / "deep" / "m.json", manifest)
    assert read_manifest(tmp_path / "kept" / "deep" / "m.json") == manifest
    assert stat.S_IMODE((tmp_path / "kept" / "deep" / "m.json").stat().st_mode) == 0o600
    assert [each.name for each in (tmp_path / "kept" / "deep").iterdir()] == ["m.json"]
    assert changed(package, manifest) == ""


def swap(root: Path, name: str, target: str) -> None:
    (root / name).rename(root.parent / "away")
    (root / name).symlink_to(target)


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "longer": (lambda root: (root / "other").write_text("#!/bin/sh\nx"), "other"),
    "of the same length": (lambda root: (root / "other").write_text("#!/bin/zh\n"), "other"),
    "a mode": (lambda root: (root / "bin" / "tool").chmod(0o4755), "other"),
    "a folder's mode": (lambda root: (root / "empty").chmod(0o777), "empty"),
    "its own mode": (lambda root: root.chmod(0o777), "?"),
    "one more": (lambda root: (root / "bin" / "evil").touch(), "bin/evil"),
    "one more folder": (lambda root: (root / "empty" / "evil").mkdir(), "empty/evil"),
    "one less": (lambda root: (root / "bin" / "tool").unlink(), "bin/tool"),
    "one link less": (lambda root: (root / "link").unlink(), "link"),
    "a link elsewhere": (
        lambda root: ((root / "link").unlink(), (root / "link").symlink_to("/etc/passwd")),
        "link",
    ),
    "a file for a link": (lambda root: ((root / "link").unlink(), (root / "link").touch()), "link"),
    "a link for a file": (lambda root: swap(root, "other", "bin/tool"), "other"),
    "a link for a folder": (lambda root: swap(root, "empty", "bin"), "Not a directory"),
    "a pipe for a file": (lambda root: ((root / "other").unlink(), os.mkfifo(root / "other")), "other"),
    "a pipe beside": (lambda root: os.mkfifo(root / "pipe"), "pipe"),
    "a name that is no text": (
        lambda root: Path(os.fsdecode(os.fsencode(root) + b"/\xff")).touch(),
        "\udcff",
    ),
}


@pytest.mark.parametrize(("change", "first"), CHANGES.values(), ids=CHANGES)
def test_p4_whatever_was_changed_is_seen(package: Path, change: Callable[[Path], object], first: str) -> None:
    manifest = surveyed(package)
    change(package)
    assert changed(package, manifest) == first


def test_p4_a_package_that_has_gone_is_changed(package: Path) -> None:
    manifest = surveyed(package)
    with Directory(package) as folder:
        package.rename(package.with_name("away"))
        verify(folder, manifest, GO)  # it is the folder that was opened
        (package.with_name("away") / "bin" / "tool").unlink()
        with pytest.raises(PackageChanged):
            verify(folder, manifest, GO)


def test_p4_no_more_is_read_than_there_should_be(package: Path) -> None:
    """P4: a file that was made very large is not read to its end."""
    manifest = surveyed(package)
    os.truncate(package / "other", 1 << 40)
    assert changed(package, manifest) == "other"


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"folders": {}, "files": {"a": [1]}, "links": {}}', "\xff"]
)
def test_p4_a_manifest_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.json").write_text(text, "latin-1")
    assert read_manifest(tmp_path / "m.json") is None
    assert read_manifest(tmp_path / "nowhere.json") is None


def test_q6_verifying_is_stopped(package: Path) -> None:
    manifest = surveyed(package)
    stopping = Cancellation()
    stopping.stop()
    with Directory(package) as folder, pytest.raises(Cancelled):
        verify(folder, manifest, stopping)
