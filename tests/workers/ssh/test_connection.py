"""One connection, and how many commands it takes at once."""

import asyncio

import asyncssh
import pytest

from octotui.model.machines.accounts import Endpoint
from octotui.workers.machine import Unreachable
from octotui.workers.ssh.connection import Full, SshClient
from octotui.workers.ssh.connector import SshConnector
from tests.sshd import MakeSshd, needs_sshd
from tests.workers.ssh.ways import problem_of, read

pytestmark = needs_sshd


async def test_m1_a_connection_learns_how_many_commands_it_takes(make_sshd: MakeSshd) -> None:
    connection = await SshConnector(read).connect(Endpoint(make_sshd("MaxSessions 2").endpoint))
    assert connection.has_room
    held = [await connection.start("cat") for _ in range(2)]
    with pytest.raises(Full):
        await connection.start("cat")
    assert not connection.has_room
    assert connection.idle == 0.0
    await held[0].close_input()
    await asyncio.wait_for(connection.ended.wait(), 20)
    assert connection.has_room
    await held[1].close()
    await connection.close()
    assert not connection.is_open
    with pytest.raises(Unreachable):
        await connection.start("true")


async def test_m1_a_machine_that_runs_nothing_says_so(make_sshd: MakeSshd) -> None:
    said = await problem_of(make_sshd("MaxSessions 0").endpoint)
    assert said.startswith("it runs no commands for this account")


def test_m1_no_unknown_key_is_trusted_and_it_is_noted() -> None:
    client, key = SshClient(), asyncssh.generate_private_key("ssh-ed25519")
    assert not client.validate_host_public_key("web1", "192.0.2.1", 22, key)
    assert client.key is key
    client.connection_lost(asyncssh.ConnectionLost("a\nreason"))
    assert client.lost == "the connection was lost: a reason"
