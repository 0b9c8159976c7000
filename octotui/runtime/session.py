"""The Session owns the State of a space: commands in, events to the journal, effects after the commit."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import takewhile
from pathlib import Path

from octotui.engine.advance import advance
from octotui.engine.commands import (
    AboutQuestion,
    AnswerInterruption,
    Command,
    GivePassphrase,
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
from octotui.engine.state import State, in_force, manual_of, next_deadline
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

SEARCHES = 4  # at a time; nothing else waits for their threads
FAREWELL = 1.0  # seconds to wait for the last commit
LOOK_AGAIN = 60.0  # most seconds of the timer, as a machine may be suspended or its clock set


UNSURE = "the journal was damaged, and it is unknown how this run ended: check, and start it again"


class Session:
    """The only owner of a State; every event is on disk before it has an effect (R2)."""

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
        """Create the runner with `effects`; without `accounts`, any name counts as an account."""
        self.state = state
        self.user = user
        self.trouble = ""
        self.clock = clock or SteadyClock(now, state.at)
        self.now: Clock = self.clock
        self.rescued: Recovery | None = None  # the recovery of a damaged journal
        self._journal = journal
        self._feed = StateFeed(state)
        self._listeners: list[Listener] = []
        self._listeners_to_each: list[Listener] = []
        self._timetable = timetable
        self._accounts = accounts
        self._searches = ThreadPoolExecutor(SEARCHES, "search")
        self._timer: asyncio.TimerHandle | None = None
        self._due: float | None = None
        self._written: asyncio.Future[None] | None = None
        self._reports: list[Command] = []  # of the present turn of the loop
        self._closed = False
        self._effects = effects(self)

    @property
    def published(self) -> State:
        """The last State that is on disk."""
        return self._feed.state

    async def start(self, model: Model, rescued: Recovery | None = None) -> None:
        """Resume the space with this model: inspect attempts, report lost ones, and go on with the others.

        Where events are missing, the fate of open runs is unknown, and they are ended.
        """
        self.rescued = rescued
        self.trouble = rescued.message if rescued is not None else ""
        unsure = UNSURE if rescued is not None and rescued.missing else ""
        lost = await self._effects.inspect(self.state)
        await self.send(Reopen(None if in_force(self.state, model) else model, unsure))
        for report in lost:
            await self.send(report)
        if self._timetable is not None:
            self._timetable.follow(self.state, self.now())
        self._effects.resume(self.state)
        self._arm()

    async def send(self, command: Command, request: RequestId | None = None) -> tuple[AnyEvent, ...]:
        """Apply a command, and return its events once they are on disk; may raise `Refused`.

        The `request` that carried it is remembered with its events.
        """
        if self._accounts is not None:
            command = with_accounts(command, self.state, self.user, self._accounts)
        if isinstance(command, AboutQuestion) and has_left(self.state, command.interruption):
            if self._written is not None:
                await asyncio.wait({self._written})  # the end of its run may not be on disk yet
            await check_repeated(self._journal, command)
            return ()
        self._apply_reports()
        events, committed = self._apply(command, request)
        if committed is not None:
            if committed.done():
                await asyncio.sleep(0)  # its effects come first, as with a slow disk
            await asyncio.shield(committed)
        return events

    def report(self, command: Command) -> None:
        """Apply a command soon, with all others of this turn of the loop; ignored after the end.

        So a batch of outcomes is one commit, and what begins because of them is one batch, too.
        """
        if not self._reports:
            asyncio.get_running_loop().call_soon(self._apply_reports)
        self._reports.append(command)

    def effect(self, request: RequestId) -> Effect | None:
        """Return what a request led to; None where it did not take effect, or is no longer remembered."""
        return self._journal.effect(request)

    async def remember(self, request: RequestId) -> None:
        """Record that a request without events took effect."""
        await self._journal.append((), TakenRequest(request, self.now()))

    async def choose(self, needed: tuple[str, ...], channel: Channel) -> Chosen:
        """Return versions of packages for a release of a channel, from the feeds as they are now."""
        return await self._effects.choose(needed, channel)

    def listen(self, listener: Listener) -> None:
        """Call `listener` with (events, before, after) for each commit from now on."""
        self._listeners.append(listener)

    def listen_to_each(self, listener: Listener) -> None:
        """Call `listener` with ((event,), before, after) for each committed event from now on."""
        self._listeners_to_each.append(listener)

    def states(self) -> AsyncIterator[State]:
        """Yield the present State, and then later ones, throttled to 20 a second."""
        return self._feed.states()

    def recent(self, limit: int = 100) -> list[RunRecord]:
        """Return the newest runs of the space, open and ended."""
        return self._journal.runs(limit)

    async def history(
        self, query: Query = EVERYTHING, before: int | None = None, limit: int = 100
    ) -> list[RunRecord]:
        """Return a page of ended runs that match a resolved query, newest first, numbered below `before`."""
        search = partial(self._journal.history, query, limit, before, self.state.model.place_names)
        return await asyncio.get_running_loop().run_in_executor(self._searches, search)

    async def summary(self, query: Query = EVERYTHING) -> SearchSummary | None:
        """Count the ended runs that match a query, and list the values of all ended runs."""
        search = partial(self._journal.summary, query, self.state.model.place_names)
        return await asyncio.get_running_loop().run_in_executor(self._searches, search)

    async def family(self, root: str) -> State:
        """Return a State with a run and its descendants, also after they have ended."""
        return replay(await self.events_of(root))

    async def events_of(self, run: str, *, others: bool = False) -> tuple[AnyEvent, ...]:
        """Return all events of a run's family, and the models in force meanwhile.

        With `others`, also what other families used of slots and machines while it was open.
        """
        journal = self._journal
        return tuple(
            await asyncio.to_thread(lambda: journal.family(journal.root_of(run) or run, others=others))
        )

    async def events(self, after: int, last: int) -> tuple[AnyEvent, ...]:
        """Return the events after one seq up to another, which is on disk, without removed ones."""
        until = takewhile(lambda event: event.seq <= last, self._journal.read(after))
        return await asyncio.to_thread(tuple, until)

    def log_path(self, run: str, job: str) -> Path:
        """Return the path of a job's output; a job without output has no file."""
        return self._effects.log_path(run, job)

    def log_end(self, run: str, job: str) -> int | None:
        """Return None: the moment is the present."""
        return None

    async def whole_log(self, run: str, job: str) -> Path:
        """Return the same path: the log is here."""
        return self.log_path(run, job)

    def artifact_path(self, run: str, job: str, name: str) -> Path:
        """Return the path of a job's artifact."""
        return self._effects.artifact_path(run, job, name)

    def fail(self, failure: BaseException) -> None:
        """End the session: its followers and senders get the failure."""
        self._feed.fail(failure)

    @property
    def failure(self) -> BaseException | None:
        """The exception that ended the session, or None."""
        return self._feed.failure

    def is_there(self) -> bool:
        """Return whether the session goes on; end it where its folder was moved."""
        try:
            self._effects.check_folder()
        except StoreError as problem:
            self.fail(problem)
        return self.failure is None

    async def failed(self) -> None:
        """Wait until a failure has ended the session."""
        await self._feed.failed()

    async def close(self) -> None:
        """Stop following everything that runs, interrupt searches, and leave the journal complete."""
        self._journal.end_searches()
        self._searches.shutdown(wait=False, cancel_futures=True)
        flushed = await self._effects.flush()
        self._apply_reports()
        if flushed and self._written is not None:
            await asyncio.wait({self._written}, timeout=FAREWELL)  # the results of notifications
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        await self._effects.close()

    def _apply_reports(self) -> None:
        """Apply the commands that were reported in this turn of the loop; what is refused is left out."""
        reports, self._reports = self._reports, []
        if not reports or self._closed or self._feed.failure is not None:
            return
        before, events, steps = self.state, list[AnyEvent](), list[State]()
        with suppress(Exception):  # the failure has ended the session
            for each in reports:
                with suppress(Refused):
                    events += self._advance(each, steps)
            self._commit(tuple(events), before, steps)

    def _apply(
        self, command: Command, request: RequestId | None = None
    ) -> tuple[tuple[AnyEvent, ...], "asyncio.Future[None] | None"]:
        self._feed.check()
        before, steps = self.state, list[State]()
        events = self._advance(command, steps)
        return events, self._commit(events, before, steps, request)

    def _advance(self, command: Command, steps: list[State]) -> tuple[AnyEvent, ...]:
        """Advance the State, and return the events, which are not journaled yet; may raise Refused.

        The State after each of them is appended to `steps`.
        """
        before = self.state
        command = self._effects.without_sensitive(command)
        try:
            self.state, events = advance(before, command, self.now(), self._effects.mask, steps)
        except Refused:
            raise
        except Exception as bug:
            self.fail(bug)
            raise
        if self._timetable is not None and self.state.model is not before.model:
            self._timetable.follow(self.state, self.now())
        if isinstance(command, StartRun):
            self._keep_secrets(command, events)
        elif isinstance(command, AnswerInterruption) and events:
            self._keep_answered(command)
        elif isinstance(command, GivePassphrase):
            self._effects.unlock(command.key, command.passphrase)
        return events

    def _commit(
        self,
        events: tuple[AnyEvent, ...],
        before: State,
        steps: list[State],
        request: RequestId | None = None,
    ) -> "asyncio.Future[None] | None":
        """Journal events, and act on them afterwards; None where there are none."""
        if not events:
            return None
        taken = None
        if request is not None:
            taken = TakenRequest(request, events[-1].at, events[0].seq, events[-1].seq)
        self._written = committed = self._journal.append(events, taken)
        committed.add_done_callback(partial(self._after_commit, events, before, steps))
        self._arm()
        return committed

    def _keep_secrets(self, command: StartRun, events: tuple[AnyEvent, ...]) -> None:
        """Pass on the given sensitive values, which no event may hold (V5)."""
        given = sort_out(self.state.model, command.process, command.variables, command.sensitive).secrets
        for event in events:
            if isinstance(event, RunQueued) and event.parent is None and (event.secrets or command.passed):
                self._effects.give(event.run, given, command.passed)

    def _keep_answered(self, command: AnswerInterruption) -> None:
        """Pass on the sensitive values of an answer that settles its question (I6, V5)."""
        question = self.state.interruptions.get(command.interruption)
        if question is not None and question.answer == "proceed":
            secrets = fill_in(manual_of(self.state, question), command.values, command.sensitive).secrets
            self._effects.record(self.state.jobs[question.job], secrets)

    def _after_commit(
        self,
        events: tuple[AnyEvent, ...],
        before: State,
        steps: list[State],
        committed: "asyncio.Future[None]",
    ) -> None:
        """Perform the effects of committed events; a failed commit ends the session."""
        failure = committed.exception()
        if failure is not None:
            self.fail(failure)
            return
        if not self._closed:
            try:
                self._act(events, before, steps)
            except Exception as problem:  # the loop would only log it
                self.fail(problem)
                return
        self._feed.show(steps[-1])

    def _act(self, events: tuple[AnyEvent, ...], before: State, steps: list[State]) -> None:
        for event in events:
            self._effects.perform(event)
        for listener in self._listeners:
            listener(events, before, steps[-1])
        for event, after in zip(events, steps, strict=True) if self._listeners_to_each else ():
            for listener in self._listeners_to_each:
                listener((event,), before, after)
            before = after

    def _arm(self) -> None:
        """Set the only timer to the next deadline."""
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
        """Reset the timer after a change of the clock."""
        self._due = None
        self._arm()

    def _next(self) -> float | None:
        """Return when the next deadline of a run, or a schedule, is due."""
        first = (next_deadline(self.state), self._timetable.next() if self._timetable else None)
        return min((each for each in first if each is not None), default=None)

    def _ring(self) -> None:
        self._due = None
        self._reports += (Tick(), *(self._timetable.due(self.now()) if self._timetable else ()))
        self._apply_reports()
        self._arm()
