"""R6: whatever a job has left is removed, and nothing beside it."""

import os
from pathlib import Path

import pytest

from octotui.workers.agent import tree_removal
from octotui.workers.agent.tree_removal import DEEP, remove_files, remove_tree


def deep(folder: Path, levels: int) -> None:
    """Make folders in one another, deeper than any path can say."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir("d", dir_fd=here)
        os.close(os.open("file", os.O_CREAT, dir_fd=here))
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


@pytest.mark.parametrize("levels", [DEEP - 1, DEEP, DEEP + 1, 3 * DEEP, 2500])
def test_r6_folders_are_removed_however_deep(tmp_path: Path, levels: int) -> None:
    (tmp_path / "work").mkdir()
    deep(tmp_path / "work", levels)
    remove_tree(f"{tmp_path}/work")
    assert list(tmp_path.iterdir()) == []


def test_r6_links_and_pipes_are_removed_and_not_followed(tmp_path: Path) -> None:
    beside, work = tmp_path / "beside", tmp_path / "work"
    for folder in (beside, work, work / "folder"):
        folder.mkdir()
    (beside / "file").touch()
    for number, folder in enumerate((work, work / "folder")):
        (folder / "link").symlink_to(beside)
        (folder / "broken").symlink_to("/nowhere")
        (folder / "hard").hardlink_to(beside / "file")
        os.mkfifo(folder / "pipe")
        (folder / f".{number}").touch()
    remove_tree(f"{tmp_path}/work")
    assert [each.name for each in tmp_path.rglob("*")] == ["beside", "file"]


@pytest.mark.parametrize("what", ["link", "pipe", "file", "nothing"])
def test_r6_what_stands_in_the_place_of_a_folder_is_removed(tmp_path: Path, what: str) -> None:
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "file").touch()
    if what == "link":
        (tmp_path / "work").symlink_to(tmp_path / "beside")
    elif what == "pipe":
        os.mkfifo(tmp_path / "work")
    elif what == "file":
        (tmp_path / "work").touch()
    remove_tree(f"{tmp_path}/work")
    assert [each.name for each in tmp_path.rglob("*")] == ["beside", "file"]


def test_r6_closed_folders_are_removed(tmp_path: Path) -> None:
    closed = tmp_path / "work" / "a" / "b"
    closed.mkdir(parents=True)
    (closed / "file").touch()
    for folder, mode in ((closed, 0), (closed.parent, 0o100), (closed.parent.parent, 0o500)):
        folder.chmod(mode)
    pid = os.fork() if os.geteuid() == 0 else -1
    if pid == 0:  # root may look into everything
        os.chown(tmp_path, 65534, -1)
        for path in (closed / "file", closed, closed.parent, closed.parent.parent):
            os.chown(path, 65534, -1)
        os.chdir(tmp_path)
        os.setuid(65534)
        remove_tree("work")
        os._exit(0)
    if pid > 0:
        assert os.waitpid(pid, 0)[1] == 0
    remove_tree(f"{tmp_path}/work") if pid < 0 else None
    assert list(tmp_path.iterdir()) == []


def test_r6_what_cannot_be_removed_stays_and_the_rest_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    for name in ("a", "stuck", "z"):
        (tmp_path / "work" / name).touch()
    unlink = os.unlink

    def stubborn(name: str, dir_fd: int | None = None) -> None:
        if name == "stuck":
            raise PermissionError(1, "Operation not permitted")
        unlink(name, dir_fd=dir_fd)

    monkeypatch.setattr(tree_removal.os, "unlink", stubborn)
    remove_tree(f"{tmp_path}/work")
    assert [each.name for each in tmp_path.rglob("*")] == ["work", "stuck"]


def test_v9_files_of_a_folder_are_removed_by_name_and_it_where_it_is_empty_then(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    for name in ("one", "two", "three"):
        (work / name).touch()
    work.chmod(0)
    assert not remove_files(str(work), ("one", "missing"))
    assert sorted(each.name for each in work.iterdir()) == ["three", "two"]
    assert not remove_files(str(work), ("two",), whole=True)
    assert remove_files(str(work), ("three",), whole=True)
    assert list(tmp_path.iterdir()) == []


def test_r6_no_file_is_removed_where_a_link_leads(tmp_path: Path) -> None:
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "values").touch()
    (tmp_path / "work").symlink_to("beside")
    os.mkfifo(tmp_path / "pipe")
    for name in ("work", "pipe", "missing"):
        assert not remove_files(f"{tmp_path}/{name}", ("values",), whole=True)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["beside", "pipe", "work"]
    assert (tmp_path / "beside" / "values").exists()
