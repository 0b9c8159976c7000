"""The socket of a space."""

import asyncio
import grp
import os
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from octotui.runtime.server.sockets import connected, greets, listening, reached, unanswered
from octotui.store.errors import StoreError
from octotui.store.trusted_path import UntrustedPath

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give things to other accounts")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_its_owner_can_connect(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with listening(tmp_path), connected(tmp_path):
        assert mode(tmp_path / "socket") == 0o600
        assert mode(tmp_path) == 0o700
        assert [each.name for each in tmp_path.iterdir()] == ["socket"]


def test_members_of_a_group_can_where_one_is_named(tmp_path: Path) -> None:
    own = grp.getgrgid(os.getegid()).gr_name
    with listening(tmp_path, own):
        assert (mode(tmp_path / "socket"), mode(tmp_path)) == (0o660, 0o710)
        assert (tmp_path / "socket").stat().st_gid == os.getegid()


@ROOT_ONLY
def test_folder_and_socket_are_the_groups_that_is_named(tmp_path: Path) -> None:
    other = next(each for each in grp.getgrall() if each.gr_gid != os.getegid())
    with listening(tmp_path, other.gr_name):
        assert (tmp_path / "socket").stat().st_gid == tmp_path.stat().st_gid == other.gr_gid


@ROOT_ONLY
def test_i9_a_folder_stays_its_owners_whatever_group_is_named(tmp_path: Path) -> None:
    os.chown(tmp_path, 54321, -1)
    with listening(tmp_path, grp.getgrgid(os.getegid()).gr_name):
        assert tmp_path.stat().st_uid == 54321


@pytest.mark.parametrize("umask", [0, 0o022, 0o077, 0o777], ids=oct)
def test_i9_the_file_of_a_socket_is_private_from_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, umask: int
) -> None:
    bound: list[int] = []

    class Watched(socket.socket):
        def bind(self, address: object) -> None:
            super().bind(address)  # type: ignore[arg-type]
            bound.append(mode(Path(str(address))))

    monkeypatch.setattr("octotui.runtime.server.sockets.socket.socket", Watched)
    before = os.umask(umask)
    try:
        with listening(tmp_path), listening(tmp_path, grp.getgrgid(os.getegid()).gr_name):
            assert os.umask(umask) == umask, "it is as it was"
            assert mode(tmp_path / "socket") == 0o660
    finally:
        os.umask(before)
    assert bound == [0o600, 0o600]


def test_a_socket_is_put_in_its_place_only_when_it_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who finds one there can connect: there is no moment at which nobody would answer."""
    there: list[list[str]] = []

    class Watched(socket.socket):
        def listen(self, backlog: int = 0) -> None:
            there.append([each.name for each in tmp_path.iterdir()])
            super().listen(backlog)
            with connected_to(tmp_path / there[-1][0]):
                there.append([each.name for each in tmp_path.iterdir()])

    monkeypatch.setattr("octotui.runtime.server.sockets.socket.socket", Watched)
    with listening(tmp_path):
        own = f"socket.{os.getpid()}"
        assert there == [[own], [own]]
        assert [each.name for each in tmp_path.iterdir()] == ["socket"]


def connected_to(path: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect(str(path))
    return client


@ROOT_ONLY
def test_i9_nothing_is_said_to_a_server_of_another_account(tmp_path: Path) -> None:
    os.chown(tmp_path, 54321, -1)
    with listening(tmp_path) as server:
        with pytest.raises(
            UntrustedPath, match=f"the server in {tmp_path} runs as root, but .* to 54321: nothing"
        ):
            connected(tmp_path)
        connection, _ = server.accept()
        with connection:
            assert connection.recv(100) == b"", "not even Hello"


@ROOT_ONLY
def test_a_folder_that_lets_nobody_in_is_told(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as name, listening(Path(name)):
        code = "import os, sys, pathlib, encodings.idna\n"
        code += "from octotui.runtime.server.sockets import connected\nos.setgroups([])\nos.setgid(65534)\n"
        code += "os.setuid(65534)\nconnected(pathlib.Path(sys.argv[1]))"
        said = subprocess.run([sys.executable, "-c", code, name], capture_output=True, text=True, check=False)
    assert (
        f"StoreError: {name} cannot be used: it does not let nobody in; its owner may name a group"
        in said.stderr
    )


def test_a_group_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match='names the group "no-such-group", which this machine does not have'):
        listening(tmp_path, "no-such-group")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_a_long_path_has_one_too(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    with listening(folder), connected(folder):
        assert (folder / "socket").is_socket()


def test_a_long_path_costs_no_descriptor(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    before = os.listdir("/proc/self/fd")  # noqa: PTH208
    with listening(folder), connected(folder):
        pass
    assert os.listdir("/proc/self/fd") == before  # noqa: PTH208


def test_a_long_path_is_told_where_there_is_no_shorter_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    monkeypatch.setattr(Path, "is_dir", lambda _: False)
    with pytest.raises(StoreError, match="its path is longer than 100 bytes: say a shorter one with --state"):
        listening(folder)


def test_a_loop_never_waits_for_them(tmp_path: Path) -> None:
    with listening(tmp_path) as server, connected(tmp_path) as client:
        assert (server.gettimeout(), client.gettimeout()) == (0, 0)


def test_what_one_of_the_same_number_has_left_is_in_nobodys_way(tmp_path: Path) -> None:
    """Killed while it began; processes get old numbers again."""
    (tmp_path / f"socket.{os.getpid()}").touch()
    with listening(tmp_path), connected(tmp_path):
        assert [each.name for each in tmp_path.iterdir()] == ["socket"]


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


async def test_a_server_that_accepts_and_says_nothing_does_not_greet(tmp_path: Path) -> None:
    with listening(tmp_path) as server:
        server.settimeout(5)
        assert not await greets(tmp_path, b"hello\n", 0.05)
        with server.accept()[0] as accepted:
            assert accepted.recv(100) == b"hello\n"


async def test_one_that_says_anything_greets_and_one_that_hangs_up_does_not(tmp_path: Path) -> None:
    with listening(tmp_path) as server:
        for word in (b"welcome", b""):

            async def answer(word: bytes = word) -> None:
                connection, _ = await asyncio.get_running_loop().sock_accept(server)
                connection.send(word)
                connection.close()

            answering = asyncio.ensure_future(answer())
            assert await greets(tmp_path, b"", 5) == (word != b"")
            await answering


async def test_where_there_is_none_it_is_not_waited_for(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await reached(tmp_path)


def test_what_to_do_names_the_process_where_it_is_known(tmp_path: Path) -> None:
    assert unanswered(tmp_path, 7) == (
        f"the server of {tmp_path.name} does not answer (pid 7): where it was stopped, kill -CONT 7 lets it "
        "go on; kill -KILL 7 ends it, and nothing is lost"
    )
    assert unanswered(tmp_path) == f"the server of {tmp_path.name} does not answer: try it again later"
