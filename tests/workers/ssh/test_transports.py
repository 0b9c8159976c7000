"""The ways of a session, and that nobody pays for SSH who does not use it."""

import subprocess
import sys

import pytest

from octotui.model.machines.accounts import Account, Endpoint
from octotui.workers.machine import Unreachable
from octotui.workers.ssh.transports import SshTransports
from tests.sshd import Sshd, needs_sshd
from tests.workers.ssh.ways import read


async def test_m1_equal_endpoints_share_a_way() -> None:
    transports = SshTransports(read)
    way = transports.transport(Endpoint("ssh://web1"))
    assert transports.transport(Endpoint("ssh://web1")) is way
    assert transports.transport(Endpoint("ssh://web1", Account(user="ann"))) is not way
    await transports.close()


@needs_sshd
async def test_a_released_way_is_closed_and_another_one_goes_on(sshd: Sshd) -> None:
    transports = SshTransports(read)
    endpoints = Endpoint(sshd.endpoint), Endpoint(f"ssh://127.0.0.1:{sshd.port}")
    one, other = map(transports.transport, endpoints)
    await one.run("true")
    await other.run("true")
    await transports.release(transports.taken(endpoints[0]))
    with pytest.raises(Unreachable):
        await one.run("true")
    assert (await other.run("true")).code == 0
    await transports.close()


def test_asyncssh_is_imported_where_a_connection_is_made_alone() -> None:
    imports = "import sys, octotui.runtime.open_space, octotui.cli.verbs.workers"
    script = f"{imports}; assert 'asyncssh' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)
