"""One attended run: what happens is told line by line, and questions are asked at the terminal."""

import asyncio
import signal
import sys
import time
from functools import partial
from pathlib import Path

from octotui.cli.narration import Narration
from octotui.cli.summary import exit_code
from octotui.engine.commands import AnswerInterruption, CancelRun, Refused, StartRun, TakeInterruption
from octotui.engine.events import Answer, RunQueued
from octotui.engine.state import Interruption, State
from octotui.model.space import Model
from octotui.runtime.finish import only_people_left, open_runs
from octotui.runtime.opening import open_space
from octotui.runtime.session import Session

INTERRUPTED = 130


class Attended:
    """A run from its start until everything of it has ended, or only questions are left."""

    def __init__(self, model: Model, start: StartRun, answer: Answer | None, narration: Narration) -> None:
        self._model = model
        self._start = start
        self._answer = answer
        self._narration = narration
        self._unanswered: set[str] = set()
        self._interrupts = 0
        self._leave = asyncio.Event()
        self._cancelling: list[asyncio.Future[object]] = []

    async def run(self, state_dir: Path | None) -> int:
        """Run it in its space, and say how it went as an exit code; may raise StoreError or Refused."""
        async with open_space(self._model, state_dir, self._start.requester, time.time) as session:
            session.listen(self._narration.tell)
            events = await session.send(self._start)
            root = next(event.run for event in events if isinstance(event, RunQueued))
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGINT, self._interrupt, session, root)
            following = asyncio.ensure_future(self._follow(session, root))
            leaving = asyncio.ensure_future(self._leave.wait())
            await asyncio.wait({following, leaving}, return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            if following.done():
                following.result()
            following.cancel()
            family = await session.family(root)
        self._narration.end(family, root, time.time())
        return INTERRUPTED if self._interrupts else exit_code(family, root)

    def _interrupt(self, session: Session, root: str) -> None:
        """Cancel the run on ^C; a second one does not wait for that."""
        self._interrupts += 1
        if self._interrupts > 1:
            self._leave.set()
            return
        print("octotui: cancelling; ^C again leaves at once", file=sys.stderr)
        for run in open_runs(session.state, root):
            if run.state != "cancelling":
                cancel = session.send(CancelRun(run=run.id, by=session.user))
                self._cancelling.append(asyncio.ensure_future(cancel))

    async def _follow(self, session: Session, root: str) -> None:
        """Answer the questions of this call until nothing else is left."""
        async for state in session.states():
            for question in _questions(state, root):
                if question.id not in self._unanswered:
                    await self._ask(session, question)
            present = session.state
            waiting = {each.id for each in _questions(present, root)}
            if not open_runs(present, root):
                return
            if only_people_left(present, root) and waiting and waiting <= self._unanswered:
                return

    async def _ask(self, session: Session, question: Interruption) -> None:
        """Take a question and answer it, if there is an answer and the caller may give it."""
        answer, notes = self._answer, ""
        if answer is None and sys.stdin.isatty():
            answer, notes = await self._ask_at_terminal(question)
        try:
            if answer is not None:
                take = TakeInterruption(interruption=question.id, user=session.user)
                if question.responsible != session.user:
                    await session.send(take)
                await session.send(
                    AnswerInterruption(
                        interruption=question.id, user=session.user, answer=answer, notes=notes
                    )
                )
                return
        except Refused as refused:
            print(f"octotui: {refused}", file=sys.stderr)
        self._unanswered.add(question.id)

    async def _ask_at_terminal(self, question: Interruption) -> tuple[Answer | None, str]:
        """Ask for proceed, abort or neither, and for notes."""
        said = f"\n{question.run} asks: {question.step}\n\n{question.instructions.strip()}\n"
        print(said, file=sys.stderr)
        while True:
            line = (await _line("proceed, abort, or leave it? [p/a/l] ")).strip().lower()
            if line in ("l", "leave", ""):
                return None, ""
            if line in ("p", "proceed", "a", "abort"):
                notes = await _line("notes (may be empty): ")
                return ("proceed" if line.startswith("p") else "abort"), notes.strip()


def _questions(state: State, root: str) -> list[Interruption]:
    """The open questions of a family, oldest first."""
    found = (state.interruptions[name] for _, name in state.asking)
    return [each for each in found if state.runs[each.run].root == root]


async def _line(prompt: str) -> str:
    """A line typed at the terminal, without holding up the session; end of file is an empty one."""
    print(prompt, end="", file=sys.stderr, flush=True)
    loop = asyncio.get_running_loop()
    typed: asyncio.Future[None] = loop.create_future()
    loop.add_reader(sys.stdin, partial(_once, typed))
    try:
        await typed
    finally:
        loop.remove_reader(sys.stdin)
    return sys.stdin.readline()


def _once(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
