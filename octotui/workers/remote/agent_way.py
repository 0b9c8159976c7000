"""The way to the agents of another machine: their connections go by the channel to it."""

import asyncio
from collections.abc import Awaitable, Callable

from octotui.workers import agent_program
from octotui.workers.agent.frames import Header
from octotui.workers.agent.relay.calls import CHUNK
from octotui.workers.agent_client.connection import AgentConnection
from octotui.workers.machine import Unreachable
from octotui.workers.remote.answers import one_line, understood
from octotui.workers.remote.calls import CallFailed
from octotui.workers.remote.channel import RelayChannel

Reached = Callable[[], Awaitable[tuple[RelayChannel, str]]]
"""Returns the open channel, and the folder of the agents. Raises Unreachable."""


class AgentStream(asyncio.Transport):
    """The bytes between a connection and its agent, within a channel."""

    def __init__(self, channel: RelayChannel, connection: AgentConnection) -> None:
        super().__init__()
        self.number = channel.number()
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._channel = channel
        self._connection = connection
        self._is_closing = False
        channel.attach(self.number, self)

    def receive(self, header: Header, payload: bytes) -> None:
        """Pass on what the agent says."""
        if header.get("opened"):
            if not self.opened.done():
                self._connection.connection_made(self)
                self.opened.set_result(None)
            return
        left = memoryview(payload)
        while left and not self._is_closing:
            space = self._connection.get_buffer(-1)
            count = min(len(space), len(left))
            space[:count] = left[:count]
            left = left[count:]
            self._connection.buffer_updated(count)
        if not payload:
            self.lose()

    def lose(self) -> None:
        """Note that the connection has ended."""
        self._is_closing = True
        self._channel.detach(self.number)
        if not self.opened.done():
            self.opened.set_exception(self._channel.lost or ConnectionResetError())
            self.opened.exception()  # there may be nobody who waits
        else:
            asyncio.get_running_loop().call_soon(self._connection.connection_lost, None)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send bytes to the agent."""
        left = memoryview(data)
        while left:
            self._channel.send({"to": self.number}, bytes(left[:CHUNK]))
            left = left[CHUNK:]

    def is_closing(self) -> bool:
        """Return whether it has ended."""
        return self._is_closing

    def close(self) -> None:
        """End the connection."""
        if not self._is_closing:
            self._channel.send({"to": self.number})
            self.lose()

    def abort(self) -> None:
        """End the connection."""
        self.close()


class RemoteAgentWay:
    """The way to the agents in a folder of another machine."""

    problems = None
    is_fenced = True  # a relay of an earlier channel may still be on its way to them

    def __init__(self, reached: Reached) -> None:
        self._reached = reached

    @property
    def version(self) -> str:
        """The version that is started."""
        return agent_program.version()

    async def versions(self) -> list[str]:
        """Return the versions that have left something there, this one last."""
        channel, folder = await self._reached()
        header, _ = await self._asked(channel, "versions", folder, self.version)
        with understood():
            return [each for each in map(str, header["versions"]) if "/" not in each]

    async def connect(self, version: str, connection: AgentConnection) -> None:
        """Open a connection to an agent."""
        await self._open(version, connection, start=False)

    async def start(self, connection: AgentConnection) -> None:
        """Open a connection to the agent of this version, started where none lives."""
        await self._open(self.version, connection, start=True)

    async def silence(self, version: str) -> TimeoutError:
        """Return the error that says which agent does not answer."""
        try:
            channel, folder = await self._reached()
            header, _ = await self._asked(channel, "versions", folder, self.version, of=version)
        except (Unreachable, OSError) as problem:
            return TimeoutError(str(problem))
        return TimeoutError(one_line(header.get("silence", "its agent does not answer")))

    async def _open(self, version: str, connection: AgentConnection, *, start: bool) -> None:
        channel, folder = await self._reached()
        stream = AgentStream(channel, connection)
        try:
            await self._asked(channel, "agent", folder, version, stream.number, start=start)
            await stream.opened
        except BaseException:
            channel.detach(stream.number)
            channel.send({"to": stream.number})
            raise

    async def _asked(
        self,
        channel: RelayChannel,
        do: str,
        folder: str,
        version: str,
        number: int | None = None,
        **more: object,
    ) -> tuple[Header, bytes]:
        """Ask the relay about agents. Raises Unreachable, TimeoutError or OSError."""
        try:
            return await channel.ask(do, {"folder": folder, "version": version, **more}, number=number)
        except CallFailed as problem:
            if problem.kind == "silent":
                raise TimeoutError(str(problem)) from None
            if problem.kind == "stale":
                raise Unreachable(str(problem)) from None
            raise OSError(0, str(problem)) from None
