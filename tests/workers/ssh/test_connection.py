"""One connection, and how many commands it takes at once."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncssh
import pytest

from octotui.model.machines.accounts import Endpoint
from octotui.workers.machine import Unreachable
from octotui.workers.ssh import connection
from octotui.workers.ssh.connection import Full, SshClient, SshConnection
from octotui.workers.ssh.connector import SshConnector
from tests.sshd import MakeSshd, needs_sshd
from tests.workers.ssh.ways import problem_of, read

pytestmark = needs_sshd


async def test_m1_a_connection_learns_how_many_commands_it_takes(make_sshd: MakeSshd) -> None:
    logged_in = await SshConnector(read).connect(Endpoint(make_sshd("MaxSessions 2").endpoint))
    assert logged_in.has_room
    held = [await logged_in.start("cat") for _ in range(2)]
    with pytest.raises(Full):
        await logged_in.start("cat")
    assert not logged_in.has_room
    assert logged_in.idle == 0.0
    await held[0].close_input()
    await asyncio.wait_for(logged_in.ended.wait(), 20)
    assert logged_in.has_room
    await held[1].close()
    await logged_in.close()
    assert not logged_in.is_open
    with pytest.raises(Unreachable):
        await logged_in.start("true")


async def test_m1_a_machine_that_runs_nothing_says_so(make_sshd: MakeSshd) -> None:
    said = await problem_of(make_sshd("MaxSessions 0").endpoint)
    assert said.startswith("it runs no commands for this account")


class Silent:
    """A connection that is asked for a session and never answers, before or after its channel is open."""

    def __init__(self, channel: Any) -> None:
        self._channel = channel

    def is_closed(self) -> bool:
        return False

    async def create_session(self, session: Callable[[], Any], command: str, **options: Any) -> None:
        if self._channel is not None:
            self._channel.session = session()
            self._channel.session.connection_made(self._channel)
        await asyncio.Event().wait()


class Channel:
    """A channel that ends when it is aborted."""

    session: Any = None

    def abort(self) -> None:
        self.session.connection_lost(None)


@pytest.mark.parametrize("channel", [None, Channel()])
async def test_m1_a_command_that_is_never_started_is_unreachable(
    monkeypatch: pytest.MonkeyPatch, channel: Channel | None
) -> None:
    monkeypatch.setattr(connection, "PATIENCE", 0.05)
    silent: Any = Silent(channel)
    made = SshConnection(silent, SshClient(), 5.0)
    with pytest.raises(Unreachable, match="it has started no command within 0 s"):
        await asyncio.wait_for(made.start("true"), 20)
    assert made.idle > 0, "nothing counts as running"


class Watched:
    """A connection that notes how often it is to ask."""

    def __init__(self) -> None:
        self.intervals: list[float] = []

    def is_closed(self) -> bool:
        return False

    def set_keepalive(self, interval: float) -> None:
        self.intervals.append(interval)


@pytest.mark.parametrize(("said", "intervals"), [(5.0, [60.0, 5.0]), (90.0, [90.0, 90.0])])
def test_m1_a_machine_of_which_nothing_is_awaited_is_asked_seldom(
    said: float, intervals: list[float]
) -> None:
    """And never more often than said; on a connection that is lost, nothing is asked."""
    watched: Any = Watched()
    client = SshClient()
    made = SshConnection(watched, client, said)
    made.watch(closely=False)
    made.watch(closely=True)
    client.connection_lost(None)
    made.watch(closely=False)
    assert watched.intervals == intervals


def test_m1_no_unknown_key_is_trusted_and_it_is_noted() -> None:
    client, key = SshClient(), asyncssh.generate_private_key("ssh-ed25519")
    assert not client.validate_host_public_key("web1", "192.0.2.1", 22, key)
    assert client.key is key
    client.connection_lost(asyncssh.ConnectionLost("a\nreason"))
    assert client.lost == "the connection was lost: a reason"
