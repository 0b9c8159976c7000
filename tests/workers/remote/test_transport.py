import asyncio

import pytest

from octotui.workers.machine import Unreachable
from octotui.workers.remote import transport
from octotui.workers.remote.transport import CommandEnd, run_to_end


def test_a_command_that_has_ended_has_printed_nothing_unless_it_is_said() -> None:
    assert CommandEnd(0) == CommandEnd(0, b"", "")


class Command:
    """A command that prints `pieces`, and notes what becomes of its streams."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = [*pieces, b""]
        self.noted: list[str] = []

    async def read(self, most: int) -> bytes:
        await asyncio.sleep(0)
        return self.pieces.pop(0) if len(self.pieces) > 1 else self.pieces[0]

    async def write(self, data: bytes) -> None:
        self.noted.append(f"write {data.decode()}")

    async def close_input(self) -> None:
        self.noted.append("close input")

    async def wait(self) -> CommandEnd:
        return CommandEnd(3, errors="bad")

    async def close(self) -> None:
        self.noted.append("close")


async def test_m1_a_command_is_fed_read_to_its_end_and_closed() -> None:
    command = Command(b"abc", b"def", b"ghi")
    assert await run_to_end(command, b"in", 4) == CommandEnd(3, b"abcd", "bad")
    assert command.noted == ["write in", "close input", "close"]


async def test_m1_one_that_prints_without_end_is_closed_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "DROPPED", 100)
    command = Command()
    command.pieces = [b"x" * 50]
    with pytest.raises(Unreachable, match=r"^it prints and prints$"):
        await run_to_end(command, b"", 10, "it prints and prints")
    assert command.noted[-1] == "close"
