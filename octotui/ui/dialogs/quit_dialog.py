"""What becomes of runs that are active when somebody quits."""

from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from octotui.engine.state import State
from octotui.ui.widgets.choice_list import ChoiceItem, ChoiceList
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.plain_text import PlainText
from octotui.views.leaving import leave_text

Way = Literal["wait", "cancel", "leave", "stay"]


class QuitDialog(ModalScreen[Way]):
    """Wait for them, cancel them, leave, or stay."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "go('wait')", "wait"),
        Binding("c", "go('cancel')", "cancel"),
        Binding("l", "go('leave')", "leave"),
        Binding("escape,s,q,n", "go('stay')", "stay"),
    ]

    def __init__(self, state: State) -> None:
        super().__init__()
        self._sentences = leave_text(state)

    def compose(self) -> ComposeResult:
        """What is active, and the four ways."""
        with Vertical(classes="dialog"):
            yield PlainText(self._sentences.active, classes="dialog--title")
            yield ChoiceList(
                [
                    ChoiceItem("stay", "s  stay", ""),
                    ChoiceItem("wait", "w  wait", "quit when all have ended"),
                    ChoiceItem("cancel", "c  cancel", "cancel them all, and quit when they have ended"),
                    ChoiceItem("leave", "l  leave", self._sentences.leave),
                ]
            )

    @on(LineList.Opened)
    def _choose(self, event: LineList.Opened) -> None:
        ways: dict[str | None, Way] = {"wait": "wait", "cancel": "cancel", "leave": "leave"}
        self.dismiss(ways.get(event.key, "stay"))

    def action_go(self, way: Way) -> None:
        """Choose by letter."""
        self.dismiss(way)
