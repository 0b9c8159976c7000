"""A list in columns whose lines can be marked, so that something is done to several."""

from collections.abc import Collection
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from octotui.ui.key_actions import KeyAction
from octotui.ui.widgets.column_lines import ColumnLines


class MarkedLines(ColumnLines):
    """Marks belong to keys, and outlast sorting."""

    KEYS_TITLE = "In a list with marks"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("space", "mark", "mark", tooltip="This line, and go on; again: unmark it"),
        KeyAction(
            "asterisk",
            "mark_all",
            "mark all",
            show=False,
            title="Mark all that are listed",
            tooltip="All that the list shows by its filter; again: unmark them",
        ),
    ]

    class Remarked(Message):
        """Other lines are marked."""

    @property
    def markable(self) -> Collection[str]:
        """The keys that are marked together."""
        return self.keys

    def action_mark(self) -> None:
        """Mark a line or unmark it, and go on."""
        if self.key is not None:
            self.mark(self.marked ^ {self.key})
            self.action_move(1)

    def action_mark_all(self) -> None:
        """Mark all lines, or unmark them where all of them are."""
        here = frozenset(self.markable)
        self.mark(self.marked - here if here <= self.marked else self.marked | here)

    def mark(self, keys: frozenset[str]) -> None:
        """Have these keys marked."""
        if keys != self.marked:
            self.marked = keys
            self.repaint()
            self.post_message(self.Remarked())
