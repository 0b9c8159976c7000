"""A list in columns as lines of plain text, its head first."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from octotui.views.lists.columns import CellContext, Column, Placed, placed, whole
from octotui.views.text.visible_text import visible

Row = TypeVar("Row")


def column_lines(
    columns: Sequence[Column[Row]], rows: Sequence[Row], scope: CellContext, width: int | None
) -> Iterator[str]:
    """Yield the head and a line for each row, in as many columns as fit into `width`, or all with None."""
    from rich.cells import cell_len, set_cell_size

    def length(text: str) -> int:
        return cell_len(visible(text))

    def cell(each: Placed[Row], row: Row) -> str:
        text = visible("".join(text for text, _ in each.column.cell(row, each.width, scope)))
        if cell_len(text) > each.width:
            text = set_cell_size(text, each.width - 1) + "…"
        padding = " " * (each.width - cell_len(text))
        return padding + text if each.column.right else text + padding

    laid = whole(columns, rows, scope, length)
    if width is not None:
        laid = placed(columns, width, {each.column.name: each.width for each in laid})
    if rows:
        heads = (f"{each.column.head:{'>' if each.column.right else '<'}{each.width}}" for each in laid)
        yield _line(laid, heads)
    for row in rows:
        yield scope.glyphs.text(_line(laid, (cell(each, row) for each in laid)))


def cut_line(text: str, width: int) -> str:
    """Return a text as one line of at most `width` cells."""
    from rich.cells import cell_len, set_cell_size

    line = visible(text)
    return line if cell_len(line) <= width else set_cell_size(line, width - 1) + "…"


def _line(laid: Sequence[Placed[Row]], cells: Iterator[str]) -> str:
    return "".join(" " * each.gap + text for each, text in zip(laid, cells, strict=True)).rstrip()
