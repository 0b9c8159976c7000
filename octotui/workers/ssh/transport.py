"""The way to one machine by SSH: its connections, kept and used by many commands at once."""

import asyncio
import random
from time import monotonic

from octotui.model.machines.accounts import Endpoint
from octotui.workers.machine import Locked, Unreachable
from octotui.workers.remote.first_contact import FORCED
from octotui.workers.remote.transport import CommandEnd, RemoteCommand, run_to_end
from octotui.workers.ssh.command import Errors
from octotui.workers.ssh.connection import NO_SESSIONS, Full, SshConnection
from octotui.workers.ssh.connector import SshConnector

MOST = 8  # connections to one machine: further ones are made where one has no room for another command
REFUSALS = 20  # of one command, before its machine counts as unreachable
ENDLESS = f"it prints without end: {FORCED}"
IDLE = 60.0  # seconds that a further connection is kept without a command
FIRST = 0.5  # seconds without another try after the first failure; doubled with each that follows
LONGEST = 30.0  # seconds at most


class SshTransport:
    """Commands on one machine; connects when first used, and again when it is lost."""

    def __init__(self, endpoint: Endpoint, connector: SshConnector) -> None:
        self._endpoint = endpoint
        self._connector = connector
        self._connections: list[SshConnection] = []
        self._connecting = asyncio.Lock()
        self._back_off = BackOff()
        self._is_closed = False

    async def run(self, command: str, body: bytes = b"", *, most: int = 1 << 20) -> CommandEnd:
        """Run a command by the account's shell with `body` as its input. Raises Unreachable."""
        return await run_to_end(await self.open(command), body, most, ENDLESS)

    async def open(self, command: str, errors: Errors | None = None) -> RemoteCommand:
        """Start a command by the account's shell; `errors` gets its standard error. Raises Unreachable."""
        for refusals in range(REFUSALS):
            connection = await self._connection()
            try:
                return await connection.start(command, errors)
            except Full:  # sshd takes a moment to forget a command that has ended
                await asyncio.sleep(0.01 * refusals)
        raise Unreachable(NO_SESSIONS.format(f"refused {REFUSALS} times"))

    def watch(self, *, closely: bool) -> None:
        """Ask often over its connections whether the machine is there, or seldom."""
        for each in self._connections:
            each.watch(closely=closely)

    async def close(self) -> None:
        """Close the way; what runs over there continues."""
        self._is_closed = True
        closing, self._connections = self._connections, []
        await asyncio.gather(*(each.close() for each in closing), return_exceptions=True)

    async def _connection(self) -> SshConnection:
        """Return a connection with room for another command; wait where there are MOST and all are full."""
        while True:
            async with self._connecting:
                known = await self._with_room()
                if known is not None:
                    return known
                if len(self._connections) < MOST:
                    return await self._another()
            await _first_end(self._connections)

    def retry_now(self) -> None:
        """Connect with the next command, however short ago that failed."""
        self._back_off.end()

    async def _with_room(self) -> SshConnection | None:
        """Return the first connection with room; drop those that are lost, and further ones that are idle."""
        kept = [each for each in self._connections if each.is_open]
        free = next((each for each in kept if each.has_room), None)
        idle = [each for each in kept[1:] if each.idle > IDLE and each is not free]
        self._connections = [each for each in kept if each not in idle]
        for each in idle:
            await each.close()
        return free

    async def _another(self) -> SshConnection:
        """Connect once more. Raises Unreachable, at once while a failure is recent."""
        if self._is_closed:
            raise Unreachable("the way to this machine is closed")
        self._back_off.check()
        try:
            connection = await self._connector.connect(self._endpoint)
        except Unreachable as problem:
            raise self._back_off.failed(problem) from None
        self._back_off.succeeded()
        self._connections.append(connection)
        return connection


class BackOff:
    """Keeps a machine that is away from being tried too often: exponential back-off with jitter."""

    def __init__(self) -> None:
        self._longest = FIRST
        self._until = 0.0
        self._problem = Unreachable()

    def check(self) -> None:
        """Raise the last problem as Unreachable until it is time for the next try."""
        left = self._until - monotonic()
        if left > 0:
            raise _again(self._problem)

    def end(self) -> None:
        """Have the next try made now; if it fails, the waits go on as long as they were."""
        self._until = 0.0

    def failed(self, problem: Unreachable) -> Unreachable:
        """Note a failure, and return it."""
        limit, self._longest = self._longest, min(LONGEST, self._longest * 2)
        self._until = monotonic() + random.uniform(limit / 2, limit)
        self._problem = _again(problem)
        return problem

    def succeeded(self) -> None:
        """Begin again with short waits."""
        self._longest, self._until = FIRST, 0.0


def _again(problem: Unreachable) -> Unreachable:
    """Return the same problem without where it was raised."""
    return Locked(problem.key, str(problem)) if isinstance(problem, Locked) else Unreachable(str(problem))


async def _first_end(connections: list[SshConnection]) -> None:
    """Wait until a command of any connection has ended, or one is lost."""
    for each in connections:
        each.ended.clear()
    waiting = [asyncio.ensure_future(each.ended.wait()) for each in connections]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
