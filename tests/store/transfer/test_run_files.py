"""The files of runs, copied while somebody writes them."""

import io
from pathlib import Path

import pytest

from octotui.store.transfer.run_files import copy, opened, pieces


def test_an_index_comes_before_its_log_and_levels_after_it(tmp_path: Path) -> None:
    for name in (
        "b/2.log",
        "a/1.log.levels",
        "a/1.log",
        "a/1.log.index",
        "b/2.log.index",
        "a/0.log",
        "a/1.log.streams",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (tmp_path / "a" / "link").symlink_to(tmp_path / "b" / "2.log")
    assert [each.relative_to(tmp_path).as_posix() for each in pieces(tmp_path)] == [
        "a/0.log",
        "a/1.log.index",
        "a/1.log",
        "a/1.log.levels",
        "a/1.log.streams",
        "b/2.log.index",
        "b/2.log",
    ]
    assert pieces(tmp_path / "nowhere") == []


def test_a_file_is_as_large_as_when_it_was_opened(tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(b"first ")
    with opened(path) as found:
        assert found is not None
        with path.open("ab") as more:
            more.write(b"second")
        target = io.BytesIO()
        copy(*found[:1], target, found[1])
    assert target.getvalue() == b"first "
    with opened(tmp_path / "gone") as found:
        assert found is None


def test_a_file_that_became_shorter_is_told() -> None:
    with pytest.raises(EOFError, match="became shorter"):
        copy(io.BytesIO(b"ab"), io.BytesIO(), 3)


def test_p4_a_link_is_not_read_through(tmp_path: Path) -> None:
    """P4: a script could put one where a file is looked for."""
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "link").symlink_to("secret")
    with pytest.raises(OSError, match="symbolic links"), opened(tmp_path / "link"):
        pass
