"""The pane with all open questions."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive

from octotui.engine.state import State
from octotui.store.user_config import ListSetting
from octotui.ui.key_actions import ExplainedActions, KeyAction, key_of
from octotui.ui.styled_text import Span, glyphs_of, zone_of
from octotui.ui.widgets.coalesced import CoalescedAfterKeys
from octotui.ui.widgets.column_head import ColumnHead
from octotui.ui.widgets.column_layout import ColumnLayout
from octotui.ui.widgets.column_lines import ColumnLines
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.marked_lines import MarkedLines
from octotui.ui.widgets.pane_heading import PaneHeading, beside
from octotui.views import questions
from octotui.views.lists.columns import CellContext
from octotui.views.lists.question_columns import COLUMNS, USUAL
from octotui.views.questions import QuestionRow

MEASURED = 100  # rows from which the widths of columns come


class QuestionLines(MarkedLines):
    """The list itself; in a replay nothing is marked."""

    KEYS_TITLE = "In the list of questions"
    BINDINGS: ClassVar[list[BindingType]] = []
    is_past: bool = False

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to mark what nothing can be done to."""
        if action not in ("mark", "mark_all"):
            return super().why_not(action, parameters)
        if self.is_past:
            return "this is a replay: nothing can be changed"
        return "" if self.key is not None else "there is no open question"


class QuestionsPanel(ExplainedActions, Vertical):
    """Every open question, the oldest first; the one under the cursor can be answered."""

    HELP = """Questions of manual steps and of failed steps with guided failure: whom each asks, who has taken
it, and since when. Each can be opened, with its text; its sign is bright where you may answer it. With
marks, keys go for all of them."""
    KEYS_TITLE = "In the list of questions"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "p",
            "answer('proceed')",
            "proceed",
            lasting=True,
            tooltip="Take it and proceed, after a confirmation",
        ),
        KeyAction(
            "x", "answer('abort')", "abort", lasting=True, tooltip="Take it and abort, after a confirmation"
        ),
    ]

    state: reactive[State] = reactive(State(), repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)

    class Pointed(Message):
        """The cursor is on another question, or on none."""

        def __init__(self, question: QuestionRow | None) -> None:
            super().__init__()
            self.question = question

    class Opened(Pointed):
        """The question under the cursor is to be opened."""

    class AnswerWanted(Message):
        """Questions are to be answered, after a confirmation."""

        def __init__(self, questions: Sequence[QuestionRow], answer: Literal["proceed", "abort"]) -> None:
            super().__init__()
            self.questions = questions
            self.answer: Literal["proceed", "abort"] = answer

    def __init__(self, user: str, setting: ListSetting = ListSetting()) -> None:  # noqa: B008 - it is immutable
        super().__init__()
        self._user = user
        self._layout = ColumnLayout("questions", "questions", COLUMNS, USUAL, setting)
        self._rows: dict[str, QuestionRow] = {}
        self._listing = CoalescedAfterKeys(self, self._list)

    def compose(self) -> ComposeResult:
        """Yield the heading and the list."""
        yield PaneHeading("Questions")
        yield ColumnHead()
        yield QuestionLines(self._layout, self._draw, empty=questions.NONE_OPEN, id="questions")

    @property
    def question(self) -> QuestionRow | None:
        """The question under the cursor."""
        return self._rows.get(self.query_one(LineList).key or "") if self.is_mounted else None

    @property
    def marked(self) -> tuple[QuestionRow, ...]:
        """The marked questions, in the order of the list."""
        marked = self.query_one(LineList).marked if self.is_mounted else ()
        return tuple(row for name, row in self._rows.items() if name in marked)

    def unmark(self, names: Iterable[str]) -> None:
        """Drop marks."""
        lines = self.query_one(QuestionLines)
        lines.mark(lines.marked.difference(names))

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to answer where nothing is asked, or otherwise."""
        if action != "answer":
            return ""
        if self.state.keep_ended:
            return "this is a replay: nothing can be changed"
        if (question := self.question) is None:
            return "there is no open question"
        if self.marked:
            return ""  # a dialog says which of them can be answered so
        fits = parameters[0] in question.choices
        if not fits:
            opens = key_of(QuestionLines, "open")
            return f"a failed step is retried, ignored or failed: {opens} opens its question"
        return questions.refused(question)

    def action_answer(self, answer: Literal["proceed", "abort"]) -> None:
        """Have the marked questions answered, or the one under the cursor."""
        if self.question is not None:
            self.post_message(self.AnswerWanted(self.marked or (self.question,), answer))

    def on_mount(self) -> None:
        """List what is asked."""
        self._list()

    def on_resize(self) -> None:
        """Say which columns there are at another width."""
        self.call_after_refresh(self._say)

    def watch_state(self, old: State, new: State) -> None:
        """List again where a question was asked, taken or answered."""
        parts = ("asking", "interruptions", "model")
        if self.is_mounted and any(getattr(old, part) is not getattr(new, part) for part in parts):
            self._listing()

    def watch_now(self) -> None:
        """Draw the ages."""
        if self.is_mounted:
            self.query_one(LineList).repaint()

    @property
    def _scope(self) -> CellContext:
        return CellContext(self.now, zone_of(self), glyphs_of(self))

    def _list(self) -> None:
        before, lines = self.question, self.query_one(QuestionLines)
        rows = self._layout.sorted(questions.rows(self.state, self._user, self.now))
        self._rows = {row.id: row for row in rows}
        self._layout.measure_rows(rows[:MEASURED], self._scope)
        lines.show(tuple(self._rows))
        lines.is_past = self.state.keep_ended
        lines.mark(lines.marked.intersection(self._rows))
        self._say()
        self.refresh_bindings()
        if self.question != before:
            self.post_message(self.Pointed(self.question))

    def _say(self) -> None:
        """Say around the list its columns, and how many questions there are."""
        width, marked = self.query_one(LineList).line_width, len(self.marked)
        self.query_one(ColumnHead).spans = self._layout.head(width, self._scope)
        marks: tuple[Span, ...] = ((f"{marked} marked", "lit"),) if marked else ()
        count: Span = (str(len(self._rows)), "muted")
        self.query_one(PaneHeading).say(right=beside(self._layout.unseen_sort(width), marks, (count,)))

    def _draw(self, key: str, width: int) -> list[Span]:
        return self._layout.line(self._rows[key], width, self._scope)

    @on(MarkedLines.Remarked)
    def _remark(self, event: MarkedLines.Remarked) -> None:
        event.stop()
        self._say()
        self.refresh_bindings()

    @on(ColumnLines.Arranged)
    def _arrange(self, event: ColumnLines.Arranged) -> None:
        event.stop()
        self._list()

    @on(LineList.Moved)
    def _point(self, event: LineList.Moved) -> None:
        event.stop()
        kind = self.Opened if isinstance(event, LineList.Opened) else self.Pointed
        self.post_message(kind(self.question))
