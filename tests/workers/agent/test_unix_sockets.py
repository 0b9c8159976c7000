import os
import socket
from pathlib import Path

import pytest

from octotui.workers.agent import unix_sockets
from octotui.workers.agent.unix_sockets import LONGEST, listen, peer_account, short_path


def test_a_path_of_any_length_is_reached_and_the_account_is_known(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    server, client = (socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(2))
    with short_path(f"{folder}/socket") as path:
        assert len(path) <= LONGEST
        server.bind(path)
        server.listen()
        client.connect(path)
    assert peer_account(client) == os.geteuid()
    with short_path("/short") as path:
        assert path == "/short"
    for each in (server, client):
        each.close()


def test_v5_a_listening_socket_is_private_and_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    path.touch()
    before = os.umask(0)
    try:
        server = listen(str(path))
    finally:
        assert os.umask(before) == 0
    assert path.stat().st_mode & 0o777 == 0o600
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(str(path))
    server.close()
    with pytest.raises(OSError, match="No such file"):
        listen(str(tmp_path / "missing" / "socket"))


def test_without_proc_a_long_path_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unix_sockets.os.path, "isdir", lambda path: False)
    with pytest.raises(OSError, match="say a shorter one"), short_path("/long" * 40):
        pass
