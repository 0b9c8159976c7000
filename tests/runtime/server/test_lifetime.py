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
from tests.runtime.served import served, until
from tests.world import manual, model

MODEL = model({"ask": [manual("May it?")]})


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifetime, "LOOK", 0.01)


async def test_a_session_is_shared_and_its_model_followed(tmp_path: Path) -> None:
    file = tmp_path / "model.toml"
    file.write_text('[space]\nname = "Test"\n')
    declared = load(file)
    async with (
        open_space(declared, tmp_path, "ann", lambda: 1000.0) as session,
        shared(session, declared, tmp_path, file, load) as server,
    ):
        assert (tmp_path / "test" / "socket").exists()
        file.write_text('[space]\nname = "Test"\n[environments.live]\n')
        server.look_soon()
        await until(lambda: session.state.model.environments)
    assert not (tmp_path / "test" / "socket").exists()


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


async def test_one_that_nobody_needs_ends_by_itself(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        assert await until_stopped(here.server, ShutdownSignal(), idle=0.03) == "it was idle"


async def test_one_is_needed_by_who_is_attached_by_what_is_open_and_by_schedules(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        assert not here.server.is_used
        async with here.attached() as client:
            assert here.server.is_used
            await client.send(commands.StartRun(process="ask"))
        await until(lambda: not here.server.seats)
        assert here.server.is_used
        await here.session.send(commands.CancelRun(run="run-1"))
        assert not here.server.is_used
        nightly = Schedule(name="Nightly", cron="0 3 * * *", runbook="ask")
        await here.session.send(commands.LoadModel(replace(MODEL, schedules={"nightly": nightly})))
        assert here.server.is_used
        assert isinstance(here.server, Server)
