"""The dialog that asks what becomes of active runs on quitting."""

from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from octotui.engine.state import State
from octotui.ui.key_actions import KeyAction, actions_of
from octotui.ui.widgets.choice_list import ChoiceItem, ChoiceList
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.plain_text import PlainText
from octotui.views.leaving import leave_text

Way = Literal["wait", "cancel", "leave", "stay"]


class QuitDialog(ModalScreen[Way]):
    """Wait for them, cancel them, leave, or stay."""

    KEYS_TITLE = "When you quit while runs are active"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("s,escape,q,n", "go('stay')", "stay", tooltip="go on here"),
        KeyAction("w", "go('wait')", "wait", tooltip="quit when all have ended"),
        KeyAction("c", "go('cancel')", "cancel", tooltip="cancel them all, and quit when they have ended"),
        KeyAction("l", "go('leave')", "leave", tooltip="running scripts go on without the app"),
    ]

    def __init__(self, state: State) -> None:
        super().__init__()
        self._sentences = leave_text(state)

    def compose(self) -> ComposeResult:
        """Yield the active runs, and the four choices."""
        with Vertical(classes="dialog"):
            yield PlainText(self._sentences.active, classes="dialog--title")
            yield ChoiceList([self._item(each) for each in actions_of(QuitDialog)])

    def _item(self, way: KeyAction) -> ChoiceItem:
        note = self._sentences.leave if way.description == "leave" else way.tooltip
        return ChoiceItem(way.description, f"{way.keys[0]}  {way.description}", note)

    @on(LineList.Opened)
    def _choose(self, event: LineList.Opened) -> None:
        ways: dict[str | None, Way] = {"wait": "wait", "cancel": "cancel", "leave": "leave"}
        self.dismiss(ways.get(event.key, "stay"))

    def action_go(self, way: Way) -> None:
        """Choose by letter."""
        self.dismiss(way)
