"""Agents of a space on this machine, found and started: see `workers.agent.relay.starting`."""

import asyncio
import socket
import sys

from octotui.workers import agent_program
from octotui.workers.agent.relay import starting
from octotui.workers.agent_client.connection import AgentConnection
from octotui.workers.search_path import find

PATIENCE = 10.0  # seconds in which an agent that ends is waited for
PAUSE = 0.01


class AgentStarter:
    """Finds and starts the agents in a folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    @property
    def version(self) -> str:
        """The version that is started here."""
        return agent_program.version()

    def path(self, version: str) -> str:
        """Return the folder of a version."""
        return f"{self._folder}/{version}"

    def versions(self) -> list[str]:
        """Return the versions that have left something here, this one last."""
        return starting.versions_in(self._folder, self.version)

    def connect(self, version: str) -> socket.socket:
        """Return a connection to an agent. Raises OSError where none listens, or none of this account.

        Raises TimeoutError where too many wait already for it to accept them.
        """
        return starting.connected(self.path(version))

    def silence(self, version: str) -> TimeoutError:
        """Return the error that says which agent does not answer."""
        return starting.silence(self.path(version))

    async def start(self) -> socket.socket:
        """Connect to the agent of this version, started where none lives. Raises OSError."""
        python = sys.executable or find("python3") or "python3"
        try:
            async with asyncio.timeout(PATIENCE):
                while (
                    stream := starting.started(self._folder, self.version, agent_program.archive(), python)
                ) is None:
                    await asyncio.sleep(PAUSE)
        except TimeoutError:
            raise self.silence(self.version) from None
        return stream


class LocalAgentWay:
    """The way to agents in a folder of this machine."""

    is_fenced = False  # an earlier session of this machine is over before it is followed

    def __init__(self, folder: str) -> None:
        self._starter = AgentStarter(folder)
        self.version = self._starter.version

    async def versions(self) -> list[str]:
        """Return the versions that have left something here, this one last."""
        return self._starter.versions()

    async def connect(self, version: str, connection: AgentConnection) -> None:
        """Open a connection to an agent. Raises OSError."""
        await connection.open(self._starter.connect(version))

    async def start(self, connection: AgentConnection) -> None:
        """Open a connection to the agent of this version. Raises OSError."""
        await connection.open(await self._starter.start())

    async def silence(self, version: str) -> TimeoutError:
        """Return the error that says which agent does not answer."""
        return self._starter.silence(version)
