from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from octotui.workers.executor import Executor
from octotui.workers.local import process_group
from octotui.workers.local.agent_executor import AgentExecutor
from octotui.workers.local.executor import LocalExecutor
from tests.workers.agents import end_agents

Make = Callable[[], Executor]


@pytest.fixture(params=["pidfd", "polling", "agent"])
def make(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Make]:
    """What makes executors of one kind, as processes that come one after the other have them."""
    if request.param == "agent":
        yield lambda: AgentExecutor(tmp_path / "agent")
        end_agents(tmp_path, 0.0)
        return
    if request.param == "polling":
        monkeypatch.delattr(process_group.os, "pidfd_open", raising=False)
    yield LocalExecutor


@pytest.fixture
async def local(make: Make) -> AsyncIterator[Executor]:
    executor = make()
    yield executor
    await executor.close()
