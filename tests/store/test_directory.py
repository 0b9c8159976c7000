"""P4: what is done in a folder by its descriptor lands nowhere else."""

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from octotui.store.directory import Directory, remove_tree, write_all, write_new


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Directory]:
    (tmp_path / "in").mkdir()
    with Directory(tmp_path / "in") as made:
        yield made


@pytest.fixture
def outside(folder: Directory, tmp_path: Path) -> Path:
    """A folder with a file, and a link in the other to each of them."""
    (tmp_path / "out").mkdir(0o751)
    (tmp_path / "out" / "file").write_text("as it was")
    (tmp_path / "in" / "to-folder").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "to-file").symlink_to(tmp_path / "out" / "file")
    (tmp_path / "in" / "to-nothing").symlink_to(tmp_path / "out" / "new")
    return tmp_path / "out"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_p4_files_folders_and_links_get_their_modes_whatever_the_umask(
    tmp_path: Path, folder: Directory
) -> None:
    before = os.umask(0o777)
    try:
        folder.make("a", 0o755)
        folder.make("a/b", 0o700)
        with folder.created("a/b/file", 0o640) as file:
            write_all(file, b"x" * 3_000_000)
    finally:
        os.umask(before)
    folder.link("other", "a/b/file")
    folder.link_symbolically("a/link", "b/file")
    folder.chmod(0o711)
    at = tmp_path / "in"
    assert [mode(at / each) for each in ("", "a", "a/b", "a/b/file")] == [0o711, 0o755, 0o700, 0o640]
    assert (at / "other").stat().st_ino == (at / "a" / "b" / "file").stat().st_ino
    assert (at / "a" / "link").stat().st_size == 3_000_000
    assert folder.target("a/link") == "b/file"
    assert sorted(folder.names("")) == ["a", "other"]
    assert stat.S_ISLNK(folder.status("a/link").st_mode)
    with folder.opened("a/b/file") as file:
        assert os.read(file, 1) == b"x"


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("name", ["to-folder/x", "to-file", "to-nothing", "to-folder"])
def test_p4_no_link_is_written_through(folder: Directory, tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(OSError, match=r"File exists|Not a directory|symbolic links"),
        folder.created(name, 0o600),
    ):
        pass
    with pytest.raises(OSError, match=r"File exists|Not a directory|symbolic links"):
        folder.make(name, 0o777)
    with (
        pytest.raises(OSError, match=r"Not a directory|symbolic links|no ordinary file"),
        folder.opened(name),
    ):
        pass
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["file"]
    assert (tmp_path / "out" / "file").read_text() == "as it was"
    assert mode(tmp_path / "out") == 0o751


def test_p4_a_link_is_replaced_and_not_what_it_leads_to(
    folder: Directory, tmp_path: Path, outside: Path
) -> None:
    folder.replace("to-file", b"new", 0o600)
    assert (tmp_path / "in" / "to-file").read_bytes() == b"new"
    assert not (tmp_path / "in" / "to-file").is_symlink()
    folder.replace("to-file", b"newer")
    assert mode(tmp_path / "in" / "to-file") == 0o600
    with pytest.raises(OSError, match=r"Not a directory|symbolic links"):
        folder.replace("to-folder/file", b"new")
    assert (outside / "file").read_text() == "as it was"


@pytest.mark.parametrize("path", ["..", "../x", "a/../../x", "", ".", "a//b"])
def test_p4_no_path_leads_out_of_it(folder: Directory, path: str) -> None:
    folder.make("a", 0o700)
    with pytest.raises(OSError, match="leads out of its folder"):
        folder.make(path, 0o700)


def test_p4_it_is_not_opened_through_a_link(tmp_path: Path, folder: Directory) -> None:
    (tmp_path / "link").symlink_to("in")
    with pytest.raises(OSError, match=r"Not a directory|symbolic links"):
        Directory(tmp_path / "link")


def test_p4_a_pipe_is_no_file_and_holds_nobody_up(tmp_path: Path, folder: Directory) -> None:
    os.mkfifo(tmp_path / "in" / "pipe")
    with pytest.raises(OSError, match="no ordinary file"), folder.opened("pipe"):
        pass


def test_it_leaves_no_descriptor_open(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    (tmp_path / "in").mkdir()
    with Directory(tmp_path / "in") as folder:
        for name in ("a", "a/b", "c"):
            folder.make(name, 0o700)
            with folder.created(f"{name}/file", 0o600):
                pass
        folder.link("c/link", "a/file")
        with pytest.raises(FileNotFoundError):
            folder.make("none/x", 0o700)
        list(folder.names("a"))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_whether_it_knows_case_is_found_out_and_leaves_nothing(
    folder: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert folder.folds_case == (tmp_path / "IN").exists()
    assert list(folder.names("")) == []
    real = os.stat
    monkeypatch.setattr(os, "stat", lambda name, **more: real(str(name).replace("case", "Case"), **more))
    assert folder.folds_case
    assert list(folder.names("")) == []


def test_p4_a_file_is_there_as_a_whole_in_the_place_of_a_link(tmp_path: Path, outside: Path) -> None:
    write_new(tmp_path / "in" / "to-file", b"new")
    assert (tmp_path / "in" / "to-file").read_bytes() == b"new"
    assert mode(tmp_path / "in" / "to-file") == 0o600
    assert (outside / "file").read_text() == "as it was"
    with pytest.raises(IsADirectoryError):
        write_new(outside, b"new")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in", "out"]


def test_r6_a_folder_is_removed_however_deep_it_is(tmp_path: Path) -> None:
    """R6: a script can make one that the standard library gives up on."""
    deep = "d=$1; mkdir $d; cd $d; i=0; while [ $i -lt 1500 ]; do mkdir d; cd -P d; i=$((i+1)); done"
    subprocess.run(["sh", "-c", deep, "sh", str(tmp_path / "deep")], check=True)
    (tmp_path / "kept").mkdir()
    (tmp_path / "deep" / "link").symlink_to(tmp_path / "kept")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    for name in ("deep", "nowhere", "pipe", "link"):
        remove_tree(tmp_path / name)
    assert [each.name for each in tmp_path.iterdir()] == ["kept"]


def test_p4_what_is_resumed_or_renamed_is_an_ordinary_file_of_the_folder(
    folder: Directory, outside: Path, tmp_path: Path
) -> None:
    for text in (b"one ", b"two"):
        with folder.resumed("part") as file:
            os.lseek(file, 0, os.SEEK_END)
            write_all(file, text)
    assert stat.S_IMODE(folder.status("part").st_mode) == 0o600
    folder.rename("part", "to-file")  # in place of a link, not of what it leads to
    assert (tmp_path / "in" / "to-file").read_bytes() == b"one two"
    os.mkfifo(tmp_path / "in" / "pipe")
    for path in ("to-nothing", "to-folder/file", "pipe"):
        with pytest.raises(OSError), folder.resumed(path):  # noqa: PT011 - several
            raise AssertionError
    for name in ("..", "", "."):
        with pytest.raises(OSError), folder.parent(f"deep/{name}"):  # noqa: PT011 - several
            raise AssertionError
    with pytest.raises(OSError, match="leads out"):
        folder.rename("to-file", "..")
    with folder.parent("to-file") as (parent, name):
        os.unlink(name, dir_fd=parent)
    assert not (tmp_path / "in" / "to-file").exists()
    assert (outside / "file").read_text() == "as it was"
    assert not (outside / "new").exists()
