"""The dialog with the spaces of the state folder, to switch to another one."""

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from octotui.ui.key_actions import ExplainedActions, KeyAction
from octotui.ui.styled_text import Span, glyphs_of
from octotui.ui.widgets.column_head import ColumnHead, head_spans, row_spans
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.plain_text import PlainText
from octotui.views.lists.columns import CellContext, Placed, placed
from octotui.views.lists.space_columns import COLUMNS, SpaceRow, in_list_order, sizes


class SpaceList(LineList):
    """Spaces; the cursor's line is lit while the filter has the focus."""

    LIT = True


class SpacesDialog(ExplainedActions, ModalScreen[SpaceRow | None]):
    """A line for each space, the present one first, filtered by typing; its result is the chosen one."""

    KEYS_TITLE = "Where a space is chosen"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("enter", "choose", "switch", priority=True, tooltip="Show the space under the cursor"),
        KeyAction(
            "escape", "dismiss(None)", "back", lasting=True, priority=True, tooltip="Stay in this space"
        ),
        KeyAction("down,ctrl+n", "move(1)", "down", show=False, priority=True),
        KeyAction("up,ctrl+p", "move(-1)", "up", show=False, priority=True),
        KeyAction("pagedown", "page(1)", "page down", show=False, priority=True),
        KeyAction("pageup", "page(-1)", "page up", show=False, priority=True),
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
            yield Input(placeholder="type to filter", compact=True)
            yield ColumnHead()
            yield SpaceList(self._line, empty="no space has this in its name or folder")
            yield KeyBar()

    def on_mount(self) -> None:
        """List the spaces, the cursor on the first one that is not the present one."""
        lines = self._lines
        lines.can_focus = False
        self.query_one(Input).cursor_blink = False
        lines.show([*self._rows])
        lines.cursor = 1
        self.on_resize()
        self._count_all()

    @property
    def _lines(self) -> SpaceList:
        return self.query_one(SpaceList)

    @on(Input.Changed)
    def _filter(self) -> None:
        """List the spaces whose name or folder holds every typed word."""
        words = self.query_one(Input).value.casefold().split()
        texts = {slug: f"{row.name} {slug} {row.path}".casefold() for slug, row in self._rows.items()}
        self._lines.show([slug for slug, text in texts.items() if all(word in text for word in words)])
        self.refresh_bindings()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to switch to none, or to where one is."""
        if action != "choose" or not self.is_mounted:
            return ""
        row = self._rows.get(self._lines.key or "")
        if row is None:
            return "no space is listed"
        return "this space is on the screen already" if row.here else ""

    def action_move(self, step: int) -> None:
        """Move in the list while the filter has the focus."""
        self._lines.action_move(step)

    def action_page(self, step: int) -> None:
        """Move by pages."""
        self._lines.action_page(step)

    @work(group="counts")
    async def _count_all(self) -> None:
        """Fill the counts in, space by space, until the dialog is closed; the order stays."""
        for row in [*self._rows.values()]:
            self._rows[row.slug] = await asyncio.to_thread(self._count, row)
            self._lines.repaint()
            self._head()

    def on_resize(self) -> None:
        """Give the list at most half of the height, and draw the heads at this width."""
        self._lines.styles.height = min(len(self._rows), max(2, self.size.height // 2))
        self.call_after_refresh(self._head)

    def _head(self) -> None:
        width = self._lines.line_width
        self.query_one(ColumnHead).spans = head_spans(
            self._place(width), "", glyphs_of(self), descending=False
        )

    def _place(self, width: int) -> Sequence[Placed[SpaceRow]]:
        return placed(COLUMNS, width, sizes([*self._rows.values()]))

    def _line(self, slug: str, width: int) -> list[Span]:
        return row_spans(self._place(width), self._rows[slug], CellContext(glyphs=glyphs_of(self)))

    @on(LineList.Moved)
    def _follow(self) -> None:
        self.refresh_bindings()

    @on(LineList.Opened)
    def action_choose(self) -> None:
        """Return the space under the cursor, unless it is the present one."""
        row = self._rows.get(self._lines.key or "")
        if row is not None and not row.here:
            self.dismiss(row)
