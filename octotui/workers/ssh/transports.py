"""The ways by SSH of a session: one for each endpoint, with what they share."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from octotui.model.machines.accounts import Endpoint
from octotui.model.values import Secret
from octotui.workers.ssh.passphrases import Passphrases

if TYPE_CHECKING:
    from octotui.workers.ssh.connector import SshConnector
    from octotui.workers.ssh.transport import SshTransport

ReadSecret = Callable[[Secret], Awaitable[str]]
"""Reads a sensitive value; raises an exception whose text says why it cannot, and never the value."""


class SshTransports:
    """Makes transports; equal endpoints share one, and all share hops and the limit of connecting."""

    def __init__(self, read: ReadSecret, passphrases: Passphrases | None = None) -> None:
        """Read passphrases, passwords and keys with `read`; people give `passphrases` of others."""
        self._read = read
        self._passphrases = passphrases or Passphrases()
        self._connector: SshConnector | None = None
        self._transports: dict[Endpoint, SshTransport] = {}

    def transport(self, endpoint: Endpoint) -> "SshTransport":
        """Return the way to a machine; nothing is connected yet."""
        known = self._transports.get(endpoint)
        if known is None:
            from octotui.workers.ssh.transport import SshTransport  # noqa: PLC0415 - asyncssh loads slowly

            known = self._transports[endpoint] = SshTransport(endpoint, self.connector())
        return known

    def connector(self) -> "SshConnector":
        """Return what makes the connections."""
        if self._connector is None:
            from octotui.workers.ssh.connector import SshConnector  # noqa: PLC0415 - as above

            self._connector = SshConnector(self._read, self._passphrases)
        return self._connector

    def taken(self, endpoint: Endpoint) -> "SshTransport | None":
        """Return the way to a machine, if there is one, which nobody else gets from now on."""
        return self._transports.pop(endpoint, None)

    async def release(self, transport: "SshTransport | None") -> None:
        """Close a way that was taken; with the last one, those to the hosts on the way."""
        if transport is not None:
            await transport.close()
        if not self._transports and self._connector is not None:
            await self._connector.close()

    async def close(self) -> None:
        """Close all connections; what runs over there continues."""
        for endpoint in tuple(self._transports):
            await self.release(self.taken(endpoint))
        if self._connector is not None:
            await self._connector.close()
