"""The agents of a space on a machine: connections to them, made anew where one is lost."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from octotui.workers.agent.frames import Header
from octotui.workers.agent_client.attempt import AgentAttempt
from octotui.workers.agent_client.connection import AgentConnection
from octotui.workers.agent_client.way import AgentWay
from octotui.workers.machine import Unreachable

SHORTEST, LONGEST = 0.02, 2.0  # seconds between tries to reach an agent
TRIES = 3  # agents that may end while the last wishes are said
SILENCE = 10.0  # seconds in which an agent that is asked says nothing at all, and is given up
GONE = "its agent does not know it any more, and it is unknown how it ended"


class Agents:
    """Connections to the agents, and the attempts that they run.

    What an agent is asked for is asked again on each new connection until it is known to be done. There are
    several agents only where one of another version still has jobs. Where the machine cannot be reached, who
    waits for an attempt gets Unreachable; to begin it is not asked for again by itself.
    """

    def __init__(self, way: AgentWay) -> None:
        self.way = way
        self._attempts: dict[str, AgentAttempt] = {}
        self._connections: dict[str, AgentConnection] = {}
        self._owners: dict[str, AgentConnection] = {}
        self._looks: dict[tuple[AgentConnection, str], deque[asyncio.Future[tuple[Header, bytes]]]] = {}
        self._forgets: dict[AgentConnection, deque[str]] = {}
        self._unsent: deque[str] = deque()
        self._opening = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def attempt(self, name: str) -> AgentAttempt | None:
        """Return an attempt that an agent has."""
        return self._attempts.get(name)

    async def ready(self) -> AgentConnection:
        """Return the connection to the agent that starts jobs. Raises OSError or Unreachable."""
        connection = self._connections.get(self.way.version)
        return connection if connection is not None and connection.is_open else await self._opened()

    async def existing(self) -> list[AgentConnection]:
        """Return connections to all agents that have jobs; those of agents that are gone have a new one.

        Raises OSError or Unreachable.
        """
        for version in await self.way.versions():
            try:
                await self._opened(version)
            except TimeoutError:  # it lives
                raise
            except OSError:
                await self._opened()
        return [each for each in self._connections.values() if each.is_open]

    async def look(self, connection: AgentConnection, name: str, directory: str) -> tuple[Header, bytes]:
        """Ask an agent for an attempt. Raises OSError where the connection is lost meanwhile.

        Raises TimeoutError where it does not answer.
        """
        if not connection.is_open:
            raise ConnectionResetError
        reply: asyncio.Future[tuple[Header, bytes]] = asyncio.get_running_loop().create_future()
        waiting = self._looks.setdefault((connection, name), deque())
        waiting.append(reply)
        connection.send({"do": "look", "job": name, "directory": directory})
        try:
            await self._heard(reply, lambda: connection)
            return await reply
        finally:
            if not waiting:
                self._looks.pop((connection, name), None)

    async def begun(self, attempt: AgentAttempt) -> None:
        """Wait until an attempt has begun. Raises StartError, or Unreachable.

        Raises TimeoutError where its agent does not answer: then it is known still.
        """
        await self._heard(attempt.begun, lambda: self._owners.get(attempt.name))
        await attempt.begun

    def give_up(self, attempt: AgentAttempt) -> None:
        """Ask no agent to begin an attempt again, and have one that has been asked stop it."""
        attempt.start = None
        self.stop(attempt, 0.0)

    async def _heard(self, reply: "asyncio.Future[Any]", owner: Callable[[], AgentConnection | None]) -> None:
        """Wait for a reply, as long as its agent says anything to anybody. Raises TimeoutError."""
        now = asyncio.get_running_loop().time
        asked = now()
        try:
            while not reply.done():
                connection = owner()
                if connection is None:  # a new one is being made
                    asked = now()
                left = max(asked, connection.heard if connection else 0.0) + SILENCE - now()
                if connection is not None and left <= 0:
                    raise await self.way.silence(connection.version)
                await asyncio.wait({reply}, timeout=left)
        finally:
            reply.cancel()  # which nobody awaits any more, unless it is done

    def take(self, attempt: AgentAttempt) -> None:
        """Know an attempt, which no agent has yet."""
        self._attempts[attempt.name] = attempt

    def add(self, attempt: AgentAttempt, connection: AgentConnection) -> None:
        """Give an attempt to an agent: send it all that is asked for."""
        self.take(attempt)
        self._tell(attempt, connection)

    def remove(self, name: str) -> None:
        """Know nothing more of an attempt."""
        self._attempts.pop(name, None)
        self._owners.pop(name, None)

    def has_owner(self, name: str) -> bool:
        """Return whether a connection to the agent of an attempt is there."""
        return name in self._owners

    def send(self, name: str, header: Header) -> None:
        """Send a frame about an attempt, if its agent is there; a later one is sent all that it needs."""
        connection = self._owners.get(name)
        if connection is not None:
            connection.send(header)

    def forget(self, name: str) -> None:
        """Have an attempt forgotten, whose end is journaled; asked for until it is done."""
        self.remove(name)
        connections = [each for each in self._connections.values() if each.is_open]
        if not connections:
            self._unsent.append(name)
        for connection in connections:
            self._forget(connection, name)

    def keep(self, names: list[str]) -> None:
        """Have all attempts but these forgotten by the agents that are there."""
        for connection in self._connections.values():
            connection.send({"do": "keep", "jobs": names})

    async def close(self) -> None:
        """Close all connections, once their agents have heard all wishes: jobs go on, and idle agents end."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for _ in range(TRIES):
            if self._unsent:  # its agent has ended before it heard of them
                with suppress(OSError, Unreachable):
                    await self._opened()
            for connection in tuple(self._connections.values()):
                await connection.close()
            if not self._unsent:
                return

    async def _opened(self, version: str = "") -> AgentConnection:
        """Return the connection to a version; that of this one is started where it has none."""
        async with self._opening:
            version = version or self.way.version
            found = self._connections.get(version)
            if found is not None and found.is_open:
                return found
            is_own = version == self.way.version
            connection = AgentConnection(version, self._receive, self._lost)
            await (self.way.start(connection) if is_own else self.way.connect(version, connection))
            self._connections[version], self._forgets[connection] = connection, deque()
            if not is_own:
                connection.send({"do": "retire"})
            unsent, self._unsent = self._unsent, deque()
            for name in unsent:
                self._forget(connection, name)
            return connection

    def _forget(self, connection: AgentConnection, name: str) -> None:
        self._forgets[connection].append(name)
        connection.send({"do": "forget", "job": name})

    def _tell(self, attempt: AgentAttempt, connection: AgentConnection) -> None:
        self._owners[attempt.name] = connection
        for header, payload in attempt.frames():
            connection.send(header, *payload)

    def _lost(self, connection: AgentConnection) -> None:
        """Have what it was asked for asked again on a new connection, to it or to the agent after it."""
        if self._connections.get(connection.version) is connection:
            del self._connections[connection.version]
        if not (connection.is_finished or connection.is_superseded):
            self._unsent += self._forgets[connection]
        del self._forgets[connection]
        for key in [each for each in self._looks if each[0] is connection]:
            for reply in self._looks.pop(key):
                if not reply.done():
                    reply.set_exception(ConnectionResetError())
        names = [name for name, each in self._owners.items() if each is connection]
        for name in names:
            del self._owners[name]
        if (names or self._unsent) and not (self._closed or connection.is_superseded):
            task = asyncio.get_running_loop().create_task(self._take_over(connection.version, names))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _take_over(self, version: str, names: list[str]) -> None:
        delay = SHORTEST
        while True:
            for each in dict.fromkeys((version, self.way.version)):
                try:
                    connection = await self._opened(each)
                except Unreachable as problem:
                    self._give_up(names, problem)
                    return
                except OSError:
                    continue
                for name in self._without_owner(names):
                    self._tell(self._attempts[name], connection)
                return
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST)

    def _give_up(self, names: list[str], problem: Unreachable) -> None:
        """Tell who waits for attempts that their machine is away; who asks again finds them again."""
        for name in self._without_owner(names):
            self._attempts[name].away(problem)

    def _without_owner(self, names: list[str]) -> list[str]:
        return [each for each in names if each in self._attempts and each not in self._owners]

    def _receive(self, connection: AgentConnection, header: Header, payload: bytes) -> None:
        name, word = str(header.get("job")), header.get("say")
        attempt = self._attempts.get(name)
        if word in ("status", "bye", "superseded"):
            self._hear(connection, header, payload)
        elif word == "ended":
            self._done(connection, header.get("forgotten"))
        if attempt is not None and self._owners.get(name) is connection and attempt.is_followed:
            self._report(attempt, header, payload)

    def _hear(self, connection: AgentConnection, header: Header, payload: bytes) -> None:
        """Take what an agent says of itself, or answers."""
        if header["say"] == "bye":
            connection.finish()
        elif header["say"] == "superseded":  # another session has the space
            connection.is_superseded = bool(header.get("stale", not self.way.is_fenced))
        elif waiting := self._looks.get((connection, str(header.get("job")))):
            reply = waiting.popleft()  # an agent answers in order
            if not reply.done():
                reply.set_result((header, payload))

    def _report(self, attempt: AgentAttempt, header: Header, payload: bytes) -> None:
        """Take what an agent says of an attempt that is followed."""
        match header.get("say"):
            case "begun":
                attempt.has_begun()
            case "refused":
                attempt.refused(header)
            case "unknown":
                attempt.end({"why": GONE})
            case "output" if self._take(attempt, header, payload):
                attempt.has_begun()
            case "ended" if "at" not in header or self._take(attempt, header, payload):
                attempt.end(header)

    def _take(self, attempt: AgentAttempt, header: Header, payload: bytes) -> bool:
        """Pass output on; where some is missing, have it sent again from there and return False (M3)."""
        if not attempt.take(header.get("at"), payload):
            if not attempt.is_refetching:
                attempt.is_refetching = True
                self.send(attempt.name, attempt.follow_frame())
            return False
        self._stop_failed(attempt)
        return True

    def follow(self, attempt: AgentAttempt) -> None:
        """Have the output of an attempt sent, if that is not asked for yet."""
        self._stop_failed(attempt)
        if not attempt.is_followed:
            attempt.is_followed = True
            self.send(attempt.name, attempt.follow_frame())

    def _stop_failed(self, attempt: AgentAttempt) -> None:
        """Stop an attempt whose output cannot be kept."""
        if attempt.failure is not None:
            self.stop(attempt, 0.0)

    def stop(self, attempt: AgentAttempt, grace: float) -> None:
        """Have an attempt stopped; asked for again on each new connection."""
        if attempt.grace is None:
            attempt.grace = grace
            self.send(attempt.name, attempt.stop_frame())

    def _done(self, connection: AgentConnection, count: object) -> None:
        """Drop the wishes that an agent has heard on a connection: it says how many."""
        waiting = self._forgets.get(connection)
        if waiting is not None and isinstance(count, int):
            while waiting and connection.acknowledged < count:
                waiting.popleft()
                connection.acknowledged += 1
