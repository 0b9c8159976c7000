"""Files that scripts had kept: only ordinary ones, and nothing outside their folder is touched (V7)."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from octotui.engine.state import Artifact
from octotui.store import artifacts
from octotui.store.artifacts import LARGEST, LONGEST, ArtifactError, keep_workspace, remove_all_but, safe_name
from octotui.workers.local.workspace_files import LocalWorkspaceFiles


def keep(source: str, name: str, folder: Path, largest: int = LARGEST) -> Artifact:
    """Keep a file of this machine, as an attempt's artifact is kept."""
    content = LocalWorkspaceFiles("/").get(source, largest)
    return asyncio.run(artifacts.keep(content, name, folder, largest))


@pytest.fixture
def report(tmp_path: Path) -> str:
    path = tmp_path / "report.html"
    path.write_bytes(b"<p>fine</p>")
    return str(path)


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_file_is_copied_for_its_owner_alone(tmp_path: Path, report: str) -> None:
    kept = keep(report, "report.html", tmp_path / "run-1" / "job-1.1")
    copy = tmp_path / "run-1" / "job-1.1" / "report.html"
    assert kept == Artifact("report.html", 11)
    assert copy.read_bytes() == b"<p>fine</p>"
    assert (copy.stat().st_mode & 0o777, copy.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_second_one_of_a_name_gets_a_number(tmp_path: Path, report: str) -> None:
    folder = tmp_path / "kept"
    kept = [keep(report, name, folder).name for name in ("a.txt", "a.txt", "a.txt", "plain", "plain")]
    assert kept == ["a.txt", "a-2.txt", "a-3.txt", "plain", "plain-2"]
    assert names(folder) == sorted(kept)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("/etc/passwd", "_etc_passwd"),
        ("a\\b", "a_b"),
        ("..", "artifact"),
        (" . ", "artifact"),
        ("", "artifact"),
        ("/", "artifact"),
        ("line\nend\x00\x1b[2J\u202e", "line_end__[2J_"),
        ("größe 1.txt", "größe 1.txt"),
        ("\udcff.txt", "_.txt"),
        ("ö" * 300 + ".html", "ö" * 97 + ".html"),
    ],
)
def test_a_name_is_always_that_of_one_file_in_the_folder(
    tmp_path: Path, report: str, name: str, safe: str
) -> None:
    assert safe_name(name) == safe
    assert len(safe.encode()) <= LONGEST
    assert keep(report, name, tmp_path / "kept").name == safe
    assert names(tmp_path / "kept") == [safe]
    assert names(tmp_path) == ["kept", "report.html"]


def refused(source: Path | str, folder: Path, largest: int = 100) -> str:
    with pytest.raises(ArtifactError) as error:
        keep(str(source), "x", folder, largest)
    assert not folder.exists() or names(folder) == []
    return str(error.value)


def test_only_ordinary_files_are_kept(tmp_path: Path, report: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(report)
    (tmp_path / "away").symlink_to("/nowhere")
    folder = tmp_path / "kept"
    only = "and only ordinary files are kept"
    assert refused(tmp_path / "pipe", folder) == f"it is a pipe or device, {only}"
    assert refused("/dev/zero", folder) == f"it is a pipe or device, {only}"
    assert refused(tmp_path, folder) == f"it is a folder, {only}"
    assert refused(tmp_path / "link", folder) == f"it is a link, {only}"
    assert refused(tmp_path / "away", folder) == f"it is a link, {only}"
    assert refused(tmp_path / "missing", folder) == "No such file or directory"
    assert refused("/a\0b", folder) == "its path is no path of this machine"
    assert refused("/" + "a" * 5000, folder) == "File name too long"


def test_one_that_is_too_large_leaves_nothing(tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate((3 << 20) + 1)
    said = "it is larger than 3 MiB, the most that is kept of one file"
    assert refused(large, tmp_path / "kept", 3 << 20) == said
    assert keep(str(large), "x", tmp_path / "kept", (3 << 20) + 1).size == (3 << 20) + 1


def test_one_that_grows_while_it_is_read_is_too_large(
    tmp_path: Path, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "read", lambda file, size: b"x" * size)
    assert "larger than 2 MiB" in refused(report, tmp_path / "kept", 2 << 20)


def test_a_disk_that_refuses_leaves_nothing(
    tmp_path: Path, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    assert refused(report, tmp_path / "kept") == "No space left on device"


def test_all_but_our_own_files_is_moved(tmp_path: Path) -> None:
    work, kept = tmp_path / "work", tmp_path / "space" / "workspaces" / "run-1" / "job-1.1-1"
    (work / "deep").mkdir(parents=True)
    for name in ("script", "result.txt", "deep/more.txt"):
        (work / name).write_text(name)
    assert keep_workspace(str(work), kept, ("script", "spool")) is None
    assert [each.name for each in work.iterdir()] == ["script"]
    assert (kept / "deep" / "more.txt").read_text() == "deep/more.txt"
    assert kept.stat().st_mode & 0o077 == 0


def test_where_nothing_is_left_there_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    assert keep_workspace(str(tmp_path / "work"), tmp_path / "kept", ()) is None
    assert not (tmp_path / "kept").exists()


def test_what_cannot_be_kept_is_told(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "file").touch()
    (tmp_path / "kept").touch()
    problem = keep_workspace(str(tmp_path / "work"), tmp_path / "kept" / "run-1", ())
    assert problem is not None
    assert "cannot be kept: " in problem


def test_r6_what_is_kept_already_is_said_and_not_replaced(tmp_path: Path) -> None:
    """R6: a crash may come before anybody was told that it was kept."""
    for place in ("work/deep", "kept/deep/deep"):
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "kept" / "deep" / "deep" / "file").touch()
    problem = keep_workspace(str(tmp_path / "work"), tmp_path / "kept", ())
    there = tmp_path / "kept" / "deep" / "deep"
    assert (
        problem == f"what was left in the workspace cannot be kept: Destination path '{there}' already exists"
    )
    assert (there / "file").exists()
    assert (tmp_path / "work" / "deep").exists()


@pytest.mark.parametrize(
    ("raised", "why"),
    [
        (shutil.Error("a folder into itself"), "a folder into itself"),
        (shutil.Error([("from", "to", "no room"), ("from", "to", "more")]), "no room"),
        (shutil.Error([]), "[]"),
        (shutil.Error(), ""),
        (shutil.SameFileError("the same"), "the same"),
        (PermissionError(13, "Permission denied", "file"), "Permission denied"),
        (OSError("odd"), "odd"),
    ],
)
def test_r6_whatever_keeps_a_workspace_from_being_moved_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raised: Exception, why: str
) -> None:
    (tmp_path / "work" / "deep").mkdir(parents=True)

    def refused(*given: object, **named: object) -> None:
        raise raised

    monkeypatch.setattr("octotui.store.artifacts.shutil.move", refused)
    problem = keep_workspace(str(tmp_path / "work"), tmp_path / "kept", ())
    assert problem == f"what was left in the workspace cannot be kept: {why}"


def test_r6_what_is_too_deep_to_be_moved_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R6: from one file system to another folders are copied one in the other, and a script can make many."""
    (tmp_path / "work" / "deep").mkdir(parents=True)

    def too_deep(*given: object, **named: object) -> None:
        raise RecursionError("maximum recursion depth exceeded")

    monkeypatch.setattr("octotui.store.artifacts.shutil.move", too_deep)
    problem = keep_workspace(str(tmp_path / "work"), tmp_path / "kept", ())
    assert problem == "what was left in the workspace cannot be kept: maximum recursion depth exceeded"


def test_r6_a_link_in_the_place_of_a_workspace_moves_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    (tmp_path / "work").symlink_to(tmp_path / "mine")
    problem = keep_workspace(str(tmp_path / "work"), tmp_path / "kept", ())
    assert problem is not None
    assert (tmp_path / "mine" / "file").exists()
    assert not (tmp_path / "kept").exists()


def test_r6_to_another_disk_go_copies_of_files_folders_and_links_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe, or a device, would be read for ever."""

    def another_disk(source: object, target: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("octotui.store.artifacts.shutil.os.rename", another_disk)
    for name, make in (("a pipe", os.mkfifo), ("deep", _deep)):
        work, kept = tmp_path / f"{name} work", tmp_path / f"{name} kept"
        (work / "folder").mkdir(parents=True)
        (work / "folder" / "file").write_text("fine")
        (work / "1").write_text("fine")
        (work / "link").symlink_to("/etc/passwd")
        make(work / "z")
        problem = keep_workspace(str(work), kept, ())
        why = "z: it is a pipe or device, and only ordinary files are kept"
        assert problem == f"what was left in the workspace cannot be kept: {why}"
        assert (kept / "1").read_text() == (kept / "folder" / "file").read_text() == "fine"
        assert (kept / "1").stat().st_mode & 0o777 == 0o600
        assert (kept / "link").is_symlink()


def _deep(path: Path) -> None:
    path.mkdir()
    os.mkfifo(path / "z")


def test_r6_what_no_crash_left_does_not_keep_an_attempt_from_going_on(tmp_path: Path) -> None:
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "half").touch()
    (tmp_path / "whole").touch()
    remove_all_but(tmp_path, ["whole"])
    assert names(tmp_path) == ["folder", "whole"]
    remove_all_but(tmp_path / "whole", ())
    remove_all_but(tmp_path / "missing", ())
