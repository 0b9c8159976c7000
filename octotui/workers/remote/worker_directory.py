"""The directory of a worker on another machine, reached by the channel to it."""

from typing import NamedTuple

from octotui.workers import agent_program
from octotui.workers.agent_client.agents import Agents
from octotui.workers.machine import Unreachable
from octotui.workers.remote.agent_way import RemoteAgentWay
from octotui.workers.remote.answers import understood
from octotui.workers.remote.calls import CallFailed
from octotui.workers.remote.channel import MachineChannel, RelayChannel


class ReachedDirectory(NamedTuple):
    """A directory over there by its absolute path, the helper files of scripts, and the channel to both."""

    channel: RelayChannel
    path: str
    helpers: str


class WorkerDirectory:
    """The directory of a worker; relative ones are below the home of the account."""

    def __init__(self, channel: MachineChannel, path: str) -> None:
        self.channel = channel
        self.path = path  # absolute once it was reached
        self._reached: ReachedDirectory | None = None

    async def reached(self) -> ReachedDirectory:
        """Return the directory, made if need be. Raises Unreachable, also where it cannot be used."""
        channel = await self.channel.open(self.path)
        if self._reached is None or self._reached.channel is not channel:
            try:
                header, _ = await channel.ask(
                    "directory", {"path": self.path, "version": agent_program.version()}
                )
            except CallFailed as problem:
                raise Unreachable(f"its directory {self.path} cannot be used: {problem}") from None
            with understood():
                self._reached = ReachedDirectory(channel, str(header["path"]), str(header["helpers"]))
            self.path = self._reached.path
        return self._reached

    async def agents(self, space: str) -> Agents:
        """Return the agents of a space in this directory, which other spaces do not share.

        Raises Unreachable.
        """
        path = (await self.reached()).path

        async def reached() -> tuple[RelayChannel, str]:
            return (await self.reached()).channel, f"{path}/agents/{space}"

        known = self.channel.agents
        if (path, space) not in known:
            known[path, space] = Agents(RemoteAgentWay(reached))
        return known[path, space]
