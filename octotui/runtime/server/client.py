"""The client of a space's server: a replica of the State, kept by the same events.

It reconnects when the connection is lost, also to a server that was restarted: then it gets the events that
it missed, and sends unanswered requests again with the same idempotency keys.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from octotui.engine import commands
from octotui.engine.commands import Command
from octotui.engine.events import AnyEvent
from octotui.engine.evolve.evolve import evolve, replay
from octotui.engine.queries.query import EVERYTHING, Query, QueryError, bounded
from octotui.engine.state import State
from octotui.engine.state.snapshot import UnreadableSnapshot, decode
from octotui.model.garbage import uncollected
from octotui.model.space import Channel
from octotui.runtime.server import protocol
from octotui.runtime.server.log_mirror import LogMirror
from octotui.runtime.server.peer_credentials import peer_ids
from octotui.runtime.server.pending_requests import PendingRequests, new_key
from octotui.runtime.server.sockets import AGAIN, greets, reached, unanswered
from octotui.runtime.space_access import Listener
from octotui.runtime.state_feed import StateFeed
from octotui.store.errors import StoreError
from octotui.store.journal.run_records import RunRecord, record_of
from octotui.store.journal.search_summary import SearchSummary
from octotui.store.space_folder import SpaceFolder

if TYPE_CHECKING:
    from octotui.runtime.clocks import Clock
    from octotui.runtime.jobs.package_acquisition import Chosen

AWAY = "the server cannot be reached: connecting again"
GONE = "the server has ended, and none was started again: octotui FILE starts one"
OTHER = "the server has another version: end it with octotui stop, then open the space again"
HANDSHAKE = 20.0  # seconds in which a server must greet, and send the whole State
SILENCE = 10.0  # seconds without a message after which a new connection shows whether the server answers
PATIENCE = 20.0  # seconds in which a server must be started elsewhere, where this client starts none
HELD = 0.02  # seconds between two checks whether a stopping server has released its folder
LONGEST = 1 << 30  # bytes of a line from the server: a State may be large
KEPT = 100  # records of the newest runs

Again = Callable[[], Awaitable[None]]


def _bounded(query: Query) -> Query:
    """Return a query that the server takes, or raise StoreError: a longer line would end the connection."""
    try:
        return bounded(query)
    except QueryError as problem:
        raise StoreError(str(problem)) from problem


class SequenceGap(Exception):
    """Raised when an event's seq is not last + 1."""


class Client:
    """Follows a server, also after its restart; `again` starts one where there is none.

    Without a server, requests are refused at once, or wait for it where the client is `patient`. One that
    does not answer ends the client, or is its trouble until it is heard again, where the client is `lasting`.
    """

    def __init__(
        self,
        folder: SpaceFolder,
        now: "Clock",
        *,
        model: Path | None = None,
        again: Again | None = None,
        patient: bool = False,
        lasting: bool = False,
    ) -> None:
        self.user = ""
        self.trouble = ""
        self._feed = StateFeed(State())
        self.now = now
        self._folder = folder
        self._model = protocol.path_text(model)
        self._again = again
        self._patient = patient
        self._lasting = lasting
        self._numbers = count(1)
        self._server: protocol.Welcome | None = None
        self._process = 0  # pid of the server, as the kernel says
        self._heard = True  # whether a message came since the watch looked last
        self._silent: str | None = None  # the problem before, while the server does not answer
        self._pending = PendingRequests()
        self._listeners: list[Listener] = []
        self._records: dict[str, RunRecord] = {}
        self._mirror = LogMirror(folder, self._part)
        self._decoder = msgspec.json.Decoder(protocol.ToClient)
        self._watching: asyncio.Future[None] | None = None

    @property
    def state(self) -> State:
        """The State as it is known here."""
        return self._feed.state

    async def open(self, *, follow: bool = True) -> None:
        """Connect and wait for the State, for HANDSHAKE seconds at most.

        Raises OSError without a server, StoreError where it refuses, or does not answer.
        """
        try:
            async with asyncio.timeout(HANDSHAKE):
                await self._connect(follow)
                self._reading = asyncio.ensure_future(self._read(follow))
                await self._greeted(follow)
        except TimeoutError:
            raise StoreError(unanswered(self._folder.path, self._process)) from None
        self._watching = asyncio.ensure_future(self._watch())

    async def _greeted(self, follow: bool) -> None:
        """Wait for all of the answer to Hello; where it does not come, the connection is closed."""
        try:
            while self._feed.failure is None and not (self.state.seq if follow else self.user):
                await self._feed.change()
            self._feed.check()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Disconnect from the server."""
        tasks = [each for each in (self._reading, self._watching) if each is not None]
        for task in tasks:
            task.cancel()
        self._pending.fail(StoreError("the connection was closed before the server answered"))
        self._writer.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._mirror.close()

    async def send(self, command: Command) -> tuple[AnyEvent, ...]:
        """Send a request and return its events; may raise `Refused`, or `Undecided` without a reply."""
        if not isinstance(command, commands.Request):
            raise TypeError(f"{type(command).__name__} is no request")
        asked = partial(protocol.SendRequest, request=command, key=new_key())
        return (await self._ask(lambda number: asked(id=number))).events

    async def choose(self, needed: tuple[str, ...], channel: Channel) -> "Chosen":
        """Return versions of packages for a release of a channel, from the feeds as they are now."""
        ask = partial(protocol.ChooseRequest, needed=needed, channel=channel)
        done = await self._ask(lambda number: ask(id=number))
        return done.versions, done.problems

    async def clock(self, *, confirm: bool) -> str:
        """Return a sentence about a step of the space's clock, or ""; the owner may `confirm` it."""
        asked = partial(protocol.ClockRequest, confirmed=confirm, key=new_key() if confirm else None)
        done = await self._ask(lambda number: asked(id=number))
        return "; ".join(done.problems)

    async def stop(self) -> None:
        """Stop the server, and wait until it has released the space; running scripts go on."""
        self._again, server = None, self._server
        asked = partial(protocol.StopRequest, process=None if server is None else server.process)
        asking = asyncio.ensure_future(self._ask(lambda number: asked(id=number)))
        while not asking.done() and (self.trouble != AWAY or self._folder.is_held):
            await asyncio.wait({asking}, timeout=HELD)
        if asking.cancel():
            return  # it ended without a reply
        asking.result()
        while self._folder.is_held and self._server is server:
            await asyncio.sleep(HELD)

    async def troubles(self) -> AsyncIterator[str]:
        """Yield the present problem of the model or the connection, or "", and then each change."""
        told: str | None = None
        while True:
            self.check()
            if self.trouble != told:
                told = self.trouble
                yield told
            else:
                await self._feed.change()

    def check(self) -> None:
        """Raise the failure that ended the client, if any."""
        self._feed.check()

    def listen(self, listener: Listener) -> None:
        """Call `listener` with (events, before, after) for each commit from now on."""
        self._listeners.append(listener)

    def states(self) -> AsyncIterator[State]:
        """Yield the present State, and then later ones, throttled to 20 a second."""
        return self._feed.states()

    def recent(self, limit: int = KEPT) -> list[RunRecord]:
        """Return the newest runs of the space, open and ended."""
        return sorted(self._records.values(), key=lambda each: -each.number)[:limit]

    async def history(
        self, query: Query = EVERYTHING, before: int | None = None, limit: int = KEPT
    ) -> list[RunRecord]:
        """Return a page of ended runs that match a resolved query, newest first, numbered below `before`."""
        asked = _bounded(query)
        ask = partial(protocol.HistoryRequest, words=asked.words, query=asked, before=before, limit=limit)
        return list((await self._look_up(lambda number: ask(id=number))).records)

    async def summary(self, query: Query = EVERYTHING) -> SearchSummary | None:
        """Count the ended runs that match a query, and list the values of all; None if the server cannot."""
        ask = partial(protocol.HistoryRequest, query=_bounded(query), limit=1, summary=True)
        return (await self._look_up(lambda number: ask(id=number))).summary

    async def family(self, root: str) -> State:
        """Return a State with a run and its descendants, also after they have ended."""
        return await asyncio.to_thread(replay, await self.events_of(root))

    async def events_of(self, run: str, *, others: bool = False) -> tuple[AnyEvent, ...]:
        """Return all events of a run's family, with `others` also what other families used meanwhile."""
        ask = partial(protocol.FamilyRequest, root=run, others=others)
        return (await self._look_up(lambda number: ask(id=number))).events

    def log_path(self, run: str, job: str) -> Path:
        """Return the path of a job's output: in the space's folder, or a copy where that is not readable."""
        return self._mirror.log(run, job)

    def log_end(self, run: str, job: str) -> int | None:
        """Return None: the moment is the present."""
        return None

    async def whole_log(self, run: str, job: str) -> Path:
        """Return the path of a job's output, complete to the log's current end."""
        return await self._mirror.whole(run, job)

    def artifact_path(self, run: str, job: str, name: str) -> Path:
        """Return the path of a job's artifact."""
        return self._folder.artifacts(run, job) / name

    async def _part(self, run: str, job: str, offset: int) -> bytes:
        done = await self._ask(lambda number: protocol.LogRequest(id=number, run=run, job=job, offset=offset))
        return done.data

    async def _connect(self, follow: bool, since: int | None = None) -> None:
        """Connect to the folder's server once both are verified, and say Hello; may raise StoreError."""
        self._folder.verify()
        connected = await reached(self._folder.path)
        self._process = peer_ids(connected)[1]
        self._reader, self._writer = await asyncio.open_unix_connection(sock=connected, limit=LONGEST)
        hello = protocol.Hello(version=protocol.VERSION, since=since, follow=follow, model=self._model)
        self._writer.write(protocol.line(hello))

    async def _watch(self) -> None:
        """Notice where the server does not answer, though the connection is there."""
        while True:
            await asyncio.sleep(SILENCE)
            if not self._heard and self.trouble != AWAY:
                hello = protocol.line(protocol.Hello(version=protocol.VERSION, follow=False))
                with suppress(OSError, StoreError):
                    if await greets(self._folder.path, hello, HANDSHAKE):
                        self._hear()
                    elif not self._heard and self._silent is None:
                        self._give_up(unanswered(self._folder.path, self._process))
            self._heard = False

    def _give_up(self, sentence: str) -> None:
        if not self._lasting:
            self._fail(StoreError(sentence))
            return
        self._silent, self.trouble = self.trouble, sentence
        self._pending.give_up(sentence)
        self._feed.wake()

    def _hear(self) -> None:
        """Note that the server answers."""
        self._heard = True
        if self._silent is not None:
            self.trouble, self._silent = self._silent, None
            self._feed.wake()

    async def _ask(self, question: Callable[[int], protocol.ClientRequest]) -> protocol.DoneReply:
        """Send a request and wait for its reply; a patient client first waits for a lost server."""
        self._feed.check()
        while self._patient and self.trouble == AWAY:
            await self._feed.change()
            self._feed.check()
        if self.trouble == AWAY or self._silent is not None:
            raise commands.Refused(self.trouble)
        request = question(next(self._numbers))
        pending = self._pending.add(request, self._server)
        self._writer.write(protocol.line(request))
        try:
            return await pending.answer
        finally:
            self._pending.remove(request.id)

    async def _look_up(self, question: Callable[[int], protocol.ClientRequest]) -> protocol.DoneReply:
        """Ask for something that is stored; raises StoreError alone, as a look at the disk does."""
        try:
            return await self._ask(question)
        except commands.Refused as refused:
            raise StoreError(str(refused)) from refused

    async def _read(self, follow: bool) -> None:
        """Read messages, and reconnect, until the server says goodbye."""
        while self._feed.failure is None:
            try:
                while (raw := await self._reader.readline()).endswith(b"\n"):  # else it was truncated
                    self._hear()
                    self._take(self._decoder.decode(raw))
            except (ConnectionError, SequenceGap):
                pass  # reconnect, and get the missing events
            except (msgspec.MsgspecError, UnreadableSnapshot):
                self._fail(StoreError(OTHER))
            except Exception as bug:  # this task has no other observer
                self._fail(bug)
            self._writer.close()
            if self._feed.failure is None:
                self._lose()
                await self._reach_again(follow)

    def _lose(self) -> None:
        """Note the lost connection; requests wait for the server, or are given up."""
        self.trouble, self._silent = AWAY, None
        self._pending.lose()
        self._feed.wake()

    async def _reach_again(self, follow: bool) -> None:
        """Reconnect; without `again`, only for PATIENCE seconds after the last server was seen."""
        since = self.state.seq or None
        now = asyncio.get_running_loop().time
        end = now() + PATIENCE
        while True:
            try:
                with suppress(OSError):
                    await self._connect(follow, since)
                    return
                if self._again is not None:
                    await self._again()
                elif self._folder.is_held:  # a server is stopping or starting
                    end = now() + PATIENCE
                elif now() > end:
                    raise StoreError(GONE)
            except StoreError as problem:
                self._fail(problem)
                return
            await asyncio.sleep(AGAIN)

    def _take(self, message: protocol.ToClient) -> None:  # noqa: C901 - one case a message
        match message:
            case protocol.Welcome():
                self._greet(message)
            case protocol.SnapshotMessage(state=state, recent=recent):
                self._records = {each.id: each for each in recent}
                with uncollected():
                    self._feed.show(decode(bytes(state)))
            case protocol.EventsMessage(events=events):
                self._follow(events)
            case protocol.TroubleMessage(text=text):
                self.trouble = text
                self._feed.wake()
            case protocol.DoneReply(id=number):
                self._pending.settle(number, message)
            case protocol.RefusedReply(id=number, reason=reason):
                self._pending.settle(number, commands.Refused(reason))
            case protocol.FailedReply(id=number, reason=reason):
                self._pending.fail_one(number, StoreError(reason))
            case protocol.Goodbye(kind="slow"):
                pass  # reconnect from the last event
            case protocol.Goodbye(reason=reason):
                self._fail(StoreError(reason))

    def _greet(self, server: protocol.Welcome) -> None:
        """Note the server's Welcome, and resend requests that the previous server did not answer."""
        self._server, self.user, self.trouble = server, server.user, server.trouble
        for request in self._pending.to_send_again(server):
            self._writer.write(protocol.line(request))
        self._feed.wake()

    def _follow(self, events: tuple[AnyEvent, ...]) -> None:
        """Fold events into the State; raises SequenceGap."""
        before = state = self.state
        for event in events:
            if event.seq != state.seq + 1:
                raise SequenceGap
            state = evolve(state, event)
            run = getattr(event, "run", "")
            record = record_of(event, self._records.get(run))
            if record is not None:
                self._records[run] = record
        self._feed.show(state)
        for listener in self._listeners:
            listener(events, before, state)

    def _fail(self, failure: Exception) -> None:
        self._pending.fail(failure)
        self._feed.fail(failure)
