"""An attended run: its events are printed line by line, and questions are asked at the terminal."""

import asyncio
import signal
import time
from pathlib import Path
from typing import NoReturn

from msgspec.structs import replace

from octotui.cli.event_printer import EventPrinter
from octotui.cli.given_values import passed_environment
from octotui.cli.spaces.connection import there
from octotui.cli.start_options import OutputOptions, StartOptions, starting_time
from octotui.cli.summary import exit_code, how_to_answer
from octotui.cli.terminal.output import wants_ascii, warn
from octotui.cli.terminal.questions import TerminalQuestions, TypedAnswer
from octotui.cli.terminal.standard_streams import OutputLost
from octotui.engine.commands import (
    AnswerInterruption,
    CancelRun,
    MoveToTop,
    Refused,
    StartRun,
    TakeInterruption,
)
from octotui.engine.events import AnyEvent, RunEnded, RunQueued
from octotui.engine.evolve.families import ended_family
from octotui.engine.rules.answer_fields import fill_in, problems_in
from octotui.engine.state import Answer, Interruption, State, in_order, manual_of
from octotui.model.space import Model
from octotui.runtime.quiescence import open_runs, waiting_on_people
from octotui.runtime.quiescence import questions as questions_of
from octotui.runtime.server.client import Client
from octotui.runtime.space_access import SpaceAccess
from octotui.views import questions
from octotui.views.answers import approvals
from octotui.views.labels import listed

INTERRUPTED = 130
HUNG_UP = 129


class AttendedRun:
    """A run from its start until its whole family has ended, or only questions are left."""

    def __init__(
        self,
        model: Model,
        file: Path | None,
        start: StartRun,
        answer: Answer | None,
        printer: EventPrinter,
        *,
        top: bool = False,
    ) -> None:
        self._model = model
        self._file = file
        self._start = start
        self._answer = answer
        self._printer = printer
        self._top = top
        self._asking = TerminalQuestions()
        self._root: str | None = None
        self._ended: State | None = None  # the family, once it has ended here
        self._unanswered: set[str] = set()
        self._interrupted = self._hung_up = False
        self._lost: OutputLost | None = None
        self._leave = asyncio.Event()
        self._cancelling: list[asyncio.Future[object]] = []

    async def run(self, state_dir: Path | None) -> int:
        """Run it in its space, and return the exit code; may raise StoreError or OutputLost."""
        async with there(self._model, self._file, state_dir, self._tell) as session:
            self._printer.where = session.artifact_path
            if isinstance(session, Client):
                self._printer.hold()
            root = await self._begin(session)
            self._handle_signals(session, root)
            following = asyncio.ensure_future(self._follow(session, root))
            leaving = asyncio.ensure_future(self._leave.wait())
            await asyncio.wait({following, leaving}, return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            if following.done():
                following.result()
            following.cancel()
            family = self._ended or await session.family(root)
        if self._lost is not None:
            raise self._lost
        self._printer.end(family, root, time.time())
        if not isinstance(session, Client):
            _warn_of_lost_values(family)
        if self._interrupted or self._hung_up:
            return INTERRUPTED if self._interrupted else HUNG_UP
        space = str(self._file or self._model.space.slug)
        for hint in how_to_answer(family, root, session.user, space, state_dir):
            warn(hint)
        return exit_code(family, root)

    def _tell(self, events: tuple[AnyEvent, ...], before: State, after: State) -> None:
        """Print events; once that is impossible, leave, and the run goes on."""
        for event in events if len(events) == 1 else ():  # a client gets many at once, and asks its server
            if isinstance(event, RunEnded) and before.runs[event.run].root == self._root:
                self._ended = ended_family(before, event)
                if self._ended is not None:
                    self._leave.set()  # without waiting for the next State
        try:
            self._printer.tell(events, before, after)
        except OutputLost as lost:
            self._lost = lost
            self._leave.set()

    async def _begin(self, session: SpaceAccess) -> str:
        """Start the run, and return its id."""
        events = await session.send(self._start)
        root = self._root = next(event.run for event in events if isinstance(event, RunQueued))
        self._printer.follow(root)
        if self._top:
            await _move_to_top(session, root)
        return root

    def _handle_signals(self, session: SpaceAccess, root: str) -> None:
        """Cancel the run on ^C and TERM; leave it on a hang-up."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, self._interrupt, session, root)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            loop.add_signal_handler(signal.SIGHUP, self._hang_up)

    def _hang_up(self) -> None:
        """Leave: the terminal is gone."""
        self._hung_up = True
        self._leave.set()

    def _interrupt(self, session: SpaceAccess, root: str) -> None:
        """Cancel the run; a second ^C leaves at once."""
        left = open_runs(session.state, root)
        if self._interrupted or not left:
            self._leave.set()
        self._interrupted = True
        self._asking.give_up()
        if self._leave.is_set():
            return
        warn("cancelling; ^C again leaves at once")
        for run in left:
            if session.state.runs[run.id].state != "cancelling":  # a parent cancels its children
                cancel = session.send(CancelRun(run=run.id, by=session.user))
                self._cancelling.append(asyncio.ensure_future(cancel))

    async def _follow(self, session: SpaceAccess, root: str) -> None:
        """Answer questions until the run has ended, or waits for other people."""
        async for state in session.states():
            asked = questions_of(state, root)
            for question in asked:
                if question.id not in self._unanswered:
                    await self._ask(session, question)
            answered = any(question.id not in self._unanswered for question in asked)
            if not answered and waiting_on_people(state, open_runs(state, root)):
                return

    async def _ask(self, session: SpaceAccess, question: Interruption) -> None:
        """Take and answer a question, if there is an answer and the user may give it."""
        try:
            reply = await self._answer_to(session, question)
            if reply is not None:
                await _send(session, question, reply)
                self._warn_of_missing_approvals(session.state, question)
                return
        except Refused as refused:
            warn(str(refused))
        self._unanswered.add(question.id)

    def _warn_of_missing_approvals(self, state: State, question: Interruption) -> None:
        """Leave a question that needs more approvals to other people (I6)."""
        left = state.interruptions.get(question.id)
        if left is not None and left.open:
            so_far = approvals(state, left)
            warn(f"“{left.step}” has {so_far}: another person must answer, too")
            self._unanswered.add(left.id)

    async def _answer_to(self, session: SpaceAccess, question: Interruption) -> TypedAnswer | None:
        """Return the preset answer, or one typed at the terminal; raises Refused without the right."""
        state, user, given = session.state, session.user, preset_answer(question, self._answer)
        if given is not None:
            return preset_reply(state, question, given)
        if self._interrupted or not self._asking.possible:
            return None
        row = questions.row(state, question.id, user, time.time())
        if row is None:
            return None
        if refused := questions.refused(row):
            raise Refused(row.refusal or f"“{row.title}” is not answered here: {refused}")
        read = "\n".join((row.text.strip(), "", *questions.more(row)))
        return await self._asking.ask(question, row.title, read, row.fields, row.offered)


def preset_reply(state: State, question: Interruption, answer: Answer) -> TypedAnswer:
    """Return an answer with its fields' defaults; raises Refused where they need more (I6)."""
    manual = manual_of(state, question)
    values = question.answers[-1].values if question.answers else {}
    if answer == "proceed" and (problems := problems_in(manual, values)):
        raise Refused(f"“{question.step}” is not answered: {'; '.join(problems)}")
    return TypedAnswer(answer, values=fill_in(manual, values).variables if answer == "proceed" else {})


def preset_answer(question: Interruption, answer: Answer | None) -> Answer | None:
    """Return the answer of `--proceed` or `--abort`; for a failed job, abort is fail, and proceed is none."""
    if question.kind == "manual":
        return answer
    return "fail" if answer == "abort" else None


def _warn_of_lost_values(family: State) -> None:
    """Name the sensitive values given to runs that stay open, which end with this process (V5)."""
    left = [run for run in in_order(family) if not run.ended]
    if names := listed(dict.fromkeys(name for run in left for name in run.request.secrets)):
        warn(
            f"{left[0].id} stays open, but its sensitive values ({names}) were kept in this process only, so"
            " that steps that read them will fail: start it with --detach, for a server to keep them"
        )


async def _move_to_top(session: SpaceAccess, root: str) -> tuple[AnyEvent, ...]:
    """Move a new run to the top unless it has begun, as a refusal would look like one of its start."""
    run = session.state.runs.get(root)  # after a retried request it may have ended
    if run is None or run.state != "queued":
        return ()
    return await session.send(MoveToTop(run=root, by=session.user))


async def _send(session: SpaceAccess, question: Interruption, reply: TypedAnswer) -> None:
    if question.responsible != session.user:
        await session.send(TakeInterruption(interruption=question.id, user=session.user))
    await session.send(
        AnswerInterruption(
            interruption=question.id,
            user=session.user,
            answer=reply.answer,
            notes=reply.notes,
            values=dict(reply.values),
        )
    )


class AttendOptions(StartOptions, OutputOptions):
    """The options of a verb that attends a run."""

    at: str | None
    after: str | None
    top: bool
    answer: Answer | None
    detach: bool
    pass_env: tuple[str, ...]


def attend(model: Model, file: Path | None, start: StartRun, options: AttendOptions) -> NoReturn:
    """Run it to its end, and exit with its exit code, 2 for invalid options."""
    from octotui.cli.attended_run import AttendedRun
    from octotui.cli.event_printer import EventPrinter
    from octotui.cli.requests import run_request

    start = replace(
        start,
        not_before=starting_time(options["at"], options["after"], time.time()),
        passed=passed_environment(model, options["pass_env"]),
    )
    if options["detach"]:
        _detached(model, file, start, options)
    printer = EventPrinter(as_json=options["as_json"], ascii_only=wants_ascii(options["plain"]))
    attended = AttendedRun(model, file, start, options["answer"], printer, top=options["top"])
    raise SystemExit(run_request(lambda: attended.run(options["state"])))


def _detached(model: Model, file: Path | None, start: StartRun, options: AttendOptions) -> NoReturn:
    """Start it at the space's server, print its id, and leave."""
    from octotui.cli.requests import RequestEvents, run_request
    from octotui.cli.spaces.connection import attach

    async def main() -> None:
        async with attach(model.space.slug, options["state"], file=file) as client:
            if client.trouble:
                warn(client.trouble)
            own_events = RequestEvents(client, as_json=options["as_json"])
            root = own_events.tell_started(await client.send(start))
            if options["top"]:
                own_events.tell_aside(await _move_to_top(client, root))

    run_request(main)
    raise SystemExit(0)
