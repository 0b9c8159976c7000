"""The contract of ways to the agents of a folder: on this machine, or on another."""

from typing import Protocol

from octotui.workers.agent_client.connection import AgentConnection


class AgentWay(Protocol):
    """Finds, starts and connects to the agents in a folder; each version has one of its own.

    All raise Unreachable where their machine is away.
    """

    @property
    def version(self) -> str:
        """The version that is started."""
        ...

    @property
    def is_fenced(self) -> bool:
        """Whether agents know the order of connections, so that a late one of an earlier way takes nothing.

        Then a connection that is superseded by one is made again, unless the agent says that it is stale.
        """
        ...

    async def versions(self) -> list[str]:
        """Return the versions that have left something there, this one last."""
        ...

    async def connect(self, version: str, connection: AgentConnection) -> None:
        """Open a connection to an agent. Raises OSError where none listens, TimeoutError where one hangs."""
        ...

    async def start(self, connection: AgentConnection) -> None:
        """Open a connection to the agent of this version, started where none lives. Raises OSError."""
        ...

    async def silence(self, version: str) -> TimeoutError:
        """Return the error that says which agent does not answer."""
        ...
