from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from octotui.workers.executor import Executor
from octotui.workers.local.agents.executor import AgentExecutor
from octotui.workers.local.supervisors import process_group
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from tests.workers.agents import end_agents

Make = Callable[[], Executor]


@pytest.fixture(params=["pidfd", "polling", "agent"])
async def make(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[Make]:
    """What makes executors of one kind, as processes that come one after the other have them."""
    made: list[Executor] = []

    def new() -> Executor:
        is_agent = request.param == "agent"
        made.append(AgentExecutor(tmp_path / "agent") if is_agent else SupervisorExecutor())
        return made[-1]

    if request.param == "polling":
        monkeypatch.delattr(process_group.os, "pidfd_open", raising=False)
    yield new
    for executor in made:
        await executor.close()
    end_agents(tmp_path)


@pytest.fixture(params=["pidfd", "polling"])
async def supervised(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SupervisorExecutor]:
    """The executor whose jobs have a supervisor each."""
    if request.param == "polling":
        monkeypatch.delattr(process_group.os, "pidfd_open", raising=False)
    executor = SupervisorExecutor()
    yield executor
    await executor.close()


@pytest.fixture
async def local(make: Make) -> AsyncIterator[Executor]:
    executor = make()
    yield executor
    await executor.close()
