"""What `tests/workers/local/agents/test_starter.py` does not say of agents that are started."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from octotui.workers import agent_program
from octotui.workers.agent.relay import starting
from tests.workers.agents import end_agents


def test_m2_one_that_is_about_to_end_is_asked_for_again(tmp_path: Path) -> None:
    folder = tmp_path / "agent" / "v"
    folder.mkdir(parents=True)
    held = starting.locked(str(folder / "lock"))
    assert held is not None
    assert starting.started(str(folder.parent), "v", b"", sys.executable) is None
    assert starting.versions_in(str(folder.parent), "v") == ["v"]
    os.close(held)
    assert starting.versions_in(str(folder.parent), "v") == []
    with pytest.raises(FileNotFoundError):
        starting.connected(str(folder))


def test_the_agent_listens_before_it_runs(tmp_path: Path) -> None:
    stream = starting.started(str(tmp_path / "agent"), "v", agent_program.archive(), sys.executable)
    assert stream is not None
    stream.close()
    assert (tmp_path / "agent" / "v" / "socket").stat().st_mode & 0o777 == 0o600
    end_agents(tmp_path, 0.0)


def test_m1_an_agent_that_cannot_begin_is_not_started_all_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M1: it says why, and is tried again later."""
    program = b"import sys; sys.exit('no room in the temporary folder')"

    def start() -> None:
        stream = starting.started(str(tmp_path / "agent"), "v", program, sys.executable)
        if stream is not None:
            stream.setblocking(True)
            with suppress(ConnectionResetError):
                while stream.recv(100):
                    pass
            stream.close()

    def started() -> int:
        return (tmp_path / "agent" / "v" / "problems").read_text().count("no room")

    ends_at_once = "its agent ends as soon as it is started: no room in the temporary folder"
    with pytest.raises(OSError, match=ends_at_once):  # noqa: PT012 - as often as it takes
        for _ in range(1000):
            start()
            time.sleep(0.01)
    assert started() == starting.TRIES
    with pytest.raises(OSError, match=ends_at_once):
        start()
    monkeypatch.setattr(starting, "LATER", 0.0)
    start()
    assert started() == starting.TRIES + 1
