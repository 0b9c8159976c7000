"""One action on several runs: what it is done to, where it will not work and why, and what was refused."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from octotui.engine.commands import Refused, TakeInterruption
from octotui.store.errors import StoreError
from octotui.ui.key_actions import ExplainedActions, KeyAction, key_of, relabel
from octotui.ui.styled_text import Span, glyphs_of, length
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.plain_text import PlainText
from octotui.views.bulk.plan import BulkAction, BulkItem, impossible, noted, working
from octotui.views.labels import counted

if TYPE_CHECKING:
    from octotui.runtime.space_access import SpaceAccess


class BulkWords(NamedTuple):
    """How an action is called, on what, what was done by it, and what it means for several and for one."""

    verb: str
    thing: str
    done: str
    meaning: str = ""
    for_one: str = ""


WORDS: Mapping[BulkAction, BulkWords] = {
    "cancel": BulkWords(
        "Cancel",
        "run",
        "cancelled",
        "Running scripts are ended (TERM, a grace period, KILL), and no further step starts.",
    ),
    "again": BulkWords(
        "Run", "run", "started again", "Each with the values that it had.", "With the values that it had."
    ),
    "take": BulkWords("Take", "question", "taken", "Then only you can answer."),
    "proceed": BulkWords("Proceed with", "question", "answered", "The runs continue.", "The run continues."),
    "abort": BulkWords(
        "Abort", "question", "aborted", "The steps that ask fail.", "The step that asks fails."
    ),
}
NOTED = ("proceed", "abort")


class BulkDone(NamedTuple):
    """The runs for which all was done, and the questions."""

    runs: frozenset[str] = frozenset()
    questions: frozenset[str] = frozenset()


class BulkNotes(Input):
    """The line for the notes of all answers; enter is done with them, and sends nothing."""

    KEYS_TITLE = "In the notes of several answers"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("enter", "submit", "done", tooltip="Back to the list; nothing is sent yet")
    ]


class BulkDialog(ExplainedActions, ModalScreen[BulkDone]):
    """Lists all before anything is sent, what works first; it stays where something was refused.

    Its result says for what it was done.
    """

    KEYS_TITLE = "Where something is done to several runs"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("y", "send", "yes", tooltip="Do it, but where it will not work"),
        KeyAction("n", "notes", "notes", tooltip="They go with each answer"),
        KeyAction("escape,q", "back", "back", lasting=True, tooltip="From the notes, then without doing it"),
    ]
    DEFAULT_CSS = """
    BulkDialog {
        LineList { margin-top: 1; }
        #reason { height: auto; max-height: 4; color: $foreground 85%; padding: 0 2; }
        BulkNotes { background: $panel; margin-top: 1; }
    }
    """

    def __init__(self, session: "SpaceAccess", action: BulkAction, items: Sequence[BulkItem]) -> None:
        super().__init__()
        self._session = session
        self._action = action
        self._words = WORDS[action]
        self._items = {
            str(at): item for at, item in enumerate(sorted(items, key=lambda each: each.refusal != ""))
        }
        self._refused: dict[str, str] = {at: each.refusal for at, each in self._items.items() if each.refusal}
        self._done: set[str] = set()
        self._sending = False

    def compose(self) -> ComposeResult:
        """Yield the question, what it means, the list of items, and details of the selected one."""
        with Vertical(classes="dialog -broad"):
            yield PlainText(self._title(), classes="dialog--title")
            yield PlainText(self._meaning(), classes="dialog--text", id="meaning")
            yield LineList(self._line, opens=False)
            yield PlainText("", id="reason")
            if self._action in NOTED:
                yield BulkNotes(placeholder=f"notes ({key_of(BulkDialog, 'notes')})", compact=True)
            yield KeyBar()

    def on_mount(self) -> None:
        """List them all, the first one chosen."""
        lines = self.query_one(LineList)
        lines.show([*self._items])
        lines.focus()
        for notes in self.query(BulkNotes):
            notes.cursor_blink = False
        self.on_resize()

    def on_resize(self) -> None:
        """Give the list at most half of the height."""
        self.query_one(LineList).styles.height = min(len(self._items), max(2, self.size.height // 2))
        self.call_after_refresh(self._explain)

    def _title(self) -> str:
        """Return the question: `Cancel 3 runs, and leave 2 out?`."""
        words, count = self._words, len(working(self._items.values()))
        again, left_out = " again" if self._action == "again" else "", len(self._items) - count
        rest = f", and leave {left_out} out" if left_out else ""
        if not count:
            return f"{words.verb}{again}: not possible, {impossible([*self._items.values()])}"
        return f"{words.verb} {counted(count, words.thing)}{again}{rest}?"

    def _meaning(self) -> str:
        """Return what it means, and that questions are taken where nobody has them."""
        words, items = self._words, working(self._items.values())
        means = words.for_one or words.meaning if len(items) == 1 else words.meaning
        takes = (isinstance(command, TakeInterruption) for item in items for command in item.commands)
        if self._action not in NOTED or not any(takes):
            return means
        return f"{'You take it' if len(items) == 1 else 'Those that nobody has are taken'}. {means}"

    def _line(self, at: str, width: int) -> list[Span]:
        item, glyphs = self._items[at], glyphs_of(self)
        refusal = self._refused.get(at, "")
        sign: Span = (f"{glyphs.sign('skipped')} ", "muted")
        if at in self._done:
            sign = (f"{glyphs.sign('good')} ", "good")
        elif not refusal:
            sign = (f"{glyphs.sign('pending')} ", "plain")
        elif not item.refusal:
            sign = (f"{glyphs.sign('bad')} ", "bad")
        more = (refusal or item.note).removeprefix(f"{item.run} ")
        return [
            sign,
            (f"{item.run} ", "muted"),
            (item.about, "muted" if refusal else "plain"),
            (f" · {more}" if more else "", "warned" if refusal else "muted"),
        ]

    @on(LineList.Moved)
    def _explain(self) -> None:
        """Say in full what the chosen line has no room for."""
        lines = self.query_one(LineList)
        at, width, text = lines.key or "", lines.line_width, ""
        if at and length(self._line(at, width)) > width:
            text = self._refused.get(at) or self._items[at].note
        self.query_one("#reason", PlainText).update(glyphs_of(self).text(text))

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Say where there is nothing to send, or what is to be waited for."""
        if self._sending:
            return "it is being sent"
        if action == "send":
            if self._done:
                return "it was done"
            return "" if len(self._refused) < len(self._items) else "nothing of it is possible"
        if action == "notes":
            return "" if self._action in NOTED and not self._done else "nothing takes notes here"
        return ""

    def action_notes(self) -> None:
        """Write notes."""
        self.query_one(BulkNotes).focus()

    @on(Input.Submitted)
    def _noted(self) -> None:
        self.query_one(LineList).focus()

    def action_back(self) -> None:
        """Leave the notes, then the dialog."""
        if any(notes.has_focus for notes in self.query(BulkNotes)):
            self.query_one(LineList).focus()
        else:
            self.dismiss(self._all_done())

    def _all_done(self) -> BulkDone:
        """Return the runs with nothing left to do, and each question that was taken or answered."""
        left = {item.run for at, item in self._items.items() if at not in self._done}
        done = [self._items[at] for at in self._done]
        return BulkDone(
            frozenset(item.run for item in done) - left, frozenset(item.question for item in done) - {""}
        )

    @work
    async def action_send(self) -> None:
        """Send all that works, one after the other; stay where something was refused."""
        self._sending = True
        self.refresh_bindings()
        notes = "".join(each.value for each in self.query(BulkNotes))
        for at, item in self._items.items():
            if at not in self._refused:
                await self._send(at, noted(item, notes))
        self._sending = False
        refused = [at for at, why in self._refused.items() if why != self._items[at].refusal]
        said = f"{len(self._done)} {self._words.done}"
        if not refused:
            self.app.notify(said, markup=False)
            self.dismiss(self._all_done())
            return
        self.query_one(".dialog--title", PlainText).update(f"{said}, {len(refused)} refused")
        relabel(self, "back", "close")
        self.query_one(LineList).select(refused[0])
        self._explain()
        self.refresh_bindings()

    async def _send(self, at: str, item: BulkItem) -> None:
        try:
            for each in item.commands:
                await self._session.send(each)
        except Refused as refused:
            self._refused[at] = str(refused)
        except StoreError as problem:
            self._refused[at] = str(problem)  # the session has ended, and the app with it
        else:
            self._done.add(at)
        self.query_one(LineList).repaint()
