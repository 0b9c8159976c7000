"""M1: files by a shell, by a way that breaks anywhere; see also `tests/workers/conformance.py`."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from octotui.workers.machine import FileError, Unreachable
from octotui.workers.remote.shell.calls import ShellCalls
from octotui.workers.remote.shell.machine import ShellMachine
from octotui.workers.remote.shell.reached import ShellDirectory
from tests.workers.conformance import sent, sha256
from tests.workers.local_transport import LocalTransport

LARGE = os.urandom(3 << 20)


@pytest.mark.parametrize("cut", [100, 9_000, 1_500_000, 3_100_000])
async def test_m1_what_arrived_before_a_cut_stays(
    machine: ShellMachine, way: LocalTransport, cut: int
) -> None:
    await machine.boot()
    way.cut_writing = cut
    with pytest.raises(Unreachable):
        await machine.files.put("in/file", sent(LARGE[:1000], LARGE[1000:]), sha256(LARGE))
    offset = 0
    async with asyncio.timeout(20):
        while cut > 20_000 and not offset:  # the other end may be writing still
            offset = await machine.files.received("in/file", sha256(LARGE))
    assert offset <= cut
    await machine.files.put("in/file", sent(LARGE[offset:]), sha256(LARGE), offset)
    assert (await machine.files.digest("in/file")).sha256 == sha256(LARGE)
    assert [each.path for each in await machine.files.list("in")] == ["in/file"]


@pytest.mark.parametrize("cut", [40, 100_000])
async def test_m1_what_is_read_is_cut_and_said(machine: ShellMachine, way: LocalTransport, cut: int) -> None:
    await machine.files.put("file", sent(LARGE), sha256(LARGE))
    way.cut_reading = cut
    body = bytearray()
    with pytest.raises(Unreachable):
        body.extend([byte async for chunk in machine.files.get("file") for byte in chunk])
    assert b"".join([chunk async for chunk in machine.files.get("file", 7)]) == LARGE[7:]


async def test_m1_a_large_file_is_refused_before_it_is_sent(machine: ShellMachine, tmp_path: Path) -> None:
    (tmp_path / "worker1" / "in" / "folder").mkdir(parents=True)
    with pytest.raises(FileError, match="is a folder"):
        await machine.files.put("in/folder", sent(*[LARGE] * 3), sha256(LARGE))


async def test_m1_a_put_that_is_given_up_leaves_what_was_sent(machine: ShellMachine) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield LARGE[: 2 << 20]
        await asyncio.sleep(60)

    putting = asyncio.create_task(machine.files.put("file", slow(), sha256(LARGE)))
    async with asyncio.timeout(20):
        while await machine.files.received("file", sha256(LARGE)) < 2 << 20:
            await asyncio.sleep(0.02)
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    await machine.files.put("file", sent(LARGE[2 << 20 :]), sha256(LARGE), 2 << 20)
    assert (await machine.files.digest("file")).size == len(LARGE)


async def test_m1_a_folder_is_removed_whatever_its_modes(machine: ShellMachine, tmp_path: Path) -> None:
    inside = tmp_path / "worker1" / "in" / "deep"
    inside.mkdir(parents=True)
    (inside / "file").touch()
    inside.chmod(0o000)
    await machine.files.remove("in")
    assert not (tmp_path / "worker1" / "in").exists()


async def test_m1_a_full_disk_is_said(machine: ShellMachine, tmp_path: Path) -> None:
    (tmp_path / "worker1").mkdir()
    (tmp_path / "worker1" / "in").mkdir()
    part = tmp_path / "worker1" / "in" / "full"
    part.symlink_to("/dev/full")
    with pytest.raises(FileError, match="in/full is not there, or is no ordinary file"):
        await machine.files.digest("in/full")
    assert await machine.files.free() > 0


@pytest.mark.parametrize("parts", [[], [b"x"], [b"-1"], [b"9" * 30], [b"1", b"2"], [b"\xff"]])
async def test_m1_strange_answers_make_a_machine_unreachable(
    machine: ShellMachine, monkeypatch: pytest.MonkeyPatch, parts: list[bytes]
) -> None:
    await machine.boot()

    async def ask(calls: ShellCalls, *given: str) -> list[bytes]:
        return parts

    with monkeypatch.context() as patch:
        patch.setattr(ShellDirectory, "reached", AsyncMock())
        patch.setattr(ShellCalls, "ask", ask)
        for call in (machine.files.received("a", "0" * 64), machine.files.digest("a")):
            with pytest.raises(Unreachable, match="cannot be understood: "):
                await call
        with pytest.raises((Unreachable, FileError)):
            await machine.files.free()
