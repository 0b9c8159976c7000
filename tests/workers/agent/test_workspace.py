import fcntl
import os
import stat
from pathlib import Path

import pytest

from octotui.workers.agent import workspace


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = Path(workspace.make_folder(str(tmp_path / "worker"), "space-1"))
    monkeypatch.chdir(path)
    return path


def close(opened: workspace.OpenedWorkspace) -> None:
    for file in (opened.lock, *opened.spools):
        os.close(file)


def test_v5_a_workspace_is_private_and_its_files_are_new(folder: Path) -> None:
    before = os.umask(0)
    try:
        opened = workspace.fill(b"echo", b"values", b"memo", 2)
    finally:
        os.umask(before)
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (folder, *folder.iterdir())}
    own = {each for each in workspace.FILES if each != "octotui.kubeconfig"}  # which the script's shell makes
    assert modes == {"space-1": 0o700, **dict.fromkeys(own, 0o600)}
    assert [(folder / name).read_bytes() for name in ("script", "values", "record")] == [
        b"echo",
        b"values",
        b"memo",
    ]
    with pytest.raises(FileExistsError):
        workspace.fill(b"", b"", b"", 1)
    close(opened)


def test_a_workspace_is_locked_while_somebody_has_its_lock(folder: Path) -> None:
    opened = workspace.fill(b"", b"", b"", 1)
    found = os.fstat(opened.lock)
    copy = os.dup(opened.lock)
    close(opened)
    assert workspace.is_locked(str(folder), found.st_dev, found.st_ino)
    assert not workspace.is_locked(str(folder), found.st_dev, found.st_ino + 1)
    os.close(copy)
    assert not workspace.is_locked(str(folder), found.st_dev, found.st_ino)
    assert not workspace.is_locked(str(folder / "none"), 0, 0)


def test_r6_a_lock_is_looked_for_in_the_same_file_alone(folder: Path) -> None:
    close(workspace.fill(b"", b"", b"", 1))
    other = os.open(folder / "other", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(other, fcntl.LOCK_EX)
    found = (folder / "record").stat()
    (folder / "other").replace(folder / "record")
    assert not workspace.is_locked(str(folder), found.st_dev, found.st_ino)
    os.close(other)


def test_m3_the_script_and_the_values_go_when_it_has_ended(folder: Path) -> None:
    close(workspace.fill(b"", b"", b"", 1))
    workspace.remove_secrets(str(folder))
    assert sorted(each.name for each in folder.iterdir()) == ["record", "spool"]
    (folder / "more").mkdir()
    assert not workspace.remove_quickly(str(folder))
    workspace.remove(str(folder))
    assert not folder.exists()


def test_m3_an_open_workspace_goes_by_its_files(folder: Path, tmp_path: Path) -> None:
    """Also where a script has moved it, or put something in the place of a file."""
    opened = workspace.fill(b"", b"", b"", 2)
    directory = workspace.open_folder(str(folder))
    folder.rename(tmp_path / "moved")
    workspace.remove_secrets(str(folder), directory)
    assert sorted(each.name for each in (tmp_path / "moved").iterdir()) == ["errors", "record", "spool"]
    (tmp_path / "moved").rename(folder)
    (folder / "script").mkdir()
    workspace.remove_secrets(str(folder), directory)
    assert not workspace.remove_quickly(str(folder), directory)
    (folder / "script").rmdir()
    assert workspace.remove_quickly(str(folder), directory)
    assert not folder.exists()
    os.close(directory)
    close(opened)


def test_r6_only_ordinary_files_are_read(folder: Path) -> None:
    close(workspace.fill(b"", b"", b"memo", 1))
    assert workspace.read_file("record") == b"memo"
    assert workspace.read_file("record", 3) == b""
    (folder / "link").symlink_to(folder / "record")
    os.mkfifo(folder / "pipe")
    assert [workspace.read_file(name) for name in ("link", "pipe", "none")] == [b""] * 3
    for file in workspace.open_spools(str(folder), 1):
        os.close(file)
    with pytest.raises(OSError, match="errors"):
        workspace.open_spools(str(folder), 2)
