"""The dialog that starts a run: process, release, environment, tenant."""

from typing import ClassVar

from msgspec.structs import replace
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from octotui.engine.state import State
from octotui.ui.key_actions import ExplainedActions, KeyAction, relabel
from octotui.ui.styled_text import glyphs_of
from octotui.ui.widgets.choice_list import ChoiceItem, ChoiceList
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.plain_text import PlainText
from octotui.views import start_choices


class StartDialog(ExplainedActions, ModalScreen[start_choices.PreparedStart | None]):
    """One list after the other, each filtered by typing; esc goes a step back.

    The key bar shows whether a failed step asks people (I7).
    """

    KEYS_TITLE = "Where a run is started"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "enter",
            "choose",
            "choose",
            priority=True,
            tooltip="What is under the cursor; after the last question the run starts",
        ),
        KeyAction("escape", "back", "back", priority=True, tooltip="To the question before", lasting=True),
        KeyAction("down,ctrl+n", "move(1)", "down", show=False, priority=True),
        KeyAction("up,ctrl+p", "move(-1)", "up", show=False, priority=True),
        KeyAction("pagedown", "page(1)", "page down", show=False, priority=True),
        KeyAction("pageup", "page(-1)", "page up", show=False, priority=True),
        KeyAction(
            "ctrl+g",
            "guide",
            "guided failure",
            priority=True,
            tooltip="Whether failed steps ask: as declared, on, off",
        ),
    ]

    def __init__(self, state: State, user: str) -> None:
        super().__init__()
        self._state = state
        self._user = user
        self._chosen: list[str] = []
        self._guided: bool | None = None

    def compose(self) -> ComposeResult:
        """Yield the question, the filter, and the choices."""
        with Vertical(classes="dialog"):
            yield PlainText("", id="path", classes="dialog--title")
            yield Input(placeholder="type to filter", compact=True)
            yield ChoiceList()
            yield KeyBar()

    def on_mount(self) -> None:
        """Ask for the process."""
        self.query_one(ChoiceList).can_focus = False
        self.query_one(Input).cursor_blink = False
        self._say_guided()
        self._ask()

    def _ask(self) -> None:
        """Show the next question, or finish."""
        self._chosen = list(start_choices.next_place(self._state.model, tuple(self._chosen)))
        question = start_choices.ask(self._state, tuple(self._chosen))
        if question is None:
            self._done()
            return
        self._question = question
        self.query_one("#path", PlainText).update(glyphs_of(self).text(question.title))
        with self.prevent(Input.Changed):
            self.query_one(Input).value = ""
        self._offer()

    @on(Input.Changed)
    def _offer(self) -> None:
        words = self.query_one(Input).value.lower().split()
        matches = [
            ChoiceItem(each.key, each.text, each.note)
            for each in self._question.choices
            if all(word in f"{each.key} {each.text}".lower() for word in words)
        ]
        self.query_one(ChoiceList).offer(matches)
        self.refresh_bindings()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse without a choice."""
        nothing = action == "choose" and self.is_mounted and self.query_one(ChoiceList).key is None
        return "there is nothing to choose" if nothing else ""

    @on(LineList.Opened)
    def action_choose(self) -> None:
        """Choose what is under the cursor."""
        key = self.query_one(ChoiceList).key
        if key is not None:
            self._chosen.append(key)
            self._ask()

    def _done(self) -> None:
        start = start_choices.command(self._state.model, tuple(self._chosen), self._user)
        self.dismiss(replace(start, command=replace(start.command, guided=self._guided)))

    def action_guide(self) -> None:
        """Toggle guided failure: as declared, on, off."""
        self._guided = {None: True, True: False, False: None}[self._guided]
        self._say_guided()

    @property
    def asks_first(self) -> bool:
        """Whether it asks for the process, not yet for a place."""
        return not self._chosen

    def _say_guided(self) -> None:
        """Show guided failure in the key bar."""
        text = {None: "as declared", True: "on", False: "off"}[self._guided]
        relabel(self, "guide", f"guided failure: {text}")
        self.refresh_bindings()

    def action_back(self) -> None:
        """Go to the previous question, or close."""
        while self._chosen:
            self._chosen.pop()
            if start_choices.is_asked(self._state.model, tuple(self._chosen)):
                self._ask()
                return
        self.dismiss(None)

    def action_move(self, step: int) -> None:
        """Move in the list while the filter has the focus."""
        self.query_one(ChoiceList).action_move(step)

    def action_page(self, step: int) -> None:
        """Move by pages."""
        self.query_one(ChoiceList).action_page(step)

    def on_key(self, event: events.Key) -> None:
        """Keep the list's keys out of the filter."""
        if event.key == "tab":
            event.stop()
