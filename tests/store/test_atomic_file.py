"""Files that are there when they are whole."""

from pathlib import Path

import pytest

from octotui.store.atomic_file import new_file
from octotui.store.errors import StoreError


def test_a_file_gets_its_name_at_the_end_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "new"
    with new_file(path) as file:
        file.write(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_stays_of_what_went_wrong(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), new_file(tmp_path / "new"):
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_text("old")
    with pytest.raises(StoreError, match="old is there already: choose another name"), new_file(path):
        pass
    with pytest.raises(StoreError, match="is there already"), new_file(tmp_path / "new"):
        (tmp_path / "new").write_text("theirs")  # somebody was faster
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {"old": "old", "new": "theirs"}


def test_a_folder_that_is_not_there_and_a_full_disk_are_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file or directory"), new_file(tmp_path / "no" / "new"):
        pass
    with (
        pytest.raises(StoreError, match="new cannot be used: No space left"),
        new_file(tmp_path / "new"),
    ):
        raise OSError(28, "No space left on device")
