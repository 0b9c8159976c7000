"""The dialog that asks to whom a question is handed over."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.events import DescendantFocus
from textual.screen import ModalScreen
from textual.widgets import Input

from octotui.ui.key_actions import ExplainedActions, KeyAction
from octotui.ui.widgets.choice_list import ChoiceItem, ChoiceList
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.plain_text import PlainText


class PeopleDialog(ExplainedActions, ModalScreen[str | None]):
    """Lists the members of the teams; where a team has none, any account can be typed."""

    KEYS_TITLE = "Where a question is handed over"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "enter",
            "hand_over",
            "hand over",
            priority=True,
            tooltip="To the person on this line; then only that person can answer",
        ),
        KeyAction("escape", "dismiss(None)", "back", lasting=True, tooltip="Without handing it over"),
    ]
    DEFAULT_CSS = "PeopleDialog Input { background: $panel; margin-top: 1; }"

    def __init__(self, title: str, people: Sequence[str], *, anyone: bool) -> None:
        super().__init__()
        self._title = title
        self._people = people
        self._anyone = anyone

    def compose(self) -> ComposeResult:
        """Yield the names, and an input for another one."""
        with Vertical(classes="dialog"):
            yield PlainText(self._title, classes="dialog--title")
            if self._people:
                yield ChoiceList([ChoiceItem(name, name) for name in self._people])
            if self._anyone:
                yield Input(placeholder="the name of an account", compact=True)
            yield KeyBar()

    def on_mount(self) -> None:
        """Stop cursors from blinking."""
        for line in self.query(Input):
            line.cursor_blink = False

    @property
    def _named(self) -> str:
        """The person on the focused line."""
        focused = self.focused
        if isinstance(focused, Input):
            return focused.value.strip()
        return (focused.key or "") if isinstance(focused, LineList) else ""

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse without a person."""
        return "type the name of an account" if action == "hand_over" and not self._named else ""

    @on(Input.Changed)
    @on(DescendantFocus)
    def _offer(self) -> None:
        self.refresh_bindings()

    @on(LineList.Opened)
    def action_hand_over(self) -> None:
        """Return the person on the focused line."""
        self.dismiss(self._named)
