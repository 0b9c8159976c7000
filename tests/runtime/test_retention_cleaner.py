"""Retention in a space: what has ended goes as the model says, in the background, a crash does no harm."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.commands import StartRun
from octotui.model.process import Script
from octotui.model.space import Keep, Model, Retention
from octotui.runtime import retention_cleaner
from octotui.runtime.open_space import last_state, open_space
from octotui.runtime.retention_cleaner import expired
from octotui.runtime.session import Session
from octotui.store.errors import StoreError
from octotui.store.journal.journal import JournalReader
from octotui.store.journal.removal import EndedFamily
from octotui.store.journal.verification import verify
from tests.runtime.jobs.test_package_acquisition import ended
from tests.world import child, manual, model, script

SAY = replace(script("Say"), action=Script(body='echo hello; echo x > f; new_octopusartifact "$PWD/f" f'))
BOOKS = {"a": [SAY], "ask": [manual("Go?")], "twice": [child("One", "a", wait=True)]}


def keeping(**kinds: Keep) -> Model:
    return model(BOOKS, retention=Retention(**kinds))  # type: ignore[arg-type]


@asynccontextmanager
async def opened(declared: Model, folder: Path, told: list[str] | None = None) -> AsyncIterator[Session]:
    def tell(events: tuple[object, ...], before: object, after: object) -> None:
        if told is not None:
            told.extend(type(each).__name__ for each in events)

    async with open_space(declared, folder, "ann", time.time, tell) as session:
        yield session


async def run_some(folder: Path, *processes: str) -> None:
    async with opened(keeping(), folder) as session:
        for process in processes:
            await session.send(StartRun(process=process, requester="ann"))
        async for state in session.states():
            if all(run.state == "paused" for _, run in state.runs.items()):
                return


async def until(condition: object) -> None:
    for _ in range(500):
        if condition():  # type: ignore[operator]
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to be")


def names(folder: Path, kind: str) -> set[str]:
    return {each.name for each in (folder / "test" / kind).iterdir()}


def journal(folder: Path) -> Path:
    return folder / "test" / "journal.sqlite"


async def test_r5_only_so_many_ended_runs_are_kept_and_open_ones_always(tmp_path: Path) -> None:
    await run_some(tmp_path, "ask", "a", "twice", "a")
    told: list[str] = []
    async with opened(keeping(runs=Keep(keep=1)), tmp_path, told) as session:
        await until(lambda: len({each.root for each in session.recent()}) == 2)
        assert session.recent()[-1].id == "run-1"
        assert session.state.runs["run-1"].state == "paused"
        there = {each.id for each in session.recent()}
        await until(lambda: names(tmp_path, "logs") <= there and names(tmp_path, "artifacts") <= there)
        assert names(tmp_path, "logs")
        left = session.state
    assert "RunsRemoved" in told
    assert verify(journal(tmp_path)).breaks == ()
    assert last_state(JournalReader(journal(tmp_path))) == left


async def test_runs_go_by_their_age(tmp_path: Path) -> None:
    await run_some(tmp_path, "a", "a")
    async with opened(keeping(runs=Keep(age=3600.0)), tmp_path) as session:
        await asyncio.sleep(0.1)
        assert len(session.recent()) == 2
    async with opened(keeping(runs=Keep(age=0.0)), tmp_path) as session:
        await until(lambda: session.recent() == [])


async def test_logs_and_artifacts_go_before_their_runs(tmp_path: Path) -> None:
    await run_some(tmp_path, "a", "a", "a")
    told: list[str] = []
    rules = keeping(logs=Keep(keep=2), artifacts=Keep(keep=0))
    async with opened(rules, tmp_path, told) as session:
        await until(lambda: told.count("FilesRemoved") == 2)
        assert (names(tmp_path, "artifacts"), len(names(tmp_path, "logs"))) == (set(), 2)
        assert len(session.recent()) == 3
    told.clear()
    async with opened(rules, tmp_path, told):
        await asyncio.sleep(0.1)
    assert told == []


async def test_nothing_declared_keeps_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await run_some(tmp_path, "a")
    monkeypatch.setattr(retention_cleaner, "ended_families", lambda path: 1 / 0)
    async with opened(keeping(), tmp_path) as session:
        await asyncio.sleep(0.05)
        assert len(session.recent()) == 1


@pytest.mark.parametrize("place", ["removal", "_remove"])
async def test_r4_what_a_crash_left_is_removed_the_next_time(
    tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two steps, or when runs are forgotten and their files are still there."""
    await run_some(tmp_path, "ask", *["a"] * 4)
    monkeypatch.setattr(retention_cleaner, "STEP", 1)
    works, calls = getattr(retention_cleaner, place), 0

    def crash(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls > 4:
            raise StoreError("crash")
        return works(*arguments)

    monkeypatch.setattr(retention_cleaner, place, crash)
    async with opened(keeping(runs=Keep(keep=0)), tmp_path) as session:
        await until(lambda: calls > 4 or len(session.recent()) == 1)
    monkeypatch.undo()
    async with opened(keeping(runs=Keep(keep=0)), tmp_path) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await until(lambda: len(session.state.runs) == 1 and len(session.recent()) == 2)
    async with opened(keeping(runs=Keep(keep=0)), tmp_path) as session:
        await until(lambda: len(session.recent()) == 1)
        await until(lambda: not names(tmp_path, "logs") and not names(tmp_path, "artifacts"))
    assert verify(journal(tmp_path)).breaks == ()


async def test_runs_go_on_while_a_long_history_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run_some(tmp_path, *["a"] * 12)
    monkeypatch.setattr(retention_cleaner, "STEP", 1)
    monkeypatch.setattr(retention_cleaner, "REST", 0.02)
    async with opened(keeping(runs=Keep(keep=3)), tmp_path) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await ended(session)
        await until(lambda: len(session.recent()) == 4)
        assert session.recent()[0].state == "succeeded"
    assert verify(journal(tmp_path)).breaks == ()


def test_count_and_age_are_both_limits() -> None:
    families = [EndedFamily(f"run-{number}", (f"run-{number}",), float(number)) for number in range(9, 0, -1)]

    def gone(**keep: float) -> list[int]:
        return [int(each.ended_at) for each in expired(families, Keep(**keep), 10.0)]  # type: ignore[arg-type]

    assert gone() == []
    assert gone(keep=7) == [1, 2]
    assert gone(age=4.0) == [1, 2, 3, 4, 5]
    assert gone(keep=7, age=4.0) == [1, 2, 3, 4, 5]
    assert gone(keep=2, age=4.0) == [1, 2, 3, 4, 5, 6, 7]
    assert gone(keep=0) == list(range(1, 10))
