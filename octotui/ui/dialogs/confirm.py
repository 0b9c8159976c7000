"""A confirmation of an irreversible action."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from octotui.ui.key_actions import KeyAction, key_of
from octotui.ui.widgets.choice_list import ChoiceItem, ChoiceList
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.plain_text import PlainText


class Confirm(ModalScreen[bool]):
    """Asks once; the safe answer is under the cursor."""

    KEYS_TITLE = "In a confirmation"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("y", "yes", "yes", tooltip="Do what is asked about"),
        KeyAction("n,escape,q", "no", "no", tooltip="Change nothing"),
    ]

    def __init__(self, question: str, details: str = "", *, yes: str = "yes", no: str = "no") -> None:
        super().__init__()
        self._question = question
        self._details = details
        self.what = yes  # is done if one confirms
        self._options = [
            ChoiceItem("no", no, key_of(Confirm, "no")),
            ChoiceItem("yes", yes, key_of(Confirm, "yes")),
        ]

    def compose(self) -> ComposeResult:
        """Yield the question and two answers."""
        with Vertical(classes="dialog"):
            yield PlainText(self._question, classes="dialog--title")
            if self._details:
                yield PlainText(self._details, classes="dialog--text")
            yield ChoiceList(self._options)

    @on(LineList.Opened)
    def _choose(self, event: LineList.Opened) -> None:
        self.dismiss(event.key == "yes")

    def action_yes(self) -> None:
        """Confirm."""
        self.dismiss(True)

    def action_no(self) -> None:
        """Decline."""
        self.dismiss(False)
