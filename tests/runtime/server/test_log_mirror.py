"""Logs for those who may not open a space's files."""

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
