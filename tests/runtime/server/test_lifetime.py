"""A server from its start to its end."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine import commands
from octotui.model.space import Schedule
from octotui.model.toml.read import load
from octotui.runtime.open_space import open_space
from octotui.runtime.server import lifetime
from octotui.runtime.server.lifetime import ShutdownSignal, shared, until_stopped
from octotui.runtime.server.server import Server
from octotui.store.errors import StoreError
from tests.runtime.served import served, until
from tests.world import manual, model

MODEL = model({"ask": [manual("May it?")]})


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifetime, "POLL", 0.01)


async def test_a_session_is_shared_and_its_model_followed_at_once_where_that_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("octotui.runtime.server.server.POLL", 1000.0)
    file = tmp_path / "model.toml"
    file.write_text('[space]\nname = "Test"\n')
    declared = load(file)
    async with (
        open_space(declared, tmp_path, "ann", lambda: 1000.0) as session,
        shared(session, declared, tmp_path, file, load) as server,
    ):
        assert (tmp_path / "test" / "socket").exists()
        file.write_text('[space]\nname = "Test"\n[environments.live]\n')
        server.check_file_soon()
        await until(lambda: session.state.model.environments)
    assert not (tmp_path / "test" / "socket").exists()


async def test_a_session_without_a_file_follows_none(tmp_path: Path) -> None:
    """Whatever file a client was opened with."""
    async with (
        open_space(MODEL, tmp_path, "ann", lambda: 1000.0) as session,
        shared(session, MODEL, tmp_path, None, load) as server,
    ):
        await server.follow_file(str(tmp_path / "model.toml"))
        assert session.trouble == ""
        assert session.state.model == MODEL


async def test_one_that_is_asked_to_stop_ends(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        ending = asyncio.ensure_future(until_stopped(here.server, ShutdownSignal()))
        await asyncio.sleep(0)
        here.server.stopped.set()
        assert await ending == "it was asked to stop"


@pytest.mark.parametrize(
    ("number", "why"), [(signal.SIGTERM, "it received SIGTERM"), (signal.SIGINT, "it was interrupted")]
)
async def test_a_signal_ends_it(tmp_path: Path, number: int, why: str) -> None:
    async with served(MODEL, tmp_path) as here:
        ending = asyncio.ensure_future(until_stopped(here.server, ShutdownSignal()))
        await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGTSTP)
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), number)
        assert await ending == why


async def test_each_hang_up_has_it_read_its_model_again_also_one_that_came_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    async with served(MODEL, tmp_path) as here:
        monkeypatch.setattr(here.server, "check_file_soon", lambda: looks.append(1))
        signals = ShutdownSignal()
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0.05)
        ending = asyncio.ensure_future(until_stopped(here.server, signals))
        await until(lambda: len(looks) == 1)
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: len(looks) == 2)
        assert callable(signal.getsignal(signal.SIGTSTP)), "else it would stand still"
        assert not ending.done()
        signals.tell("enough")
        assert await ending == "enough"


async def test_one_that_nobody_needs_ends_by_itself(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        assert await until_stopped(here.server, ShutdownSignal(), idle=0.03) == "it was idle"


async def test_it_ends_only_after_nobody_needed_it_for_so_long_at_a_stretch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, told = list[bool](), list[int]()
    monkeypatch.setattr(Server, "is_used", property(lambda _: looks.append(True) or len(looks) == 3))
    async with served(MODEL, tmp_path) as here:
        ending = ShutdownSignal()
        tell = ending.tell
        ending.tell = lambda why: (told.append(len(looks)), tell(why))  # type: ignore[method-assign, assignment]
        assert await until_stopped(here.server, ending, idle=0.025) == "it was idle"
        assert told[0] == 6, "three times in a row after it was used"


async def test_r2_what_has_ended_its_session_is_raised_and_nothing_waits_on(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        before = asyncio.all_tasks()
        ending = asyncio.ensure_future(until_stopped(here.server, ShutdownSignal()))
        await asyncio.sleep(0)
        here.session.fail(StoreError("the disk is full"))
        with pytest.raises(StoreError, match="the disk is full"):
            await ending
        await asyncio.sleep(0)
        assert asyncio.all_tasks() <= before  # those before may end meanwhile


async def test_one_is_needed_by_who_is_attached_by_what_is_open_and_by_schedules(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        assert not here.server.is_used
        async with here.attached() as client:
            assert here.server.is_used
            await client.send(commands.StartRun(process="ask"))
        await until(lambda: not here.server.connections)
        assert here.server.is_used
        await here.session.send(commands.CancelRun(run="run-1"))
        assert not here.server.is_used
        nightly = Schedule(name="Nightly", cron="0 3 * * *", runbook="ask")
        await here.session.send(commands.LoadModel(replace(MODEL, schedules={"nightly": nightly})))
        assert here.server.is_used
        assert isinstance(here.server, Server)
