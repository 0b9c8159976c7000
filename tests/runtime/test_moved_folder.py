"""R2: a space whose folder is moved, removed or replaced while it is open, with and without a server."""

import asyncio
import shutil
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

import pytest

from octotui.runtime import open_space as opening
from octotui.runtime.open_space import open_space, state_on_disk
from octotui.runtime.session import Session
from octotui.store.errors import StoreError
from octotui.store.folder_lock import Displaced
from octotui.store.journal.journal import Journal, JournalReader
from octotui.store.space_folder import SpaceFolder, space_folder
from tests.runtime.jobs.test_package_acquisition import ended
from tests.runtime.served import until
from tests.runtime.test_open_space import ASKING, CRASHING, paused, shell, start
from tests.store.test_folder_lock import WAYS, linked_above
from tests.world import model


async def printing(session: Session) -> None:
    log = session.log_path("run-1", "job-1.1")
    while not (log.exists() and log.read_text().count("\n") == 2):
        await asyncio.sleep(0.01)


async def end(session: Session) -> None:
    """Wait until it has ended; raises what has ended it."""
    async with asyncio.timeout(5):
        async for _ in session.states():
            pass


@pytest.mark.parametrize("way", WAYS)
async def test_r2_nothing_is_acknowledged_by_who_had_it_before(tmp_path: Path, way: str) -> None:
    base = tmp_path / "state"
    opened = open_space(ASKING, base, "ann", time.time)
    session = await opened.__aenter__()
    await start(session)
    await paused(session)
    WAYS[way](base / "test")
    with pytest.raises(Displaced) as displaced:
        await start(session)
    assert session.failure is displaced.value
    assert not await opened.__aexit__(Displaced, displaced.value, None)
    for journal in tmp_path.rglob("*.sqlite"):  # wherever it is now
        with suppress(StoreError):
            assert {each.id for each in JournalReader(journal).runs(9)} <= {"run-1"}
    assert not list(tmp_path.rglob("clock.new"))


@pytest.mark.parametrize("way", [*WAYS, "linked above"])
async def test_r2_a_session_that_has_nothing_to_write_finds_out_too(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "POLL", 0.05)
    base = tmp_path / "state"

    async def play() -> None:
        async with open_space(ASKING, base, "ann", time.time) as session:
            if way == "linked above":
                linked_above(base / "test")
            else:
                WAYS[way](base / "test")
            await end(session)

    with pytest.raises(Displaced):
        await play()


async def test_r2_a_jump_of_the_path_by_a_closing_session_leaves_others_alone(tmp_path: Path) -> None:
    async with open_space(ASKING, tmp_path, "ann", time.time):
        (tmp_path / "test").rename(tmp_path / "away")
        (tmp_path / "test").mkdir()
    assert list((tmp_path / "test").iterdir()) == []


async def test_r2_jobs_go_on_and_are_taken_up_where_the_folder_is_opened_next(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"

    async def play() -> None:
        async with open_space(CRASHING, old, "ann", time.time) as session:
            await start(session, "hang")
            await printing(session)
            old.rename(new)
            await end(session)

    with pytest.raises(Displaced):
        await play()
    assert not old.exists()
    (new / "go").touch()
    async with open_space(CRASHING, new, "ann", time.time) as session:
        await ended(session)
        hung = await session.family("run-1")
        log = session.log_path("run-1", "job-1.1").read_text().split()
    assert (hung.jobs["job-1.1"].state, hung.jobs["job-1.1"].attempt) == ("succeeded", 1)
    assert (log[0], log[2]) == ("begun", "went")


async def test_r2_a_first_line_after_a_move_neither_ends_its_job_nor_makes_the_old_folder_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "POLL", 60.0)
    body = f"touch {tmp_path}/begun; until [ -e {tmp_path}/go ]; do sleep 0.01; done; echo first; echo last"
    quiet = model({"a": [shell("Quiet", body)]})  # type: ignore[list-item]
    old, new = tmp_path / "old", tmp_path / "new"

    async def play() -> None:
        async with open_space(quiet, old, "ann", time.time) as session:
            await start(session)
            await until((tmp_path / "begun").exists)
            old.rename(new)
            (tmp_path / "go").touch()
            await end(session)

    with pytest.raises(Displaced):
        await play()
    assert not old.exists()
    async with open_space(quiet, new, "ann", time.time) as session:
        await ended(session)
        family = await session.family("run-1")
        assert (family.runs["run-1"].state, family.jobs["job-1.1"].reason) == ("succeeded", "")
        assert session.log_path("run-1", "job-1.1").read_text() == "first\nlast\n"


async def test_r2_of_two_that_have_one_space_the_later_one_knows_all_that_was_acknowledged(
    tmp_path: Path,
) -> None:
    """The lock is removed, so that another octotui comes in while the first one writes as fast as it can."""
    acknowledged: list[str] = []

    async def write(session: Session) -> None:
        while True:
            acknowledged.append(await start(session, "ask"))

    async with open_space(CRASHING, tmp_path, "ann", time.time) as first:
        writing = asyncio.ensure_future(write(first))
        await until(lambda: len(acknowledged) > 5)
        (tmp_path / "test" / "lock").unlink()
        folder = SpaceFolder(tmp_path, "test").take()
        journal = await asyncio.to_thread(Journal, folder.journal, folder.check)
        known = {each.id for each in journal.runs(10_000)}
        with pytest.raises(Displaced):
            await writing
        assert set(acknowledged) <= known == {each.id for each in journal.runs(10_000)}
        await journal.append(())
        journal.close()
        folder.release()


async def test_r2_a_copy_is_another_space_only_where_the_first_one_is_gone(tmp_path: Path) -> None:
    async with open_space(ASKING, tmp_path / "one", "ann", time.time) as session:
        await start(session)
        await paused(session)
        shutil.copytree(tmp_path / "one", tmp_path / "two", ignore=shutil.ignore_patterns("socket"))
        with pytest.raises(StoreError, match=r"two/test is a copy of .*one/test, which is still there"):
            async with open_space(ASKING, tmp_path / "two", "ann", time.time):
                pass
    assert state_on_disk(space_folder("test", tmp_path / "two")).seq  # it can be looked at
    shutil.rmtree(tmp_path / "one")
    async with open_space(ASKING, tmp_path / "two", "ann", time.time) as session:
        assert session.state.runs["run-1"].state == "paused"


@pytest.mark.parametrize("problem", ["database or disk is full", "attempt to write a readonly database"])
async def test_r2_a_disk_that_takes_nothing_more_ends_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: str
) -> None:
    async with open_space(ASKING, tmp_path, "ann", time.time) as session:
        writer = session._journal._writer  # type: ignore[union-attr]

        def refuse(events: object) -> None:
            raise sqlite3.OperationalError(problem)

        monkeypatch.setattr(writer._tables, "add", refuse)
        with pytest.raises(StoreError):
            await start(session)
        async with asyncio.timeout(5):
            await session.failed()
