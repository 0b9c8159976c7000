"""Accepting connections, a flood of them or none that can be had."""

import asyncio
import socket
from pathlib import Path

import pytest

from octotui.runtime.server import acceptor
from octotui.runtime.server.acceptor import Acceptor
from octotui.runtime.server.sockets import connected, listening
from tests.runtime.served import until


async def test_r6_a_flood_of_connections_gets_no_more_than_its_turn(tmp_path: Path) -> None:
    taken: list[int] = []
    turns = 0
    door = Acceptor(listening(tmp_path), lambda each: (taken.append(turns), each.close()))  # type: ignore[arg-type, func-returns-value]
    clients = [connected(tmp_path) for _ in range(50)]
    while len(taken) < 50:
        turns += 1
        await asyncio.sleep(0)
    assert len(set(taken)) == 50, "one in each turn of the loop"
    for each in clients:
        each.close()
    door.close()
    door.close()


async def test_where_no_descriptor_is_left_it_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptor, "PAUSE", 0.01)
    taken: list[socket.socket] = []
    open_socket = listening(tmp_path)
    full = [True]

    class Full(socket.socket):
        def accept(self) -> "tuple[socket.socket, object]":
            if full[0]:
                raise OSError(24, "Too many open files")
            return super().accept()

    door = Acceptor(Full(fileno=open_socket.detach()), taken.append)
    with connected(tmp_path):
        await asyncio.sleep(0.05)
        assert not taken
        full[0] = False
        await until(lambda: taken)
    taken[0].close()
    door.close()


async def test_a_connection_that_cannot_be_taken_is_closed(tmp_path: Path) -> None:
    def take(connection: socket.socket) -> None:
        raise OSError("it is gone")

    door = Acceptor(listening(tmp_path), take)
    reader, writer = await asyncio.open_unix_connection(sock=connected(tmp_path))
    assert await reader.read() == b""
    writer.close()
    door.close()
