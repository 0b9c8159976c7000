"""Ways by SSH to servers of the tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from octotui.model.machines.accounts import Account, Endpoint, SshSettings
from octotui.model.values import Secret
from octotui.workers.machine import Unreachable
from octotui.workers.ssh.transport import SshTransport
from octotui.workers.ssh.transports import SshTransports
from tests.sshd import USER

QUICK = SshSettings(timeout=20.0, keep_alive=0.2)


async def read(secret: Secret) -> str:
    """Read a secret of a test: what stands in place of its variable's name."""
    assert secret.env is not None
    return secret.env


@asynccontextmanager
async def way_to(
    place: str | int, account: Account | None = None, settings: SshSettings = QUICK, host_key: str = ""
) -> AsyncIterator[SshTransport]:
    """Yield the way to an endpoint, or to a port of loopback."""
    address = place if isinstance(place, str) else f"ssh://{USER}@127.0.0.1:{place}"
    transports = SshTransports(read)
    try:
        yield transports.transport(Endpoint(address, account, settings, host_key))
    finally:
        await transports.close()


async def problem_of(
    place: str | int, account: Account | None = None, settings: SshSettings = QUICK, host_key: str = ""
) -> str:
    """Return why a machine cannot be reached."""
    async with way_to(place, account, settings, host_key) as way:
        try:
            end = await way.run("true")
        except Unreachable as problem:
            return str(problem)
    raise AssertionError(f"it was reached: {end}")
