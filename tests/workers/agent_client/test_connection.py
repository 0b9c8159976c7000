import asyncio
import socket
from typing import Any

from octotui.workers.agent.frames import head
from octotui.workers.agent_client.connection import AgentConnection


class Log:
    def __init__(self) -> None:
        self.frames: list[tuple[dict[str, Any], bytes]] = []
        self.lost = 0

    def receive(self, connection: AgentConnection, header: dict[str, Any], payload: bytes) -> None:
        self.frames.append((header, payload))

    def end(self, connection: AgentConnection) -> None:
        self.lost += 1


async def pair() -> tuple[AgentConnection, socket.socket, Log]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    log = Log()
    return await AgentConnection("v", log.receive, log.end).open(ours), theirs, log


async def test_frames_of_one_turn_go_together_and_frames_arrive() -> None:
    connection, other, log = await pair()
    connection.send({"a": 1}, b"one", b"two")
    connection.send({"b": 2})
    await asyncio.sleep(0.01)
    assert other.recv(1000) == head({"a": 1}, 6) + b"onetwo" + head({"b": 2})
    other.sendall(head({"say": "x"}, 3) + b"out")
    await asyncio.sleep(0.05)
    assert log.frames == [({"say": "x"}, b"out")]
    connection.send({"last": 1})
    closing = asyncio.create_task(connection.close())
    await asyncio.sleep(0.01)
    assert other.recv(1000) == head({"last": 1}) + head({"do": "bye"})
    assert not closing.done()
    connection.finish()
    await closing
    assert (log.lost, connection.is_open) == (1, False)
    connection.send({"late": 1})
    await asyncio.sleep(0)
    other.close()


async def test_r6_strange_bytes_end_a_connection() -> None:
    connection, other, log = await pair()
    other.sendall(b"\xff" * 100)
    await asyncio.sleep(0.05)
    assert (log.frames, log.lost, connection.is_open) == ([], 1, False)
    other.close()
