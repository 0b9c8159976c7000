import os
import socket
from pathlib import Path

import pytest

from octotui.workers.agent import unix_sockets
from octotui.workers.agent.unix_sockets import LONGEST, peer_account, short_path


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


def test_without_proc_a_long_path_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unix_sockets.os.path, "isdir", lambda path: False)
    with pytest.raises(OSError, match="say a shorter one"), short_path("/long" * 40):
        pass
