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
    assert taken[0].gettimeout() == 0, "a loop waits for none"
    taken[0].close()
    door.close()


async def test_where_no_descriptor_is_left_the_loop_has_rest_until_it_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptor, "PAUSE", 60.0)
    tries = list[int]()

    class Full(socket.socket):
        def accept(self) -> "tuple[socket.socket, object]":
            tries.append(1)
            raise OSError(24, "Too many open files")

    door = Acceptor(Full(fileno=listening(tmp_path).detach()), lambda each: each.close())
    with connected(tmp_path):
        for _ in range(50):
            await asyncio.sleep(0)
    assert tries == [1]
    door.close()


async def test_a_connection_that_cannot_be_taken_is_closed(tmp_path: Path) -> None:
    def take(connection: socket.socket) -> None:
        raise OSError("it is gone")

    door = Acceptor(listening(tmp_path), take)
    reader, writer = await asyncio.open_unix_connection(sock=connected(tmp_path))
    assert await reader.read() == b""
    writer.close()
    door.close()


async def test_its_descriptor_is_watched_no_more_once_it_is_closed(tmp_path: Path) -> None:
    """Nor while it is: another socket may have the same number at once."""
    loop, watched = asyncio.get_running_loop(), list[bool]()

    class Watched(socket.socket):
        def close(self) -> None:
            watched.append(loop.remove_reader(self))
            super().close()

    door = Acceptor(Watched(fileno=listening(tmp_path).detach()), lambda each: each.close())
    door.close()
    assert watched == [False]


async def test_one_that_waits_for_a_descriptor_is_closed_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptor, "PAUSE", 0.01)
    open_socket, asked, wrong = listening(tmp_path), list[int](), list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _, what: wrong.append(what))

    class Full(socket.socket):
        def accept(self) -> "tuple[socket.socket, object]":
            asked.append(1)
            raise OSError(24, "Too many open files")

    full = Full(fileno=open_socket.detach())
    door = Acceptor(full, lambda each: each.close())
    with connected(tmp_path):
        while not asked:
            await asyncio.sleep(0)
        door.close()
        tries = len(asked)
        await asyncio.sleep(0.05)
    assert (len(asked), wrong) == (tries, [])
