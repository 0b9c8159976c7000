"""The input below a list for its filter."""

from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from octotui.ui.key_actions import KeyAction, key_of


class FilterInput(Input):
    """Hidden until `/`; enter keeps the filter, esc drops it."""

    KEYS_TITLE = "In a filter"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("escape", "drop", "no filter", tooltip="Show everything again"),
        KeyAction("enter,down", "keep", "keep", tooltip="Back to the list, and keep the filter"),
    ]

    class Left(Message):
        """The filter was kept or dropped, and the list gets the focus back."""

    def __init__(self) -> None:
        keep, drop = key_of(FilterInput, "keep"), key_of(FilterInput, "drop")
        super().__init__(
            placeholder=f"filter: {keep} keeps it, {drop} drops it", compact=True, select_on_focus=False
        )
        self.display = False
        self.cursor_blink = False

    def ask(self) -> None:
        """Show and focus the input."""
        self.display = True
        self.focus()

    def action_keep(self) -> None:
        """Keep the filter; an empty one hides the input."""
        self.display = bool(self.value)
        self.post_message(self.Left())

    def action_drop(self) -> None:
        """Drop the filter."""
        self.value = ""
        self.display = False
        self.post_message(self.Left())
