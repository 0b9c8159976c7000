"""A list in columns, which can be chosen and sorted by."""

from typing import Any, ClassVar

from textual.binding import BindingType
from textual.message import Message

from octotui.store.user_config import ListSetting
from octotui.ui.key_actions import KeyAction
from octotui.ui.widgets.column_layout import ColumnLayout
from octotui.ui.widgets.line_list import Draw, LineList


class ColumnLines(LineList):
    """A list whose lines are rows of a layout; those that are none, such as headings, are drawn beside it."""

    KEYS_TITLE = "In a list in columns"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "C",
            "columns",
            "columns",
            show=False,
            title="Columns",
            tooltip="Which columns the list has, in which order, and by which it is sorted",
        ),
    ]

    class ColumnsWanted(Message):
        """Columns and order of a list are to be chosen."""

        def __init__(self, lines: "ColumnLines") -> None:
            super().__init__()
            self.lines = lines

    class Arranged(Message):
        """Other columns or another order were chosen."""

    def __init__(self, layout: ColumnLayout[Any], draw: Draw, *, empty: str = "", id: str) -> None:  # noqa: A002
        super().__init__(draw, empty=empty, id=id)
        self.column_layout = layout

    def action_columns(self) -> None:
        """Have columns and order chosen."""
        self.post_message(self.ColumnsWanted(self))

    def take_setting(self, setting: ListSetting) -> None:
        """Take columns and order."""
        self.column_layout.arrange(setting)
        self.post_message(self.Arranged())
