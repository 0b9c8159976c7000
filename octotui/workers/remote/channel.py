"""The channel to a machine: one command over there, which carries calls and the frames of agents."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from octotui.workers.agent.frames import FrameError, FrameReader, Header, head
from octotui.workers.agent_client.agents import Agents
from octotui.workers.machine import Unreachable
from octotui.workers.remote.answers import STRANGE, one_line
from octotui.workers.remote.calls import RemoteCall
from octotui.workers.remote.first_contact import connected
from octotui.workers.remote.transport import Transport

PING = 30.0  # seconds between questions whether the relay is there
QUIET = 5.0  # seconds without a frame after which a machine, of which nothing is awaited, is asked seldom
SILENCE = 60.0  # seconds without a word from it, after which the channel is given up
READ = 1 << 18
CLOSING = 2.0  # seconds that the last frames may take

LARGEST = 1 << 22  # bytes of a frame from there: what is long comes in parts of 256 KiB
ENDED = "the connection to it has ended"


class AgentFrames(Protocol):
    """The receiver of what an agent says."""

    def receive(self, header: Header, payload: bytes) -> None:
        """Take bytes; none at the end of its connection."""
        ...

    def lose(self) -> None:
        """Note that the channel is lost."""
        ...


class Relayed(Protocol):
    """The streams of a running relay."""

    async def read(self, most: int) -> bytes:
        """Return some output, nothing at its end. Raises Unreachable."""
        ...

    async def write(self, data: bytes) -> None:
        """Write to its input. Raises Unreachable."""
        ...

    async def close(self) -> None:
        """Drop it."""
        ...


class RelayChannel:
    """A channel that is open, until it is lost."""

    def __init__(
        self,
        relay: Relayed,
        is_awaited: Callable[[], bool] = lambda: True,
        watch: Callable[[bool], None] = lambda closely: None,
    ) -> None:
        """Take the streams of a relay; `watch` gets whether its machine is to be watched closely.

        It is as long as `is_awaited` says that an agent's answer or a job is, or frames are sent.
        """
        self.lost: Unreachable | None = None
        self.latency: float | None = None  # seconds from a question to its answer
        self._relay = relay
        self._is_awaited = is_awaited
        self._set_watch = watch
        self._is_quiet = False  # nothing but questions was sent since the last look
        self._is_watched = True  # closely
        self._reader = FrameReader(LARGEST)
        self._outgoing: list[bytes] = []
        self._more = asyncio.Event()
        self._sent = asyncio.Event()
        self._calls: dict[int, RemoteCall] = {}
        self._agents: dict[int, AgentFrames] = {}
        self._count = 0
        self._heard = asyncio.get_running_loop().time()
        self._asked = 0.0
        self._tasks = [asyncio.create_task(each) for each in (self._read(), self._write(), self._watch())]

    def number(self) -> int:
        """Return the number of a new call or agent's connection."""
        self._count += 1
        return self._count

    def send(self, header: Header, *payload: bytes) -> None:
        """Send a frame; on a lost channel, nothing."""
        self._is_quiet = False
        if not self._is_watched:
            self._watch_closely(True)
        self._put(header, *payload)

    def _put(self, header: Header, *payload: bytes) -> None:
        if self.lost is None:
            self._outgoing += (head(header, sum(map(len, payload))), *payload)
            self._sent.clear()
            self._more.set()

    async def ask(
        self, do: str, given: Header | None = None, payload: bytes = b"", number: int | None = None
    ) -> tuple[Header, bytes]:
        """Make a call without data, and return its answer. Raises CallFailed or Unreachable."""
        async with self.call(do, given, payload, number) as call:
            call.takes_parts = False
            return await call.answer()

    @asynccontextmanager
    async def call(
        self, do: str, given: Header | None = None, payload: bytes = b"", number: int | None = None
    ) -> AsyncIterator[RemoteCall]:
        """Make a call, which is given up where the block is left before its end. Raises Unreachable."""
        if self.lost is not None:
            raise self.lost
        call = RemoteCall(self.number() if number is None else number, self.send)
        self._calls[call.number] = call
        self.send({**(given or {}), "call": call.number, "do": do}, payload)
        try:
            yield call
        except BaseException:
            call.stop()
            raise
        finally:
            if call.is_over:
                self._calls.pop(call.number, None)

    def attach(self, number: int, agent: AgentFrames) -> None:
        """Pass on what an agent says by a connection of this number."""
        self._agents[number] = agent

    def detach(self, number: int) -> None:
        """Pass on nothing more of an agent's connection."""
        self._agents.pop(number, None)

    async def close(self) -> None:
        """Send what waits, and end the relay; agents and their jobs go on."""
        if self.lost is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSING):
                    await self._sent.wait()
        self._lose(Unreachable(ENDED))
        for each in self._tasks:
            each.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(Unreachable):
            await self._relay.close()

    async def _read(self) -> None:
        try:
            while data := await self._relay.read(READ):
                self._heard = asyncio.get_running_loop().time()
                self._take(data)
        except (Unreachable, FrameError) as problem:
            self._lose(Unreachable(str(problem)))
        finally:
            self._lose(Unreachable(ENDED))

    def _take(self, data: bytes) -> None:
        """Take bytes, and do what the frames say that they complete. Raises FrameError."""
        left = memoryview(data)
        while left:
            space = self._reader.space()
            count = min(len(space), len(left))
            space[:count] = left[:count]
            left = left[count:]
            for header, payload in self._reader.complete(count):
                try:
                    self._do(header, payload)
                except STRANGE as problem:
                    raise FrameError(f"a frame of the relay is strange: {one_line(problem)}") from None

    def _do(self, header: Header, payload: bytes) -> None:
        if "from" in header:
            agent = self._agents.get(header["from"])
            if agent is not None:
                agent.receive(header, payload)
        elif "pong" in header:
            self.latency = asyncio.get_running_loop().time() - self._asked
        else:
            call = self._calls.get(header["call"])
            if call is not None:
                call.take(header, payload)
                if call.is_over:
                    del self._calls[call.number]

    async def _write(self) -> None:
        try:
            while True:
                await self._more.wait()
                self._more.clear()
                waiting, self._outgoing = self._outgoing, []
                await self._relay.write(b"".join(waiting))
                if not self._outgoing:
                    self._sent.set()
        except Unreachable as problem:
            self._lose(problem)

    async def _watch(self) -> None:
        """Ask from time to time whether the relay is there."""
        now = asyncio.get_running_loop().time
        while self.lost is None:
            self._asked = now()
            self._put({"ping": 1})
            while self.lost is None and (left := self._asked + PING - now()) > 0:
                await asyncio.sleep(min(left, QUIET) if self._is_watched else left)
                self._relax()
            if now() - self._heard > SILENCE:
                self._lose(Unreachable(f"it has said nothing for {SILENCE:.0f} s"))

    def _relax(self) -> None:
        """Have the machine watched less closely where nothing was sent since the last look."""
        if self._is_watched and self._is_quiet and not (self._calls or self._is_awaited()):
            self._watch_closely(False)
        self._is_quiet = True

    def _watch_closely(self, closely: bool) -> None:
        self._is_watched = closely
        self._set_watch(closely)

    def _lose(self, problem: Unreachable) -> None:
        """End all that goes by this channel."""
        if self.lost is not None:
            return
        self.lost = problem
        self._sent.set()
        for call in tuple(self._calls.values()):
            call.lose(problem)
        for agent in tuple(self._agents.values()):
            agent.lose()
        self._calls.clear()
        self._agents.clear()


class MachineChannel:
    """The channel to a machine, opened when it is first used, and again when it was lost."""

    def __init__(self, transport: Transport) -> None:
        self.agents: dict[tuple[str, str], Agents] = {}  # by directory and space, whoever uses them
        self._transport = transport
        self._channel: RelayChannel | None = None
        self._opening: asyncio.Task[RelayChannel] | None = None

    @property
    def present(self) -> RelayChannel | None:
        """The channel that is open, if there is one."""
        return self._channel if self._channel is not None and self._channel.lost is None else None

    async def open(self, directory: str) -> RelayChannel:
        """Return the open channel, or a new one whose program is in this directory. Raises Unreachable."""
        if self.present is not None:
            return self.present
        if self._opening is None:
            self._opening = asyncio.create_task(self._opened(directory))
            self._opening.add_done_callback(_note)
        return await asyncio.shield(self._opening)

    async def close(self) -> None:
        """Close the channel and the way to the machine."""
        await asyncio.gather(*map(_close, self.agents.values()))
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        if self._channel is not None:
            await self._channel.close()
        await self._transport.close()

    def _is_awaited(self) -> bool:
        """Return whether anything of the machine's agents is awaited."""
        return any(each.has_attempts for each in self.agents.values())

    def _watch(self, closely: bool) -> None:
        self._transport.watch(closely=closely)

    async def _opened(self, directory: str) -> RelayChannel:
        try:
            if self._channel is not None:
                await self._channel.close()
            relay = await connected(self._transport, directory)
            self._channel = RelayChannel(relay, self._is_awaited, self._watch)
            return self._channel
        finally:
            self._opening = None


async def _close(agents: Agents) -> None:
    """Close a connection to agents, which may not answer."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSING):
            await agents.close()


def _note(opening: "asyncio.Task[RelayChannel]") -> None:
    """Take the problem of an opening that nobody waits for any more."""
    if not opening.cancelled():
        opening.exception()
