"""Backups: made while a session writes, restored elsewhere, and never over anything."""

import asyncio
import io
import os
import sqlite3
import tarfile
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.commands import CancelRun, ReportHealth, StartRun
from octotui.model.process import Script, Step
from octotui.runtime.open_space import last_state, open_space
from octotui.store.errors import StoreError
from octotui.store.journal.journal import Journal, JournalReader
from octotui.store.logs.log_reader import LogReader
from octotui.store.space_folder import SpaceFolder, space_folder
from octotui.store.transfer.backups import back_up, restore
from tests.store.events import history
from tests.world import model, script


def does(name: str, body: str) -> Step:
    return replace(script(name), action=Script(body=body))


LONG = model({"long": [does("Sleep", "echo begun; sleep 60"), does("Then", "echo never")]})


async def test_r4_a_backup_made_while_a_session_writes_is_a_prefix_and_its_jobs_are_lost(
    tmp_path: Path,
) -> None:
    folder = space_folder("test", tmp_path)
    copies = []
    async with open_space(LONG, tmp_path, "ann", time.time) as session:
        await session.send(StartRun(process="long", requester="ann"))
        while not folder.log("run-1", "job-1.1").exists():
            await asyncio.sleep(0.01)
        for number in range(3):
            copying = asyncio.ensure_future(asyncio.to_thread(back_up, folder, tmp_path / f"{number}.tar.gz"))
            before = session.state.seq
            while not copying.done():
                health = "unhealthy" if session.state.seq % 2 else "healthy"
                await session.send(ReportHealth("worker2", health))
            copies.append((before, copying.result()))
        await session.send(CancelRun(run="run-1"))
        while len(session.state.families):
            await asyncio.sleep(0.01)
    events = list(JournalReader(folder.journal).read())
    for number, (before, copied) in enumerate(copies):
        place = restore(tmp_path / f"{number}.tar.gz", tmp_path / f"elsewhere-{number}")
        kept = list(JournalReader(place / "journal.sqlite").read())
        assert before <= copied.seq == len(kept)
        assert kept == events[: len(kept)]
        assert copied.runs == 1
        assert last_state(JournalReader(place / "journal.sqlite")).jobs["job-1.1"].state == "running"
    assert copies[-1][0] > copies[0][0]
    async with open_space(LONG, tmp_path / "elsewhere-2", "ann", time.time) as session:
        job = session.state.jobs["job-1.1"]
        assert (job.state, job.outcome and job.outcome.state) == ("asking", "lost")
        with LogReader(session.log_path("run-1", "job-1.1")) as log:
            assert log.lines(0, 9) == ["begun"]  # once: it was not run again


async def space(base: Path) -> SpaceFolder:
    """A closed space with output, a kept file, a cache, a workspace and a lock."""
    folder = SpaceFolder(base, "kraken")
    with folder:
        journal = Journal(folder.journal)
        await journal.append(history())
        journal.close()
    for path in ("logs/run-1/job.log", "artifacts/run-1/job/a b.html", "workers/worker1/work/job/script"):
        (folder.path / path).parent.mkdir(parents=True, exist_ok=True)
        (folder.path / path).write_text(path)
    return folder


async def test_a_backup_holds_the_journal_the_output_and_kept_files_and_nothing_else(tmp_path: Path) -> None:
    folder = await space(tmp_path)
    before = sorted(each.name for each in folder.path.iterdir())
    path = tmp_path / "backup.tar.gz"
    copied = back_up(folder, path)
    assert (copied.seq, copied.runs) == (17, 3)
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in folder.path.iterdir()) == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["backup.tar.gz", "kraken"]
    place = restore(path, tmp_path / "new")
    assert place == tmp_path / "new" / "kraken"
    found = sorted(each.relative_to(place).as_posix() for each in place.rglob("*") if each.is_file())
    assert found == ["artifacts/run-1/job/a b.html", "journal.sqlite", "logs/run-1/job.log"]
    assert list(JournalReader(place / "journal.sqlite").read()) == history()
    assert {each.stat().st_mode & 0o077 for each in (place, *place.rglob("*.*"))} == {0}
    with tarfile.open(path) as archive:  # unpacking it in a state directory does the same
        assert {each.name.split("/")[0] for each in archive} == {"kraken"}


async def test_what_is_there_is_never_touched(tmp_path: Path) -> None:
    folder = await space(tmp_path)
    path = tmp_path / "backup.tar.gz"
    back_up(folder, path)
    with pytest.raises(StoreError, match="is there already: choose another name"):
        back_up(folder, path)
    with pytest.raises(StoreError, match="kraken is there already"):
        restore(path, tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["backup.tar.gz", "kraken"]
    with pytest.raises(StoreError, match="there is nothing to back up"):
        back_up(SpaceFolder(tmp_path, "other"), tmp_path / "other.tar.gz")
    with pytest.raises(StoreError, match="No such file or directory"):
        back_up(folder, tmp_path / "nowhere" / "backup.tar.gz")


async def test_a_damaged_or_a_newer_journal_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    folder = await space(tmp_path)
    database = sqlite3.connect(folder.journal)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreError, match="was written by a newer octotui"):
        back_up(folder, tmp_path / "new")
    folder.journal.write_bytes(os.urandom(9000))
    with pytest.raises(StoreError, match="is damaged"):
        back_up(folder, tmp_path / "new")
    assert [each.name for each in tmp_path.iterdir()] == ["kraken"]


async def test_a_backup_that_is_cut_or_none_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    back_up(await space(tmp_path), tmp_path / "whole")
    whole = (tmp_path / "whole").read_bytes()
    new = tmp_path / "new"
    for length in range(0, len(whole) - 8, max(1, len(whole) // 60)):
        (tmp_path / "cut").write_bytes(whole[:length])
        with pytest.raises(StoreError, match="cut is no backup of octotui"):
            restore(tmp_path / "cut", new)
        assert not list(new.iterdir())
    with pytest.raises(StoreError, match="No such file"):
        restore(tmp_path / "nowhere", new)


@pytest.mark.parametrize(
    "name",
    ["../out", "/tmp/out", "kraken/../../out", "kraken/logs/../../x", "other/journal.sqlite", "kraken/lock"],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "bad.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for each in ("kraken/journal.sqlite", name):
            entry = tarfile.TarInfo(each)
            entry.size = 1
            archive.addfile(entry, io.BytesIO(b"x"))
    with pytest.raises(StoreError, match=r"bad\.tar\.gz is no backup of octotui: it holds"):
        restore(path, tmp_path / "new")
    assert not list((tmp_path / "new").iterdir())


def test_links_and_backups_without_a_journal_are_refused(tmp_path: Path) -> None:
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
        with tarfile.open(tmp_path / "bad", "w:gz") as archive:
            entry = tarfile.TarInfo("kraken/logs/run-1/job.log")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        with pytest.raises(StoreError, match=r"it holds '?kraken/logs/run-1/job\.log"):
            restore(tmp_path / "bad", tmp_path / "new")
    with tarfile.open(tmp_path / "empty", "w:gz"):
        pass
    with pytest.raises(StoreError, match=r"it holds no journal\.sqlite"):
        restore(tmp_path / "empty", tmp_path / "new")


def test_a_space_is_private_in_whatever_order_its_files_come(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "backup", "w:gz") as archive:
        for name in ("kraken/logs/run-1/job.log", "kraken/journal.sqlite"):
            archive.addfile(tarfile.TarInfo(name))
    assert restore(tmp_path / "backup", tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_p4_a_backup_goes_through_the_door_of_archives(tmp_path: Path) -> None:
    """P4: names that mislead are refused, nothing is there twice as two things, and others may do nothing."""
    for name in (
        "kraken/logs/a\x1b[2J",
        "kraken/logs/a\u202eb",
        "kraken/logs/x/..",
        "kraken/logs/" + "d/" * 200 + "x",
    ):
        with tarfile.open(tmp_path / "bad", "w:gz") as archive:
            for each in ("kraken/journal.sqlite", name):
                archive.addfile(tarfile.TarInfo(each))
        with pytest.raises(StoreError, match=r"bad is no backup of octotui"):
            restore(tmp_path / "bad", tmp_path / "new")
        assert list((tmp_path / "new").iterdir()) == []
    with tarfile.open(tmp_path / "bad", "w:gz") as archive:
        for each in ("kraken/journal.sqlite", "kraken/logs/x", "kraken/logs/x/y"):
            archive.addfile(tarfile.TarInfo(each))
    with pytest.raises(StoreError, match=r"no backup of octotui, or is cut: it holds .* behind a file"):
        restore(tmp_path / "bad", tmp_path / "new")
    with tarfile.open(tmp_path / "open", "w:gz") as archive:
        for each in ("kraken/journal.sqlite", "kraken/logs/run-1/job.log"):
            entry = tarfile.TarInfo(each)
            entry.mode = 0o7777
            archive.addfile(entry)
    place = restore(tmp_path / "open", tmp_path / "new")
    assert {each.stat().st_mode & 0o7077 for each in (place, *place.rglob("*"))} == {0}


def test_a_log_that_repeats_itself_is_restored(tmp_path: Path) -> None:
    """However well it was packed: what a package must not be, a backup may."""
    with tarfile.open(tmp_path / "backup", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("kraken/journal.sqlite"))
        entry = tarfile.TarInfo("kraken/logs/run-1/job.log")
        entry.size = 300 * 2**20
        with Path("/dev/zero").open("rb") as zeros:
            archive.addfile(entry, zeros)
    assert (tmp_path / "backup").stat().st_size * 100 < 300 * 2**20
    place = restore(tmp_path / "backup", tmp_path / "new")
    assert (place / "logs" / "run-1" / "job.log").stat().st_size == 300 * 2**20
