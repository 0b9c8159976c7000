"""I9: files and folders of a space are private from the moment they are made, whatever the umask."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from octotui.store.private_files import PARENT_MODE, make_folder, opened_private


@pytest.fixture(params=[0, 0o022, 0o077, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_i9_a_folder_is_private_and_so_is_what_is_missing_above_it(tmp_path: Path, umask: int) -> None:
    make_folder(tmp_path / "a" / "b" / "c")
    assert [mode(tmp_path / each) for each in ("a", "a/b", "a/b/c")] == [0o700] * 3
    make_folder(tmp_path / "d" / "e", above=PARENT_MODE)
    assert [mode(tmp_path / each) for each in ("d", "d/e")] == [PARENT_MODE, 0o700]


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(0o750)
    make_folder(tmp_path / "a")
    make_folder(tmp_path / "a" / "b")
    assert mode(tmp_path / "a") == 0o750
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        make_folder(tmp_path / "file")
    with pytest.raises(NotADirectoryError):
        make_folder(tmp_path / "file" / "folder")


def test_i9_a_file_is_its_owners_alone(tmp_path: Path, umask: int) -> None:
    for how in ("wb", "ab"):
        with opened_private(tmp_path / how, how) as file:  # type: ignore[arg-type]
            file.write(b"mine")
        assert mode(tmp_path / how) & 0o177 == 0
        assert mode(tmp_path / how) == 0o600 & ~umask


def test_i9_no_link_turns_what_is_written_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    for how in ("wb", "ab"):
        with pytest.raises(OSError, match="symbolic links"):
            opened_private(tmp_path / "link", how)  # type: ignore[arg-type]
    assert not (tmp_path / "target").exists()
