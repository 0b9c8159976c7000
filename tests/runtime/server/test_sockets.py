"""The socket of a space."""

import grp
import os
import stat
from pathlib import Path

import pytest

from octotui.runtime.server.sockets import connected, listening
from octotui.store.errors import StoreError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_its_owner_can_connect(tmp_path: Path) -> None:
    with listening(tmp_path), connected(tmp_path):
        assert mode(tmp_path / "socket") == 0o600
        assert mode(tmp_path) == 0o700
        assert [each.name for each in tmp_path.iterdir()] == ["socket"]


def test_members_of_a_group_can_where_one_is_named(tmp_path: Path) -> None:
    own = grp.getgrgid(os.getegid()).gr_name
    with listening(tmp_path, own):
        assert (mode(tmp_path / "socket"), mode(tmp_path)) == (0o660, 0o710)
        assert (tmp_path / "socket").stat().st_gid == os.getegid()


def test_a_group_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match='names the group "no-such-group", which this machine does not have'):
        listening(tmp_path, "no-such-group")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_a_long_path_has_one_too(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    with listening(folder), connected(folder):
        assert (folder / "socket").is_socket()


def test_what_is_there_from_before_is_replaced(tmp_path: Path) -> None:
    listening(tmp_path).close()
    with pytest.raises(ConnectionRefusedError):
        connected(tmp_path)
    with listening(tmp_path), connected(tmp_path):
        pass


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be used"):
        listening(tmp_path / "file")
