import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from octotui.workers import agent_program
from octotui.workers.agent_client.agents import Agents
from octotui.workers.local.agents.starter import LocalAgentWay
from tests.workers.agents import end_agents, living


@pytest.fixture
async def agents(tmp_path: Path) -> AsyncIterator[Agents]:
    made = Agents(LocalAgentWay(str(tmp_path / "agent")))
    yield made
    await made.close()
    end_agents(tmp_path)


async def gone(folder: Path) -> None:
    async with asyncio.timeout(10):
        while list(living(folder)):
            await asyncio.sleep(0.01)


async def test_an_agent_without_anything_to_do_ends_with_its_session(agents: Agents, tmp_path: Path) -> None:
    await agents.ready()
    assert len(await agents.existing()) == 1
    await agents.close()
    await gone(tmp_path)


async def test_m2_a_wish_is_repeated_until_it_is_acknowledged(agents: Agents, tmp_path: Path) -> None:
    agents.forget("early")
    connection = await agents.ready()
    agents.forget("late")
    assert list(agents._forgets[connection]) == ["early", "late"]
    agents._receive(connection, {"say": "ended", "job": "x", "forgotten": 1}, b"")
    assert list(agents._forgets[connection]) == ["late"]
    while not (pids := list(living(tmp_path))):
        await asyncio.sleep(0.01)
    os.kill(pids[0], 9)
    async with asyncio.timeout(10):
        while connection.is_open:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    again = await agents.ready()
    assert again is not connection
    assert list(agents._forgets[again]) == ["late"]


async def test_the_newest_session_has_the_agent(agents: Agents, tmp_path: Path) -> None:
    first = await agents.ready()
    newer = Agents(LocalAgentWay(str(tmp_path / "agent")))
    second = await newer.ready()
    async with asyncio.timeout(10):
        while first.is_open:
            await asyncio.sleep(0.01)
    assert second.is_open
    await newer.close()


async def test_an_agent_of_another_version_is_left_to_end_its_jobs(
    agents: Agents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes no new ones, and ends by itself; what one left that is gone is taken over."""
    await agents.ready()
    await agents.close()
    await gone(tmp_path)
    monkeypatch.setattr(agent_program, "version", lambda: "newer")
    older = tmp_path / "agent" / "older"
    older.mkdir()
    (older / "lock").touch()
    (older / "record").write_bytes(b'["begun","space/job-1.1-1","../../worker/work/x",1,2,1]\n')
    newer = Agents(LocalAgentWay(str(tmp_path / "agent")))
    (connection,) = await newer.existing()
    assert connection.version == "newer"
    header, _ = await newer.look(connection, "space/job-1.1-1", "../../worker")
    assert header["state"] in ("running", "ended")
    assert not older.exists()
    await newer.close()
