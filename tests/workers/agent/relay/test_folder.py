import os
from pathlib import Path

import pytest

from octotui.workers.agent.relay.folder import (
    blocks,
    entry_of,
    file_digest,
    make_folder,
    names_in,
    opened,
    opened_below,
    opened_folder,
    parent_below,
    parent_of,
    plain,
    write_whole,
)


def test_i9_folders_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make_folder(str(tmp_path / "a" / "b"))
        with opened_folder(str(tmp_path / "a"), "c/d", make=True):
            pass
    finally:
        os.umask(before)
    for each in ("a", "a/b", "a/c", "a/c/d"):
        assert (tmp_path / each).stat().st_mode & 0o777 == 0o700


def test_m1_no_link_and_no_name_leads_out(tmp_path: Path) -> None:
    (tmp_path / "top").mkdir()
    (tmp_path / "top" / "away").symlink_to(tmp_path)
    for inside in ("away", "..", "../x", "."):
        with (
            pytest.raises(OSError, match=r"leads out|Not a directory"),
            opened_folder(str(tmp_path / "top"), inside),
        ):
            raise AssertionError
    for name in ("", ".", "..", "a/b"):
        with pytest.raises(OSError, match="leads out"):
            plain(name)


def test_entries_have_kinds_and_files_are_read_in_blocks(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "f").write_bytes(b"12345")
    (tmp_path / "d" / "l").symlink_to("f")
    os.mkfifo(tmp_path / "d" / "p")
    with parent_of(str(tmp_path), "d/f") as (folder, name):
        assert name == "f"
        assert {each: entry_of(folder, each)[0] for each in names_in(folder)} == {
            "f": "file",
            "l": "link",
            "p": "pipe",
        }
        with opened(folder, "f") as file:
            assert b"".join(blocks(file, 4)) == b"1234"
        for each in ("l", "p"):
            with pytest.raises(OSError, match=r"ordinary file|symbolic links"), opened(folder, each):
                raise AssertionError
        with opened_below(folder, "") as same, parent_below(same, "f") as (_, last):
            assert last == "f"
    assert len(file_digest(str(tmp_path / "d" / "f"))) == 64
    assert file_digest(str(tmp_path / "d" / "l")) == ""


def test_all_bytes_are_written(tmp_path: Path) -> None:
    file = os.open(tmp_path / "f", os.O_WRONLY | os.O_CREAT, 0o600)
    write_whole(file, memoryview(b"all of it"))
    os.close(file)
    assert (tmp_path / "f").read_bytes() == b"all of it"
