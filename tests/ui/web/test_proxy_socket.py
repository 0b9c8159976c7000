"""The socket of a proxy belongs to one server at a time, and is where nobody else can put one."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from octotui.model.file_trust import Distrusted
from octotui.ui.web import proxy_socket as module
from octotui.ui.web.proxy_socket import SocketInUse, proxy_socket


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "run"
    folder.mkdir(0o755)
    yield folder / "web"
    assert list(folder.iterdir()) == []


def reaches(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True


def test_i10_a_second_server_does_not_take_the_socket_of_the_first(at: Path) -> None:
    with proxy_socket(at):
        assert at.stat().st_mode & 0o777 == 0o666
        with pytest.raises(SocketInUse), proxy_socket(at):
            pass
        assert reaches(at)
    assert not at.exists()


def test_i10_also_where_so_many_wait_for_the_first(at: Path) -> None:
    with socket.socket(socket.AF_UNIX) as busy:
        busy.bind(str(at))
        busy.listen(0)
        clients = [socket.socket(socket.AF_UNIX) for _ in range(3)]
        for each in clients:
            each.setblocking(False)
            each.connect_ex(str(at))
        with pytest.raises(SocketInUse), proxy_socket(at):
            pass
        for each in clients:
            each.close()
    at.unlink()


def test_the_socket_of_a_server_that_was_killed_is_replaced(at: Path) -> None:
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(at))
    with proxy_socket(at):
        assert reaches(at)


def test_i10_a_server_that_begins_meanwhile_keeps_its_socket(
    at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I10: of two that find the socket of one that was killed, one has it."""
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(at))
    kept, other = at.parent.parent / "killed", socket.socket(socket.AF_UNIX)
    rename = Path.rename

    def meanwhile(path: Path, to: Path) -> Path:
        if not kept.exists():
            rename(path, kept)
            other.bind(str(at))
            other.listen()
        return rename(path, to)

    monkeypatch.setattr(module.Path, "rename", meanwhile)
    with pytest.raises(SocketInUse), proxy_socket(at):
        pass
    assert reaches(at)
    other.close()
    at.unlink()


def test_only_its_own_socket_is_removed(at: Path) -> None:
    with socket.socket(socket.AF_UNIX) as other:
        with proxy_socket(at):
            at.unlink()
            other.bind(str(at))
        assert at.is_socket()
    at.unlink()


def test_a_file_that_is_no_socket_is_left(at: Path) -> None:
    at.write_text("notes")
    with pytest.raises(OSError, match="Address already in use"), proxy_socket(at):
        pass
    assert at.read_text() == "notes"
    at.unlink()


@pytest.mark.parametrize("mode", [0o777, 0o1777])
def test_i10_a_folder_that_others_can_write_to_is_refused(at: Path, mode: int) -> None:
    """I10: whoever can put a socket there gets the requests of the proxy, with what its people type."""
    at.parent.chmod(mode)
    with pytest.raises(Distrusted), proxy_socket(at):
        pass
    os.chmod(at.parent, 0o755)  # noqa: PTH101 - what the fixture looks at
