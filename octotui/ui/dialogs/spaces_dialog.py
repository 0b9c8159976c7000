"""The dialog with the spaces of the state folder, to switch to another one."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from octotui.ui.key_actions import KeyAction, relabel
from octotui.ui.styled_text import Span, glyphs_of
from octotui.ui.widgets.column_head import ColumnHead, head_spans, row_spans
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.plain_text import PlainText
from octotui.views.lists.columns import CellContext, Placed, placed
from octotui.views.lists.space_columns import COLUMNS, SpaceRow, in_list_order, sizes


class SpacesDialog(ModalScreen[SpaceRow | None]):
    """A line for each space, the present one first; its result is the chosen one."""

    KEYS_TITLE = "Where a space is chosen"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("escape,o,q", "dismiss(None)", "back", lasting=True, tooltip="Stay in this space"),
    ]

    def __init__(self, rows: Sequence[SpaceRow], count: Callable[[SpaceRow], SpaceRow]) -> None:
        """Create it; `count` returns a row with its counts, and may block."""
        super().__init__()
        self._count = count
        self._rows = {row.slug: row for row in in_list_order(rows)}

    def compose(self) -> ComposeResult:
        """Yield the heads of columns, the spaces, and the keys."""
        with Vertical(classes="dialog -broad"):
            yield PlainText("Switch to which space?", classes="dialog--title")
            yield ColumnHead()
            yield LineList(self._line)
            yield KeyBar()

    def on_mount(self) -> None:
        """List the spaces, the cursor on the first one that is not the present one."""
        lines = self.query_one(LineList)
        lines.show([*self._rows])
        lines.cursor = 1
        relabel(lines, "open", "switch")
        lines.focus()
        self.on_resize()
        self._count_all()

    @work(group="counts")
    async def _count_all(self) -> None:
        """Fill the counts in, space by space, until the dialog is closed; the order stays."""
        for row in [*self._rows.values()]:
            self._rows[row.slug] = await asyncio.to_thread(self._count, row)
            self.query_one(LineList).repaint()
            self._head()

    def on_resize(self) -> None:
        """Give the list at most half of the height, and draw the heads at this width."""
        self.query_one(LineList).styles.height = min(len(self._rows), max(2, self.size.height // 2))
        self.call_after_refresh(self._head)

    def _head(self) -> None:
        width = self.query_one(LineList).line_width
        self.query_one(ColumnHead).spans = head_spans(
            self._place(width), "", glyphs_of(self), descending=False
        )

    def _place(self, width: int) -> Sequence[Placed[SpaceRow]]:
        return placed(COLUMNS, width, sizes([*self._rows.values()]))

    def _line(self, slug: str, width: int) -> list[Span]:
        return row_spans(self._place(width), self._rows[slug], CellContext(glyphs=glyphs_of(self)))

    @on(LineList.Opened)
    def _choose(self, event: LineList.Opened) -> None:
        event.stop()
        row = self._rows[event.key or ""]
        if row.here:
            app: Any = self.app
            app.say("this space is on the screen already")
        else:
            self.dismiss(row)
