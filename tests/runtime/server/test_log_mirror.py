"""Logs for those who may not open a space's files."""

import asyncio
from pathlib import Path

from octotui.engine import commands
from octotui.runtime.server import log_mirror
from octotui.store.logs.log_writer import LogWriter
from octotui.store.space_folder import SpaceFolder
from tests.runtime.served import served, until
from tests.world import model, script


async def test_who_may_open_the_files_is_told_where_they_are(tmp_path: Path) -> None:
    async with served(model({"go": [script("A")]}), tmp_path) as here, here.attached() as client:
        assert client.log_path("run-1", "job-1.1") == here.folder.log("run-1", "job-1.1")


async def test_others_have_a_copy_that_grows_and_is_gone_at_the_end(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(log_mirror, "PAUSE", 0.01)
    monkeypatch.setattr(log_mirror.os, "access", lambda path, mode: False)
    async with served(model({"go": [script("A")]}), tmp_path) as here:
        async with here.attached() as client:
            await client.send(commands.StartRun(process="go"))
            with LogWriter(here.folder.log("run-1", "job-1.1")) as log:
                log.append(b"x" * 400_000 + b"\n", 1.0)
                copy = client.log_path("run-1", "job-1.1")
                await until(lambda: copy.exists() and copy.stat().st_size == 400_001)
                log.append(b"more\n", 2.0)
                await until(lambda: copy.read_bytes().endswith(b"more\n"))
            other = client.log_path("run-1", "job-1.2")
            assert not other.exists()
            assert client.log_path("run-1", "job-1.1") == copy
        assert not copy.parent.exists()


async def test_a_server_that_is_away_is_asked_again(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(log_mirror, "PAUSE", 0.01)
    monkeypatch.setattr(log_mirror.os, "access", lambda path, mode: False)
    asked_for: list[int] = []

    async def part(run: str, job: str, offset: int) -> bytes:
        asked_for.append(offset)
        if len(asked_for) == 1:
            raise commands.Refused("away")
        return b"hello\n" if not offset else b""

    logs = log_mirror.LogMirror(SpaceFolder(tmp_path, "x"), part)
    copy = logs.log("run-1", "job-1.1")
    await until(lambda: copy.exists() and copy.read_bytes() == b"hello\n")
    await logs.close()


async def test_of_copies_the_one_asked_for_last_is_kept_up_to_date(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(log_mirror, "PAUSE", 0.001)
    monkeypatch.setattr(log_mirror.os, "access", lambda path, mode: False)
    asked_for: list[str] = []

    async def part(run: str, job: str, offset: int) -> bytes:
        asked_for.append(job)
        return b""

    logs = log_mirror.LogMirror(SpaceFolder(tmp_path, "x"), part)
    for job in ("job-1.1", "job-1.2", "job-1.1"):
        logs.log("run-1", job)
        await asyncio.sleep(0)
        asked_for.clear()
        for _ in range(2):
            logs.log("run-1", job)  # again: nothing is begun anew
            await until(lambda: len(asked_for) > 5)
        assert set(asked_for) == {job}
    before = asyncio.all_tasks()
    logs.log("run-1", "job-1.1")
    assert asyncio.all_tasks() == before
    await logs.close()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_whole_log_is_there_up_to_its_present_end(tmp_path: Path, monkeypatch) -> None:
    text, asked_for = b"x" * 10, list[int]()

    async def part(run: str, job: str, offset: int) -> bytes:
        asked_for.append(offset)
        return text[offset : offset + 4]

    folder = SpaceFolder(tmp_path, "x")
    folder.make()
    logs = log_mirror.LogMirror(folder, part)
    assert await logs.whole("run-1", "job-1.1") == folder.log("run-1", "job-1.1")
    assert asked_for == []
    monkeypatch.setattr(log_mirror.os, "access", lambda path, mode: False)
    assert (await logs.whole("run-1", "job-1.1")).read_bytes() == text
    assert asked_for == [0, 4, 8, 10]
    await logs.close()
