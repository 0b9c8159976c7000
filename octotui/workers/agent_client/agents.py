"""The agents of a space on a machine: connections to them, made anew where one is lost."""

import asyncio
import errno
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress

from octotui.workers.agent.frames import Header
from octotui.workers.agent_client.attempt import AgentAttempt
from octotui.workers.agent_client.connection import AgentConnection
from octotui.workers.agent_client.replies import AwaitedReplies
from octotui.workers.agent_client.way import AgentWay
from octotui.workers.machine import Unreachable

SHORTEST, LONGEST = 0.02, 2.0  # seconds between tries to reach an agent
TRIES = 3  # agents that may end while the last wishes are said
SILENCE = 10.0  # seconds in which an agent that is asked says nothing at all, and is given up
LOOKING = 3.0  # seconds of that where it is asked for an attempt only: it is asked again later
WATCH = 5.0  # seconds between looks whether an agent whose attempts are followed answers
ADOPTED = "its agent was killed; it is followed until all that it started has ended"
ANSWERS = "its agent answers again"
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
        self._replies = AwaitedReplies(way.silence)
        self._opening = asyncio.Lock()
        self._silent: dict[str, tuple[float, TimeoutError]] = {}  # until when versions are not asked
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def has_attempts(self) -> bool:
        """Whether any attempt is known, which may be followed or is to be begun."""
        return bool(self._attempts)

    def attempt(self, name: str) -> AgentAttempt | None:
        """Return an attempt that an agent has."""
        return self._attempts.get(name)

    async def ready(self) -> AgentConnection:
        """Return the connection to the agent that starts jobs, which answers.

        Raises OSError or Unreachable.
        """
        for _ in range(TRIES):
            connection = self._connections.get(self.way.version)
            if connection is None or not connection.is_open:
                connection = await self._opened()
            if not await connection.answers(SILENCE):
                raise await self.way.silence(connection.version)
            if connection.is_open:
                return connection
        raise ConnectionResetError(errno.ECONNRESET, "it ends at once", self.way.problems)

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
                await self._successor()
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
            return await self._replies.wait(reply, lambda: connection, LOOKING)
        finally:
            if not waiting:
                self._looks.pop((connection, name), None)

    async def begun(self, attempt: AgentAttempt) -> None:
        """Wait until an attempt has begun. Raises StartError, or Unreachable.

        Raises TimeoutError where its agent does not answer: then it is known still.
        """
        await self._replies.wait(attempt.begun, lambda: self._owners.get(attempt.name), SILENCE)

    def give_up(self, attempt: AgentAttempt) -> None:
        """Ask no agent to begin an attempt again, and have one that has been asked stop it."""
        attempt.start = None
        self.stop(attempt, 0.0)

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

    def keep(self, names: list[str], space: str) -> None:
        """Have the agents that are there forget all attempts but these, and stop those of a space."""
        for connection in self._connections.values():
            connection.send({"do": "keep", "jobs": names, "space": space})

    async def close(self) -> None:
        """Close all connections, once their agents have heard all wishes: jobs go on, and idle agents end."""
        self._closed = True
        self._replies.close()
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
            connection = AgentConnection(version, self._receive, self._lost)
            self._forgets[connection] = deque()
            try:
                await self._connect(version, connection)
            except BaseException:
                self._forgets.pop(connection, None)
                raise
            self._connections[version] = connection
            if version != self.way.version:
                connection.send({"do": "retire"})
            self._in_background(self._watch(connection))
            unsent, self._unsent = self._unsent, deque()
            for name in unsent:
                self._forget(connection, name)
            return connection

    async def _connect(self, version: str, connection: AgentConnection) -> None:
        """Open a connection; an agent that was silent is not waited for again at once.

        Raises OSError or Unreachable.
        """
        now = asyncio.get_running_loop().time
        until, silence = self._silent.get(version, (0.0, None))
        if silence is not None and now() < until:
            raise silence
        try:
            if version == self.way.version:
                await self.way.start(connection)
            else:
                await self.way.connect(version, connection)
        except TimeoutError as problem:
            self._silent[version] = (now() + WATCH, problem)
            raise
        if not connection.is_open:  # it was lost at once
            raise ConnectionResetError

    async def _successor(self) -> AgentConnection:
        """Return the connection to this version's agent, which takes up what others left that are gone."""
        connection = await self._opened()
        connection.send({"do": "adopt"})
        return connection

    async def _watch(self, connection: AgentConnection) -> None:
        """Have the attempts of an agent say so where it does not answer, and where it does again."""
        while connection.is_open:
            await asyncio.sleep(WATCH)
            if connection not in self._owners.values() or await connection.answers(SILENCE):
                continue
            silence = await self.way.silence(connection.version)
            self._notify(connection, f"{silence}; this job waits for it")
            while not await connection.answers(SILENCE):
                pass
            if connection.is_open:
                self._notify(connection, ANSWERS)

    def _notify(self, connection: AgentConnection, sentence: str) -> None:
        """Have the attempts of an agent say how it stands."""
        for name in [name for name, owner in self._owners.items() if owner is connection]:
            if not self._attempts[name].ended.done():
                self._attempts[name].notice(sentence)

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

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
            self._unsent += self._forgets.get(connection, ())
        self._forgets.pop(connection, None)
        for key in [each for each in self._looks if each[0] is connection]:
            for reply in self._looks.pop(key):
                if not reply.done():
                    reply.set_exception(ConnectionResetError())
        names = [name for name, each in self._owners.items() if each is connection]
        for name in names:
            del self._owners[name]
        if (names or self._unsent) and not (self._closed or connection.is_superseded):
            self._in_background(self._take_over(connection.version, names))

    async def _take_over(self, version: str, names: list[str]) -> None:
        delay = SHORTEST
        while True:
            try:
                connection = await self._opened_after(version)
            except Unreachable as problem:
                self._give_up(names, problem)
                return
            except OSError:
                await asyncio.sleep(delay)
                delay = min(2 * delay, LONGEST)
                continue
            for name in self._without_owner(names):
                self._tell(self._attempts[name], connection)
            return

    def _give_up(self, names: list[str], problem: Unreachable) -> None:
        """Tell who waits for attempts that their machine is away; who asks again finds them again."""
        for name in self._without_owner(names):
            self._attempts[name].away(problem)

    def _without_owner(self, names: list[str]) -> list[str]:
        return [each for each in names if each in self._attempts and each not in self._owners]

    async def _opened_after(self, version: str) -> AgentConnection:
        """Return the connection to a version that was lost, or to what comes after it. Raises OSError."""
        try:
            return await self._opened(version)
        except TimeoutError:  # it lives
            raise
        except OSError:
            return await self._successor()

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
            case "adopted":
                attempt.notice(ADOPTED)
            case "unknown":
                attempt.end({"why": GONE})
            case "output" if self._take(attempt, header, payload):
                attempt.has_begun()
            case "ended" if self._is_whole(attempt, header, payload):
                attempt.end(header)

    def _take(self, attempt: AgentAttempt, header: Header, payload: bytes) -> bool:
        """Pass output on; where some is missing, have it sent again from there and return False (M3)."""
        if not attempt.take(header.get("at"), payload, header.get("stream")):
            self._refetch(attempt)
            return False
        self._stop_failed(attempt)
        return True

    def _is_whole(self, attempt: AgentAttempt, header: Header, payload: bytes) -> bool:
        """Return whether all output of an ended attempt is there; what is missing is sent again (M3)."""
        if "at" in header and not self._take(attempt, header, payload):
            return False
        is_whole = attempt.is_whole(header.get("sizes"))
        if not is_whole:
            self._refetch(attempt)
        return is_whole

    def _refetch(self, attempt: AgentAttempt) -> None:
        """Have output sent again from where some is missing."""
        if not attempt.is_refetching:
            attempt.is_refetching = True
            self.send(attempt.name, attempt.follow_frame())

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
