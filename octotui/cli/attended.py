"""One attended run: what happens is told line by line, and questions are asked at the terminal."""

import asyncio
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from octotui.cli.asking import Asking
from octotui.cli.narration import Narration
from octotui.cli.summary import exit_code
from octotui.engine.commands import (
    AnswerInterruption,
    CancelRun,
    MoveToTop,
    Refused,
    StartRun,
    TakeInterruption,
)
from octotui.engine.decide import may_answer
from octotui.engine.events import RunQueued
from octotui.engine.state import Interruption, Run, State
from octotui.engine.terms import Answer
from octotui.model.space import Model
from octotui.runtime.attached import Attached
from octotui.runtime.finish import only_people_left, open_runs, questions
from octotui.runtime.opening import open_space
from octotui.views.questions import title, told

INTERRUPTED = 130


class Attended:
    """A run from its start until everything of it has ended, or only questions are left."""

    def __init__(
        self, model: Model, start: StartRun, answer: Answer | None, narration: Narration, *, top: bool = False
    ) -> None:
        self._model = model
        self._start = start
        self._answer = answer
        self._narration = narration
        self._top = top
        self._asking = Asking()
        self._unanswered: set[str] = set()
        self._interrupted = False
        self._leave = asyncio.Event()
        self._cancelling: list[asyncio.Future[object]] = []

    async def run(self, state_dir: Path | None) -> int:
        """Run it in its space, and say how it went as an exit code; may raise StoreError."""
        user = self._start.requester
        async with open_space(self._model, state_dir, user, time.time, self._narration.tell) as session:
            self._narration.where = session.artifact_path
            events = await session.send(self._start)
            root = next(event.run for event in events if isinstance(event, RunQueued))
            if self._top and session.state.runs[root].state == "queued":
                await session.send(MoveToTop(run=root, by=user))
            self._heed_signals(session, root)
            following = asyncio.ensure_future(self._follow(session, root))
            leaving = asyncio.ensure_future(self._leave.wait())
            await asyncio.wait({following, leaving}, return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            if following.done():
                following.result()
            following.cancel()
            family = await session.family(root)
        self._narration.end(family, root, time.time())
        return INTERRUPTED if self._interrupted else exit_code(family, root)

    def _heed_signals(self, session: Attached, root: str) -> None:
        """Take ^C, a hang-up and TERM as the wish to cancel, unless they are to be ignored (nohup)."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, self._interrupt, session, root)

    def _interrupt(self, session: Attached, root: str) -> None:
        """Cancel the run on ^C; a second one does not wait for that."""
        left = open_runs(session.state, root)
        if self._interrupted or not left:
            self._leave.set()
        self._interrupted = True
        self._asking.give_up()
        if self._leave.is_set():
            return
        print("octotui: cancelling; ^C again leaves at once", file=sys.stderr)
        for run in left:
            if session.state.runs[run.id].state != "cancelling":  # it may be with the one before
                cancel = session.send(CancelRun(run=run.id, by=session.user))
                self._cancelling.append(asyncio.ensure_future(cancel))

    async def _follow(self, session: Attached, root: str) -> None:
        """Answer the questions of this call, until nothing here or of earlier runs can go on without people.

        What earlier runs of the space do meanwhile is awaited too: leaving would leave them where they are.
        """
        async for state in session.states():
            asked = questions(state, root)
            for question in asked:
                if question.id not in self._unanswered:
                    await self._ask(session, question)
            answered = any(question.id not in self._unanswered for question in asked)
            if not answered and only_people_left(state, _to_await(state, root)):
                return

    async def _ask(self, session: Attached, question: Interruption) -> None:
        """Take a question and answer it, if there is an answer and the caller may give it."""
        try:
            answer, notes = await self._answer_to(session.state, question)
            if answer is not None:
                await _send(session, question, answer, notes)
                return
        except Refused as refused:
            print(f"octotui: {refused}", file=sys.stderr)
        self._unanswered.add(question.id)

    async def _answer_to(self, state: State, question: Interruption) -> tuple[Answer | None, str]:
        """What was said beforehand, or is said at the terminal; raises Refused for who may say nothing."""
        user, given = self._start.requester, said_beforehand(question, self._answer)
        if given is not None or self._interrupted or not self._asking.possible:
            return given, ""
        if question.responsible != user and (problem := may_answer(state, question, user)):
            raise Refused(problem)
        return await self._asking.ask(question, title(state, question), told(state, question))


def said_beforehand(question: Interruption, answer: Answer | None) -> Answer | None:
    """What `--proceed` or `--abort` answers: to a job that failed, abort is fail, and proceed is nothing."""
    if question.kind == "manual":
        return answer
    return "fail" if answer == "abort" else None


def _to_await(state: State, root: str) -> Iterator[Run]:
    """The runs that have not ended, but those of others that only wait for their time."""
    return (run for _, run in state.runs.items() if run.root == root or run.not_before is None)


async def _send(session: Attached, question: Interruption, answer: Answer, notes: str) -> None:
    if question.responsible != session.user:
        await session.send(TakeInterruption(interruption=question.id, user=session.user))
    await session.send(
        AnswerInterruption(interruption=question.id, user=session.user, answer=answer, notes=notes)
    )
