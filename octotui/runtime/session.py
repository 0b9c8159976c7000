"""A Session owns the State of a space: commands in, events to the journal, work for the executors."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import partial
from itertools import takewhile
from pathlib import Path

from octotui.engine.advance import advance
from octotui.engine.commands import (
    AboutQuestion,
    AnswerInterruption,
    Command,
    Refused,
    Reopen,
    StartRun,
    Tick,
)
from octotui.engine.decide.question_holders import AccountExists, with_accounts
from octotui.engine.events import AnyEvent, RunQueued
from octotui.engine.evolve.evolve import replay
from octotui.engine.queries.query import EVERYTHING, Query
from octotui.engine.rules.answer_fields import fill_in
from octotui.engine.rules.start_prompts import sort_out
from octotui.engine.state import State, manual_of, next_deadline
from octotui.model.space import Channel, Model
from octotui.runtime.clocks import Clock, SteadyClock
from octotui.runtime.effects import EffectRunner
from octotui.runtime.jobs.package_acquisition import Chosen
from octotui.runtime.jobs.session_port import SessionPort
from octotui.runtime.repeated_answers import check_repeated, has_left
from octotui.runtime.schedule_timer import ScheduleTimer
from octotui.runtime.space_access import Listener
from octotui.runtime.state_feed import StateFeed
from octotui.store.errors import StoreError
from octotui.store.journal.in_memory import AnyJournal
from octotui.store.journal.recovery import Recovery
from octotui.store.journal.remembered_requests import Effect, RequestId, TakenRequest
from octotui.store.journal.run_records import RunRecord
from octotui.store.journal.search_summary import SearchSummary

FAREWELL = 1.0  # seconds in which the last events are written
LOOK_AGAIN = 60.0  # seconds after which the clock is looked at again: a machine may sleep, its clock be set


UNSURE = "the journal was damaged, and it is unknown how this run ended: check, and start it again"


class Session:
    """The one holder of a State; what it decides is on disk before anybody acts on it (R2)."""

    def __init__(
        self,
        state: State,
        journal: AnyJournal,
        effects: Callable[[SessionPort], EffectRunner],
        *,
        user: str,
        now: Clock,
        timetable: ScheduleTimer | None = None,
        clock: SteadyClock | None = None,
        accounts: AccountExists | None = None,
    ) -> None:
        """Make the runner of `effects`, too; without `accounts` of the machine, any name is one."""
        self.state = state
        self.user = user
        self.trouble = ""
        self.clock = clock or SteadyClock(now, state.at)
        self.now: Clock = self.clock
        self.rescued: Recovery | None = None  # what became of a damaged journal
        self._journal = journal
        self._shown = StateFeed(state)
        self._listeners: list[Listener] = []
        self._timetable = timetable
        self._accounts = accounts
        self._timer: asyncio.TimerHandle | None = None
        self._due: float | None = None
        self._written: asyncio.Future[None] | None = None
        self._closed = False
        self._effects = effects(self)

    @property
    def published(self) -> State:
        """The last State that is on disk."""
        return self._shown.state

    async def start(self, model: Model, rescued: Recovery | None = None) -> None:
        """Take the space up with this model: what runs is found, what is lost is told, the rest goes on.

        Where events are missing, nobody knows what became of open runs, and they are ended.
        """
        self.rescued = rescued
        self.trouble = rescued.message if rescued is not None else ""
        unsure = UNSURE if rescued is not None and rescued.missing else ""
        lost = await self._effects.inspect(self.state)
        await self.send(Reopen(None if model == self.state.model else model, unsure))
        for report in lost:
            await self.send(report)
        if self._timetable is not None:
            self._timetable.follow(self.state, self.now())
        self._effects.resume(self.state)
        self._arm()

    async def send(self, command: Command, request: RequestId | None = None) -> tuple[AnyEvent, ...]:
        """Let a command take effect, and return when its events are on disk; may raise `Refused`.

        The `request` that it came by is remembered with its events.
        """
        if self._accounts is not None:
            command = with_accounts(command, self.state, self.user, self._accounts)
        if isinstance(command, AboutQuestion) and has_left(self.state, command.interruption):
            if self._written is not None:
                await asyncio.wait({self._written})  # what ended its run may be on its way to the disk
            await check_repeated(self._journal, command)
            return ()
        events, committed = self._apply(command, request)
        if committed is not None:
            if committed.done():
                await asyncio.sleep(0)  # it is acted upon first, as it is where a disk takes its time
            await asyncio.shield(committed)
        return events

    def report(self, command: Command) -> None:
        """Apply a command that nobody waits for; one that comes after the end is ignored."""
        if not self._closed and self._shown.failure is None:
            with suppress(Exception):  # the session has failed of it, and says so
                self._apply(command)

    def effect(self, request: RequestId) -> Effect | None:
        """What a request led to, where it took effect before and is remembered."""
        return self._journal.effect(request)

    async def remember(self, request: RequestId) -> None:
        """Note that a request took effect that no event tells of."""
        await self._journal.append((), TakenRequest(request, self.now()))

    async def choose(self, needed: tuple[str, ...], channel: Channel) -> Chosen:
        """Versions of packages for a release of a channel, from the feeds as they are now."""
        return await self._effects.choose(needed, channel)

    def listen(self, listener: Listener) -> None:
        """Call back with (events, before, after) for all that is committed from now on."""
        self._listeners.append(listener)

    def states(self) -> AsyncIterator[State]:
        """The present State, and then every later one, merged to at most 30 a second."""
        return self._shown.states()

    def recent(self, limit: int = 100) -> list[RunRecord]:
        """The newest runs of the space, open and ended."""
        return self._journal.runs(limit)

    async def history(
        self, query: Query = EVERYTHING, before: int | None = None, limit: int = 100
    ) -> list[RunRecord]:
        """Ended runs that fulfil a query, which is resolved, the newest of those before a number."""
        names = self.state.model.place_names
        return await asyncio.to_thread(self._journal.history, query, limit, before, names)

    async def summary(self, query: Query = EVERYTHING) -> SearchSummary | None:
        """How many ended runs a query finds, and the values that all of them have."""
        return await asyncio.to_thread(self._journal.summary, query, self.state.model.place_names)

    async def family(self, root: str) -> State:
        """A State in which a run and all it started can be looked at, though it has ended."""
        return replay(await self.events_of(root))

    async def events_of(self, run: str) -> tuple[AnyEvent, ...]:
        """All events of the family of a run, and the models in force meanwhile."""
        return tuple(await asyncio.to_thread(lambda: self._journal.family(self._journal.root_of(run) or run)))

    async def events(self, after: int, last: int) -> tuple[AnyEvent, ...]:
        """The events behind one, up to another that is on disk, without those of runs that were removed."""
        until = takewhile(lambda event: event.seq <= last, self._journal.read(after))
        return await asyncio.to_thread(tuple, until)

    def log_path(self, run: str, job: str) -> Path:
        """Where a job's output is; a job without output has no file."""
        return self._effects.log_path(run, job)

    def artifact_path(self, run: str, job: str, name: str) -> Path:
        """Where a file is that a job's script had kept."""
        return self._effects.artifact_path(run, job, name)

    def fail(self, failure: BaseException) -> None:
        """End the session: whoever follows its states, or sends, is told."""
        self._shown.fail(failure)

    @property
    def failure(self) -> BaseException | None:
        """What has ended it, if anything."""
        return self._shown.failure

    def is_there(self) -> bool:
        """Whether it goes on; it ends now where its folder is not where it was."""
        try:
            self._effects.check_folder()
        except StoreError as problem:
            self.fail(problem)
        return self.failure is None

    async def failed(self) -> None:
        """Wait until something has ended it."""
        await self._shown.failed()

    async def close(self) -> None:
        """Let go of what runs, and leave the journal complete."""
        if await self._effects.flush() and self._written is not None:
            await asyncio.wait({self._written}, timeout=FAREWELL)  # how that went is told before all ends
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        await self._effects.close()

    def _apply(
        self, command: Command, request: RequestId | None = None
    ) -> tuple[tuple[AnyEvent, ...], "asyncio.Future[None] | None"]:
        self._shown.check()
        before = self.state
        command = self._effects.without_sensitive(command)
        try:
            self.state, events = advance(before, command, self.now(), self._effects.mask)
        except Refused:
            raise
        except Exception as bug:
            self.fail(bug)
            raise
        if self._timetable is not None and self.state.model is not before.model:
            self._timetable.follow(self.state, self.now())
        if not events:
            return events, None
        if isinstance(command, StartRun):
            self._keep_secrets(command, events)
        elif isinstance(command, AnswerInterruption):
            self._keep_answered(command)
        taken = None
        if request is not None:
            taken = TakenRequest(request, events[-1].at, events[0].seq, events[-1].seq)
        self._written = committed = self._journal.append(events, taken)
        committed.add_done_callback(partial(self._after_commit, events, before, self.state))
        self._arm()
        return events, committed

    def _keep_secrets(self, command: StartRun, events: tuple[AnyEvent, ...]) -> None:
        """Hand on what no event may hold (V5)."""
        given = sort_out(self.state.model, command.process, command.variables, command.sensitive).secrets
        for event in events:
            if isinstance(event, RunQueued) and event.parent is None and (event.secrets or command.passed):
                self._effects.give(event.run, given, command.passed)

    def _keep_answered(self, command: AnswerInterruption) -> None:
        """Hand on the sensitive values of an answer that decides its question (I6, V5)."""
        question = self.state.interruptions.get(command.interruption)
        if question is not None and question.answer == "proceed":
            secrets = fill_in(manual_of(self.state, question), command.values, command.sensitive).secrets
            self._effects.record(self.state.jobs[question.job], secrets)

    def _after_commit(
        self,
        events: tuple[AnyEvent, ...],
        before: State,
        after: State,
        committed: "asyncio.Future[None]",
    ) -> None:
        """Act on what is now on disk; a commit that failed ends the session."""
        failure = committed.exception()
        if failure is not None:
            self.fail(failure)
            return
        if not self._closed:
            try:
                self._act(events, before, after)
            except Exception as problem:  # a loop would only log it, and go on
                self.fail(problem)
                return
        self._shown.show(after)

    def _act(self, events: tuple[AnyEvent, ...], before: State, after: State) -> None:
        for event in events:
            self._effects.perform(event)
        for listener in self._listeners:
            listener(events, before, after)

    def _arm(self) -> None:
        """Set the one timer to what falls due next."""
        due = self._next()
        if due == self._due or self._closed:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._due, self._timer = due, None
        if due is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(min(max(0.0, due - self.now()), LOOK_AGAIN), self._ring)

    def look_again(self) -> None:
        """Set the timer anew: the clock says something else now."""
        self._due = None
        self._arm()

    def _next(self) -> float | None:
        """When something falls due next, of a run or of a schedule."""
        first = (next_deadline(self.state), self._timetable.next() if self._timetable else None)
        return min((each for each in first if each is not None), default=None)

    def _ring(self) -> None:
        self._due = None
        self.report(Tick())
        for due in self._timetable.due(self.now()) if self._timetable else ():
            self.report(due)
        self._arm()
