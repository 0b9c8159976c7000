"""Screens with lists in columns, which are chosen in a dialog and kept for the account."""

from typing import Any

from textual import on, work
from textual.screen import Screen

from octotui.store.user_config import ListSetting
from octotui.ui.widgets.column_head import ColumnHead
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
            await self._take(event.lines, setting)

    @on(ColumnHead.Pressed)
    async def _sort(self, event: ColumnHead.Pressed) -> None:
        """Sort by the column whose head is clicked, and save that."""
        lines = event.head.parent.query_one(ColumnLines) if event.head.parent is not None else None
        if lines is not None and (setting := lines.column_layout.turned(event.cell, lines.line_width)):
            await self._take(lines, setting)

    async def _take(self, lines: ColumnLines, setting: ListSetting) -> None:
        app: Any = self.app
        lines.take_setting(setting)
        await app.keep_list(lines.column_layout.name, setting)
