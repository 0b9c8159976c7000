"""What `tests/workers/local/agents/test_starter.py` does not say of agents that are started."""

import os
import sys
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
