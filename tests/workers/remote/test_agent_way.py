import os
import signal
from pathlib import Path

import pytest

from octotui.workers.agent_client.connection import AgentConnection
from octotui.workers.machine import AttemptKey, Unreachable
from octotui.workers.remote.agent_way import RemoteAgentWay
from octotui.workers.remote.channel import RelayChannel
from octotui.workers.remote.machine import RemoteMachine
from tests.workers.agents import living
from tests.workers.jobs import work
from tests.workers.local_transport import LocalTransport

ATTEMPT = AttemptKey("space-1", "job-1.1-1")


async def test_m2_an_agent_that_is_killed_is_followed_by_another(
    machine: RemoteMachine, way: LocalTransport, tmp_path: Path
) -> None:
    """M2: the attempt goes on, by the same channel; its exit code is not known any more."""
    go = tmp_path / "go"
    script = f"until [ -e {go} ]; do sleep 0.01; done; echo over"
    await machine.processes.start(ATTEMPT, work(tmp_path, script, shell="sh"), "{}")
    (pid,) = living(tmp_path)
    os.kill(pid, signal.SIGKILL)
    go.touch()
    printed = bytearray()
    end = await machine.processes.follow(ATTEMPT, printed.extend)
    assert (bytes(printed), end.outcome.state) == (b"over\n", "lost")
    assert end.outcome.reason == "its agent was killed, and it is unknown how it ended"
    assert len(way.opened) == 1


async def test_m1_a_stale_session_is_told_so_and_an_agent_that_is_not_there_too(
    machine: RemoteMachine, tmp_path: Path
) -> None:
    await machine.boot()
    channel = machine._directory.channel.present
    assert channel is not None

    async def reached() -> tuple[RelayChannel, str]:
        return channel, str(tmp_path / "agents" / "space")

    way = RemoteAgentWay(reached)
    connection = AgentConnection("v", lambda *_: None, lambda _: None)
    assert await way.versions() == []
    with pytest.raises(OSError, match="No such file"):
        await way.connect("v", connection)
    assert "does not answer" in str(await way.silence("v"))
    latest = tmp_path / "agents" / "space" / way.version
    latest.mkdir(parents=True)
    (latest / "latest-relay").write_text(f"{await machine.boot()} 1e12")
    with pytest.raises(Unreachable, match="a later session has its agent"):
        await way.start(connection)
