import resource
from pathlib import Path

import pytest

from octotui.workers.local import open_file_limit
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from tests.workers.jobs import result, work


def test_we_may_have_many_files_open(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda which, both: said.append(both))
    monkeypatch.setattr(resource, "getrlimit", lambda which: (256, resource.RLIM_INFINITY))
    open_file_limit.raise_soft()
    monkeypatch.setattr(resource, "getrlimit", lambda which: (1024, 4096))
    open_file_limit.raise_soft()
    monkeypatch.setattr(resource, "getrlimit", lambda which: (4096, 4096))
    open_file_limit.raise_soft()
    assert said == [(open_file_limit.ENOUGH, resource.RLIM_INFINITY), (4096, 4096)]


async def test_a_script_has_the_usual_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_file_limit, "USUAL", 321)
    executor = SupervisorExecutor()
    assert (await result(executor, work(tmp_path, "ulimit -S -n")))[1] == b"321\n"
    await executor.close()
