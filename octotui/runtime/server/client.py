"""A client of a space's server: it has the same State, since it hears the same events."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path

import msgspec

from octotui.engine import commands
from octotui.engine.commands import Command
from octotui.engine.events import AnyEvent
from octotui.engine.evolve.evolve import evolve, replay
from octotui.engine.state import State
from octotui.engine.state.snapshot import UnreadableSnapshot, decode
from octotui.model.space import Channel
from octotui.runtime.clocks import Clock
from octotui.runtime.jobs.package_acquisition import Chosen
from octotui.runtime.server import protocol
from octotui.runtime.server.log_mirror import LogMirror
from octotui.runtime.server.sockets import connected
from octotui.runtime.space_access import Listener
from octotui.runtime.state_feed import StateFeed
from octotui.store.errors import StoreError
from octotui.store.journal.run_records import RunRecord, record_of
from octotui.store.space_folder import SpaceFolder

AWAY = "the server is away: trying to reach it again"
AGAIN = 0.2  # seconds between two tries to reach it
LONGEST = 1 << 30  # bytes of a line from the server: a State may be large
KEPT = 100  # records of the newest runs

Again = Callable[[], Awaitable[None]]


def _at_one_go(state: bytes) -> State:
    """A State from its bytes; the garbage collector would look at all that is made of it again and again."""
    collects = gc.isenabled()
    gc.disable()
    try:
        return decode(state)
    finally:
        if collects:
            gc.enable()


def _as_text(path: Path | None) -> str | None:
    """The path of a model as a server is told it; none where it is no text: it has that from its start."""
    text = None if path is None else str(path.absolute())
    return text if text is None or text.encode(errors="ignore").decode() == text else None


class SequenceGap(Exception):
    """Something that happened was not told."""


class Client:
    """Follows a server, also where it is started again; `again` starts one where there is none."""

    def __init__(
        self, folder: SpaceFolder, now: Clock, *, model: Path | None = None, again: Again | None = None
    ) -> None:
        self.user = ""
        self.trouble = ""
        self._shown = StateFeed(State())
        self.now = now
        self._folder = folder
        self._model = _as_text(model)
        self._again = again
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[protocol.DoneReply]] = {}
        self._listeners: list[Listener] = []
        self._records: dict[str, RunRecord] = {}
        self._mirror = LogMirror(folder, self._part)
        self._decoder = msgspec.json.Decoder(protocol.ToClient)

    @property
    def state(self) -> State:
        """The State as it is known here."""
        return self._shown.state

    async def open(self, *, follow: bool = True) -> None:
        """Connect, and wait for the present; raises OSError where none is, StoreError where it refuses."""
        await self._connect(protocol.Hello(version=protocol.VERSION, follow=follow, model=self._model))
        self._reading = asyncio.ensure_future(self._read(follow))
        while self._shown.failure is None and not (self.state.seq if follow else self.user):
            await self._shown.change()
        self._shown.check()

    async def close(self) -> None:
        """Let go of the server; nothing else changes."""
        self._reading.cancel()
        self._writer.close()
        await asyncio.gather(self._reading, return_exceptions=True)
        await self._mirror.close()

    async def send(self, command: Command) -> tuple[AnyEvent, ...]:
        """Ask for something, and wait until it took effect; may raise `Refused`."""
        if not isinstance(command, commands.Request):
            raise TypeError(f"{type(command).__name__} is nothing that people ask for")
        return (await self._ask(lambda number: protocol.SendRequest(id=number, request=command))).events

    async def choose(self, needed: tuple[str, ...], channel: Channel) -> Chosen:
        """Versions of packages for a release of a channel, from the feeds as they are now."""
        done = await self._ask(
            lambda number: protocol.ChooseRequest(id=number, needed=needed, channel=channel)
        )
        return done.versions, done.problems

    async def clock(self, *, confirm: bool) -> str:
        """What is the matter with the clock of the space's machine, or nothing; the owner can confirm it."""
        done = await self._ask(lambda number: protocol.ClockRequest(id=number, confirmed=confirm))
        return "; ".join(done.problems)

    async def stop(self) -> None:
        """End the server, and wait until it has let go of the space; what runs on machines goes on."""
        await self._ask(lambda number: protocol.StopRequest(id=number))
        while self._folder.is_held:
            await asyncio.sleep(0.02)

    def listen(self, listener: Listener) -> None:
        """Call back with (events, before, after) for all that is told from now on."""
        self._listeners.append(listener)

    def states(self) -> AsyncIterator[State]:
        """The present State, and then every later one, merged to at most 30 a second."""
        return self._shown.states()

    def recent(self, limit: int = KEPT) -> list[RunRecord]:
        """The newest runs of the space, open and ended."""
        return sorted(self._records.values(), key=lambda each: -each.number)[:limit]

    async def history(
        self, words: Sequence[str] = (), before: int | None = None, limit: int = KEPT
    ) -> list[RunRecord]:
        """Ended runs of which every word is a part of something, the newest of those before a number."""
        asked_for = partial(protocol.HistoryRequest, words=tuple(words), before=before, limit=limit)
        return list((await self._ask(lambda number: asked_for(id=number))).records)

    async def family(self, root: str) -> State:
        """A State in which a run and all it started can be looked at, though it has ended."""
        done = await self._ask(lambda number: protocol.FamilyRequest(id=number, root=root))
        return await asyncio.to_thread(replay, done.events)

    def log_path(self, run: str, job: str) -> Path:
        """Where a job's output is: in the space's folder, or a copy for who may not look there."""
        return self._mirror.log(run, job)

    async def whole_log(self, run: str, job: str) -> Path:
        """Where a job's output is, once all is there that was printed by now."""
        return await self._mirror.whole(run, job)

    def artifact_path(self, run: str, job: str, name: str) -> Path:
        """Where a file is that a job's script had kept."""
        return self._folder.artifacts(run, job) / name

    async def _part(self, run: str, job: str, offset: int) -> bytes:
        done = await self._ask(lambda number: protocol.LogRequest(id=number, run=run, job=job, offset=offset))
        return done.data

    async def _connect(self, hello: protocol.Hello) -> None:
        """Say who we are to the server of the folder, if both can be trusted; may raise StoreError."""
        self._folder.verify()
        self._reader, self._writer = await asyncio.open_unix_connection(
            sock=connected(self._folder.path), limit=LONGEST
        )
        self._writer.write(protocol.line(hello))

    async def _ask(self, question: Callable[[int], protocol.ClientRequest]) -> protocol.DoneReply:
        """The answer to a question."""
        self._shown.check()
        if self.trouble == AWAY:
            raise commands.Refused(AWAY)
        number = next(self._numbers)
        answer: asyncio.Future[protocol.DoneReply] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        self._writer.write(protocol.line(question(number)))
        try:
            return await answer
        finally:
            del self._waiting[number]

    async def _read(self, follow: bool) -> None:
        """Take what the server says, and find it again where it went away, until it says goodbye."""
        while self._shown.failure is None:
            try:
                while raw := await self._reader.readline():
                    self._take(self._decoder.decode(raw))
            except (ConnectionError, SequenceGap):
                pass  # the rest is asked for anew
            except (msgspec.MsgspecError, UnreadableSnapshot):
                self._fail(
                    StoreError("the server is of another version: octotui stop ends it, then open anew")
                )
            except Exception as bug:  # nobody else would see it
                self._fail(bug)
            self._writer.close()
            if self._shown.failure is None:
                self._lose()
                await self._reach_again(follow)

    def _lose(self) -> None:
        """Tell those who wait for an answer that none will come."""
        self.trouble = AWAY
        sentence = "the server went away before it answered: look whether it took effect"
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(commands.Refused(sentence))
        self._shown.wake()

    async def _reach_again(self, follow: bool) -> None:
        since = self.state.seq or None
        while True:
            try:
                with suppress(OSError):
                    await self._connect(
                        protocol.Hello(
                            version=protocol.VERSION, since=since, follow=follow, model=self._model
                        )
                    )
                    return
                if self._again is not None:
                    await self._again()
            except StoreError as problem:
                self._fail(problem)
                return
            await asyncio.sleep(AGAIN)

    def _take(self, message: protocol.ToClient) -> None:  # noqa: C901 - one case a message
        match message:
            case protocol.Welcome(user=user, trouble=trouble):
                self.user, self.trouble = user, trouble
                self._shown.wake()
            case protocol.SnapshotMessage(state=state, recent=recent):
                self._records = {each.id: each for each in recent}
                self._shown.show(_at_one_go(bytes(state)))
            case protocol.EventsMessage(events=events):
                self._follow(events)
            case protocol.TroubleMessage(text=text):
                self.trouble = text
                self._shown.wake()
            case protocol.DoneReply(id=number):
                self._settle(number, message)
            case protocol.RefusedReply(id=number, reason=reason):
                self._settle(number, commands.Refused(reason))
            case protocol.FailedReply(id=number, reason=reason):
                self._settle(number, StoreError(reason))
            case protocol.Goodbye(kind="slow"):
                pass  # it goes on from where it was
            case protocol.Goodbye(reason=reason):
                self._fail(StoreError(reason))

    def _settle(self, number: int, answer: protocol.DoneReply | Exception) -> None:
        waiting = self._waiting.get(number)
        if waiting is None or waiting.done():
            return
        if isinstance(answer, Exception):
            waiting.set_exception(answer)
        else:
            waiting.set_result(answer)

    def _follow(self, events: tuple[AnyEvent, ...]) -> None:
        """Let events change the State here as they did there; raises Gap."""
        before = state = self.state
        for event in events:
            if event.seq != state.seq + 1:
                raise SequenceGap
            state = evolve(state, event)
            run = getattr(event, "run", "")
            record = record_of(event, self._records.get(run))
            if record is not None:
                self._records[run] = record
        self._shown.show(state)
        for listener in self._listeners:
            listener(events, before, state)

    def _fail(self, failure: Exception) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(failure)
        self._shown.fail(failure)
