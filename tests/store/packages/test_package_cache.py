"""The cache of a worker: who gets a package, and what is removed when it is full."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from octotui.store.cancellation import Cancellation, Cancelled
from octotui.store.packages.manifest import Manifests, PackageManifest
from octotui.store.packages.package_cache import (
    evict,
    lock_package,
    package_path,
    part_of,
    remove,
    sweep,
    touch,
)


def put(cache: Path, package: str, version: str, size: int, used: float) -> Path:
    target = package_path(cache, package, version)
    (target / "in").mkdir(parents=True)
    (target / "in" / "file").write_bytes(bytes(size))
    touch(target)
    os.utime(target.with_name(f".{version}.size"), (used, used))
    return target


def test_what_was_needed_longest_ago_goes_first(tmp_path: Path) -> None:
    first, second, third = (put(tmp_path, "tools", f"1.{n}", 100, n) for n in range(3))
    other = put(tmp_path, "image", "2.0", 100, 0.5)
    touch(first)
    assert evict(tmp_path, 250, set) == (("image", "2.0"), ("tools", "1.1"))
    assert [each.exists() for each in (first, second, third, other)] == [True, False, True, False]
    assert sorted(each.name for each in (tmp_path / "tools").iterdir()) == [
        ".1.0.size",
        ".1.2.size",
        "1.0",
        "1.2",
    ]
    assert evict(tmp_path, 250, set) == ()


def test_what_an_open_run_needs_stays(tmp_path: Path) -> None:
    old, new = put(tmp_path, "tools", "1.0", 100, 1), put(tmp_path, "tools", "2.0", 100, 2)
    evict(tmp_path, 100, lambda: {("tools", "1.0")})
    assert (old.exists(), new.exists()) == (True, False)
    evict(tmp_path, 1, lambda: {("tools", "1.0")})
    assert old.exists()


def test_one_at_a_time_and_who_waits_can_be_stopped(tmp_path: Path) -> None:
    with lock_package(tmp_path, "tools", "1.0", Cancellation()):
        stopping = Cancellation()
        threading.Timer(0.05, stopping.stop).start()
        with pytest.raises(Cancelled), lock_package(tmp_path, "tools", "1.0", stopping):
            pass
        with lock_package(tmp_path, "tools", "2.0", Cancellation()):
            pass
    assert list(tmp_path.iterdir()) == []


def test_one_at_a_time_also_of_processes(tmp_path: Path) -> None:
    script = f"""
import pathlib
from octotui.store.packages.package_cache import lock_package
from octotui.store.cancellation import Cancellation
with lock_package(pathlib.Path({str(tmp_path)!r}), "tools", "1.0", Cancellation()):
    print("in", flush=True)
    input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "in\n"
        stopping = Cancellation()
        threading.Timer(0.05, stopping.stop).start()
        with pytest.raises(Cancelled), lock_package(tmp_path, "tools", "1.0", stopping):
            pass
        other.kill()
        with lock_package(tmp_path, "tools", "1.0", Cancellation()):  # whoever dies holds nothing
            pass


def test_half_done_downloads_are_kept_for_a_week(tmp_path: Path) -> None:
    parts = [part_of(tmp_path, "tools", f"tools.{n}.0.zip") for n in range(2)]
    parts[0].parent.mkdir(parents=True)
    for part, age in zip(parts, (8, 6), strict=True):
        part.touch()
        os.utime(part, (time.time() - age * 86400,) * 2)
    assert sweep(tmp_path) == set()
    assert [each.exists() for each in parts] == [False, True]


def test_what_packages_were_is_forgotten_with_them(tmp_path: Path) -> None:
    manifests = Manifests(tmp_path / "manifests")
    for version in ("1.0", "2.0"):
        manifests.write("tools", version, PackageManifest({}, {}, {}))
    put(tmp_path / "cache", "tools", "2.0", 1, 1)
    assert manifests.packages() == {("tools", "1.0"), ("tools", "2.0")}
    manifests.remove_all_but(sweep(tmp_path / "cache"))
    assert [each.name for each in (tmp_path / "manifests" / "tools").iterdir()] == ["2.0.json"]


@pytest.mark.parametrize("note", ["", "x", "9" * 5000, "1e9"], ids=range(4))
def test_r6_what_a_script_writes_over_a_note_ends_nothing(tmp_path: Path, note: str) -> None:
    """R6: the folder is within reach of scripts."""
    target = put(tmp_path, "tools", "1.0", 100, 1)
    target.with_name(".1.0.size").write_text(note)
    evict(tmp_path, 1, set)
    touch(target)
    assert target.with_name(".1.0.size").read_text() == "100"


def test_p4_a_link_in_the_place_of_a_note_is_not_written_through(tmp_path: Path) -> None:
    target = put(tmp_path / "cache", "tools", "1.0", 100, 1)
    (tmp_path / "victim").write_text("as it was")
    target.with_name(".1.0.size").unlink()
    target.with_name(".1.0.size").symlink_to(tmp_path / "victim")
    touch(target)
    assert (tmp_path / "victim").read_text() == "as it was"
    assert target.with_name(".1.0.size").read_text() == "100"


@pytest.mark.parametrize("kind", ["link", "file", "folder"])
def test_p4_whatever_has_the_name_of_a_package_is_removed_and_nothing_behind_it(
    tmp_path: Path, kind: str
) -> None:
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "file").touch()
    target = package_path(tmp_path / "cache", "tools", "1.0")
    target.parent.mkdir(parents=True)
    if kind == "link":
        target.symlink_to(tmp_path / "victim")
    elif kind == "file":
        target.touch()
    else:
        target.mkdir()
    remove(target)
    assert list(target.parent.iterdir()) == []
    assert (tmp_path / "victim" / "file").exists()
