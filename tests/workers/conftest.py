from collections.abc import AsyncIterator

import pytest

from octotui.workers.local import process_group
from octotui.workers.local.executor import LocalExecutor


@pytest.fixture(params=["pidfd", "polling"])
async def local(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[LocalExecutor]:
    if request.param == "polling":
        monkeypatch.delattr(process_group.os, "pidfd_open", raising=False)
    executor = LocalExecutor()
    yield executor
    await executor.close()
