"""Rows and the head of a list in columns."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from octotui.ui.styled_text import Span, cut, glyphs_of, length, strip_of, styles_of
from octotui.views.labels import Glyphs
from octotui.views.lists.columns import CellContext, Placed

Row = TypeVar("Row")


class ColumnHead(Widget):
    """The line above a list with the names of its columns, and the sort order."""

    DEFAULT_CSS = "ColumnHead { height: 1; }"

    spans: reactive[tuple[Span, ...]] = reactive(())

    class Pressed(Message):
        """The head is clicked, in this cell of its columns."""

        def __init__(self, head: "ColumnHead", cell: int) -> None:
            super().__init__()
            self.head = head
            self.cell = cell

    def render_line(self, y: int) -> Strip:
        """Render the line, indented like those of the list."""
        styles, width = styles_of(self), self.size.width
        strip = strip_of([(" ", "plain"), *self.spans], styles, glyphs_of(self))
        return strip.adjust_cell_length(width, styles["plain"])

    def on_click(self, event: events.Click) -> None:
        """Have the list sorted by the column under the mouse."""
        self.post_message(self.Pressed(self, event.x - 1))


def row_spans(columns: Sequence[Placed[Row]], row: Row, scope: CellContext) -> list[Span]:
    """Return a row in its columns, each cell cut to its width."""
    cells = (each.column.cell(row, each.width, scope) for each in columns)
    return list(_joined(columns, cells, scope.glyphs))


def head_spans(
    columns: Sequence[Placed[Row]], sort: str, glyphs: Glyphs, *, descending: bool
) -> tuple[Span, ...]:
    """Return the heads of columns, with an arrow at the sort column."""
    arrow = "↓" if descending else "↑"

    def cell(each: Placed[Row]) -> Sequence[Span]:
        head = each.column.head
        if each.column.name != sort:
            return ((head, "muted"),)
        return ((f"{head[: each.width - 1]}{arrow}", "lit"),)

    return tuple(_joined(columns, map(cell, columns), glyphs))


def _joined(
    columns: Sequence[Placed[Row]], cells: Iterable[Sequence[Span]], glyphs: Glyphs
) -> Iterable[Span]:
    """Yield cells side by side, padded on the side without text."""
    for each, cell in zip(columns, cells, strict=True):
        spans = cut(cell, each.width, glyphs)
        padding = " " * (each.width - length(spans))
        before, after = (padding, "") if each.column.right else ("", padding)
        yield " " * each.gap + before, "plain"
        yield from spans
        yield after, "plain"
