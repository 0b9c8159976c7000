"""Files that are there when they are whole."""

from pathlib import Path

import pytest

from octotui.store import atomic_file
from octotui.store.atomic_file import exclusive, new_file, replace_file
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
        pytest.raises(StoreError, match="new cannot be written, the disk is full"),
        new_file(tmp_path / "new"),
    ):
        raise OSError(28, "No space left on device")


def test_a_file_that_a_link_leads_to_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    link, target = tmp_path / "link", tmp_path / "folder" / "target"
    target.parent.mkdir()
    target.write_text("old")
    link.symlink_to(target)
    replace_file(link, "new")
    assert link.readlink() == target
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(target.parent.iterdir()) == [target]


def test_a_text_that_has_no_encoding_is_a_sentence_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_text("old")
    with pytest.raises(StoreError, match=r"cannot hold the character '\\udcff': remove it"):
        replace_file(path, "a\udcff")
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {"old": "old"}


def test_a_folder_in_the_way_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    with pytest.raises(StoreError, match="new cannot be used"):
        replace_file(tmp_path / "new", "new")
    assert [each.name for each in tmp_path.iterdir()] == ["new"]


def test_a_lock_that_is_never_released_is_waited_for_only_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic_file, "PATIENCE", 0.05)
    path = tmp_path / "views.toml"
    refused = pytest.raises(StoreError, match="is being changed by another process: try again later")
    with exclusive(path), refused, exclusive(path):
        pass
    with exclusive(path):
        pass
