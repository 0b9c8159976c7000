"""The question dialog: the instructions or the failure, who may answer, and the answer."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import Input

from octotui.engine.commands import (
    AnswerInterruption,
    Command,
    HandOverInterruption,
    ReleaseInterruption,
    TakeInterruption,
)
from octotui.engine.rules.answer_fields import problems_in
from octotui.engine.state import Answer, State, manual_of
from octotui.ui.dialogs.confirm import Confirm
from octotui.ui.dialogs.people_dialog import PeopleDialog
from octotui.ui.key_actions import ExplainedActions, KeyAction, key_of
from octotui.ui.log.view import LogView
from octotui.ui.send_command import send
from octotui.ui.styled_text import glyphs_of
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.markdown_text import MarkdownText
from octotui.ui.widgets.plain_text import PlainText
from octotui.views import questions
from octotui.views.labels import listed
from octotui.views.model_parts.parts import of_question
from octotui.views.questions import QuestionRow

if TYPE_CHECKING:
    from octotui.runtime.space_access import SpaceAccess

PATIENCE = 2.0  # seconds that keys wait for an earlier command
MEANINGS: Mapping[Answer, str] = {
    "proceed": "The run continues.",
    "abort": "The step fails; later steps go by their conditions (failure, always, expressions).",
    "retry": "The failed step runs again.",
    "ignore": "The run continues as if the step had succeeded.",
    "fail": "The step fails; later steps go by their conditions (failure, always, expressions).",
    "exclude": "The run continues without this target.",
}


class Notes(Input):
    """The input for notes; enter leaves it, and sends nothing."""

    KEYS_TITLE = "In the notes of a question"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("enter", "submit", "done", tooltip="Back to the question; nothing is sent yet")
    ]


class QuestionDialog(ExplainedActions, ModalScreen[None]):
    """A manual step's instructions in Markdown, or a failure with the end of its output; and the answers.

    Keys take, give back or hand over the question, and answer it; abort asks for a confirmation, and so does
    each answer to a question that nobody has taken, which takes it.
    """

    CSS_PATH = "question_dialog.tcss"
    KEYS_TITLE = "In a question"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "t",
            "take",
            "take",
            tooltip="Then only you can answer; an answer takes it, too, after a confirmation",
        ),
        KeyAction("n", "notes", "notes", tooltip="They go with the answer"),
        KeyAction("p", "answer('proceed')", "proceed", tooltip="The run continues"),
        KeyAction("x", "answer('abort')", "abort", tooltip="The step fails, after a confirmation"),
        KeyAction("r", "answer('retry')", "retry", tooltip="Run the failed step again"),
        KeyAction("i", "answer('ignore')", "ignore", tooltip="Continue as if it had succeeded"),
        KeyAction("F", "answer('fail')", "fail", tooltip="Let the step fail"),
        KeyAction("e", "answer('exclude')", "exclude", tooltip="Continue without this target"),
        KeyAction("b", "release", "give back", tooltip="Let others take the question"),
        KeyAction("h", "hand_over", "hand over", tooltip="To another person who may answer"),
        KeyAction(
            "m", "model", "model", show=False, tooltip="What declares the step, in the file of the model"
        ),
        KeyAction("escape", "back", "back", lasting=True, tooltip="From the notes, then from the question"),
        KeyAction("j,down", "scroll(1)", "down", show=False),
        KeyAction("k,up", "scroll(-1)", "up", show=False),
    ]

    row: reactive[QuestionRow | None] = reactive(None, repaint=False)

    def __init__(self, session: "SpaceAccess", row: QuestionRow, *, take: bool = False) -> None:
        super().__init__()
        self.session = session
        self._asked = row.id
        self._first = row
        self._take = take

    def compose(self) -> ComposeResult:
        """Yield the text, and the input for notes."""
        row, glyphs = self._first, glyphs_of(self)
        where = f" · {row.where}" if row.where else ""
        with Vertical(classes="dialog -broad"):
            yield PlainText(
                glyphs.text(f"? {row.run} {row.name}{where}: {row.title}"),
                classes="dialog--title",
            )
            yield PlainText("", id="standing")
            with VerticalScroll(id="instructions"):
                if row.kind == "manual":
                    yield MarkdownText(row.text)
                else:
                    yield PlainText(glyphs.text(row.text))
            if row.kind == "guided":
                yield LogView()
            yield Notes(placeholder=f"notes ({key_of(QuestionDialog, 'notes')})", id="notes", compact=True)
            yield KeyBar()

    async def on_mount(self) -> None:
        """Follow the app, and take the question if requested."""
        self.query_one("#notes", Input).cursor_blink = False
        self.query_one("#instructions").focus()
        for log in self.query(LogView):
            log.can_focus = False
            at = self._first.run, self._first.job
            log.show(self.session.log_path(*at), live=False, end=self.session.log_end(*at))
            self.call_after_refresh(log.tick)
        self.watch(self.app, "state", self._follow)
        self.watch(self.app, "now", self._show)
        if self._take:
            await self.action_take()

    def _follow(self, state: State) -> None:
        """Close when the question needs no answer any more."""
        self.row = questions.row(state, self._asked, self.session.user, self.session.now())
        if self.row is None and self.is_active:
            self.dismiss()

    def on_screen_resume(self) -> None:
        """Close when the question was answered while another screen covered it."""
        self._follow(self.session.state)

    def _show(self, now: float) -> None:
        row = questions.row(self.session.state, self._asked, self.session.user, now)
        if row is not None:
            self.row = row

    def watch_row(self, row: QuestionRow | None) -> None:
        """Show who has taken it, and its age."""
        if row is None:
            return
        told = f"asks {row.asks} for {row.time} · run started by {row.requester or 'unknown'}"
        text = f"{told} · {questions.standing(row)}"
        if row.refusal is not None and not row.mine:
            text = f"{text}: {row.refusal}"
        more = questions.more(row)
        self.query_one("#standing", PlainText).update(glyphs_of(self).text("\n".join((text, *more))))
        self.query_one("#instructions").styles.max_height = f"{max(20, 60 - 6 * len(more))}vh"
        self.query_one("#notes", Input).disabled = bool(self.why_not("notes", ()))
        self.refresh_bindings()

    def mode(self) -> Collection[str]:
        """The answers, and what makes the question one's own."""
        return ("take", "answer")

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse what the user may not do; an answer takes a question that nobody has taken."""
        row = self.row or self._first
        if action == "take" and row.mine:
            return questions.standing(row)
        if action == "answer" and parameters[0] not in row.choices:
            return f"{parameters[0]} is no answer here: use {listed(row.choices, last='or')}"
        if action not in ("take", "answer", "notes", "release", "hand_over") or row.mine:
            return ""
        if refused := questions.refused(row):
            return refused
        takes = action in ("take", "answer", "notes")
        return "" if takes else f"take it first: {key_of(QuestionDialog, 'take')}"

    def action_model(self) -> None:
        """Show the part of the model that declares the step."""
        app: Any = self.app
        if part := of_question(self.session.state, self._asked, self.session.state.model):
            app.show_model(part)

    async def action_take(self) -> None:
        """Take responsibility."""
        await self._send(TakeInterruption(interruption=self._asked, user=self.session.user))

    async def _send(self, command: Command) -> None:
        """Send a command; keys pressed meanwhile are handled after it, in order."""
        answered = asyncio.Event()
        self.app.run_worker(
            self._deliver(command, answered)
        )  # a worker of the app, so that a bug in it ends the app
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await answered.wait()
        self._follow(self.session.state)

    async def _deliver(self, command: Command, answered: asyncio.Event) -> None:
        try:
            await send(self, self.session, command)
        finally:
            answered.set()

    def action_notes(self) -> None:
        """Focus the notes."""
        self.query_one("#notes").focus()

    @on(Input.Submitted)
    def _noted(self) -> None:
        self.query_one("#instructions").focus()

    @work
    async def action_answer(self, answer: Answer) -> None:
        """Answer; proceed asks for values, abort and a question not taken yet for a confirmation."""
        self._follow(self.session.state)  # what an earlier key led to may not be drawn yet
        row = self.row or self._first
        values: dict[str, str] | None = {}
        if answer == "proceed" and row.fields:
            values = await self._filled_in()
        elif (answer == "abort" or not row.mine) and not await self._confirmed(answer, row):
            return
        if values is None:
            return
        if not await self._is_taken():
            return
        notes = self.query_one("#notes", Input).value
        command = AnswerInterruption(
            interruption=self._asked, user=self.session.user, answer=answer, notes=notes, values=values
        )
        await send(self, self.session, command)

    async def _is_taken(self) -> bool:
        """Take the question where nobody has; return whether the user has it now."""
        self._follow(self.session.state)
        if self.row is not None and not self.row.mine:
            await send(self, self.session, TakeInterruption(interruption=self._asked, user=self.session.user))
            self._follow(self.session.state)
        return self.row is not None and self.row.mine

    async def _confirmed(self, answer: Answer, row: QuestionRow) -> bool:
        """Ask whether to answer, and to take the question where it is not taken."""
        title = f"{answer.capitalize()}?" if row.mine else f"Take the question, and {answer}?"
        return await self.app.push_screen_wait(Confirm(title, MEANINGS[answer], yes=answer, no="back"))

    async def _filled_in(self) -> dict[str, str] | None:
        """Ask for values, if there are fields; None where the user goes back."""
        row, asked = self.row or self._first, self.session.state.interruptions.get(self._asked)
        if asked is None:
            return {}
        from octotui.ui.dialogs.prompt_dialog import PromptDialog  # noqa: PLC0415 - fields are slow to load

        title = f"Proceed with “{row.title}” with which values?"
        judge = partial(problems_in, manual_of(self.session.state, asked))
        dialog = PromptDialog(title, row.fields, row.offered, judge, done="proceed")
        return await self.app.push_screen_wait(dialog)

    async def action_release(self) -> None:
        """Give the question back."""
        await self._send(ReleaseInterruption(interruption=self._asked, user=self.session.user))

    @work
    async def action_hand_over(self) -> None:
        """Ask for a person, and hand the question over."""
        row = self.row or self._first
        if not row.people and not row.anyone:
            self.app.notify(f"no other person may take “{row.title}”", severity="warning", markup=False)
            return
        title = f"Hand “{row.title}” over to whom?"
        to = await self.app.push_screen_wait(PeopleDialog(title, row.people, anyone=row.anyone))
        if to is not None:
            command = HandOverInterruption(interruption=self._asked, user=self.session.user, to=to)
            await send(self, self.session, command)

    def action_back(self) -> None:
        """Leave the notes, then the dialog."""
        if self.query_one("#notes").has_focus:
            self.query_one("#instructions").focus()
        else:
            self.dismiss()

    def action_scroll(self, step: int) -> None:
        """Scroll the instructions, or the output."""
        self.query_one("#instructions").scroll_relative(y=step, animate=False)
        for log in self.query(LogView):
            log.action_rows(step)
