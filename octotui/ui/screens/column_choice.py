"""Screens with lists in columns, which are chosen in a dialog and kept for the account."""

from typing import Any

from textual import on, work
from textual.screen import Screen

from octotui.ui.widgets.column_lines import ColumnLines


class ColumnChoiceScreen(Screen[None]):
    """A screen that asks for the columns of its lists."""

    @on(ColumnLines.ColumnsWanted)
    @work
    async def _choose_columns(self, event: ColumnLines.ColumnsWanted) -> None:
        """Ask for columns and order, take them, and save them."""
        from octotui.ui.dialogs.columns_dialog import ColumnsDialog

        app: Any = self.app
        setting = await app.push_screen_wait(ColumnsDialog(event.lines.column_layout))
        if setting is not None:
            event.lines.take_setting(setting)
            await app.keep_list(event.lines.column_layout.name, setting)
