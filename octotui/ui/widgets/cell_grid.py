"""A grid of cells with a cursor on one of them: names at the left, and as many columns as fit beside them."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from octotui.ui.key_actions import ExplainedActions, KeyAction
from octotui.ui.styled_text import Span, cut, glyphs_of, length, strip_of, styles_of
from octotui.ui.widgets.coalesced import Coalesced

LEAST, MOST = 18, 44  # cells of a column
GAP = 2
ONE_LINE = 34  # cells of a column from which on a row takes one line, not two
HEAD = -1  # the row of the heads

DrawCell = Callable[[str, str, int, int], Sequence[Sequence[Span]]]
"""The lines of the cell in a row and a column: of so many cells, so many lines."""


class GridRow(NamedTuple):
    """A row with its name; one without cells is a heading over those that follow."""

    key: str
    name: str
    has_cells: bool = True


class GridCell(NamedTuple):
    """What is to be seen in a line of a cell, and whether the cursor is in the cell, or in its first line."""

    spans: list[Span]
    here: bool = False
    first: bool = False


class _Sizes(NamedTuple):
    """How many cells names and columns have, and how many lines a row takes."""

    names: int
    width: int
    columns: int
    lines: int


class CellGrid(ExplainedActions, ScrollView, can_focus=True):
    """It costs what is visible; of columns that do not fit, those around the cursor are shown."""

    DEFAULT_CSS = "CellGrid { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--cursor", "lines--here"}
    KEYS_TITLE = "In a grid"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("j,down", "move(1)", "down", show=False),
        KeyAction("k,up", "move(-1)", "up", show=False),
        KeyAction("left", "across(-1)", "left", show=False),
        KeyAction("right", "across(1)", "right", show=False),
        KeyAction("g,home", "to(0)", "to the top", show=False, tooltip="Then to the heads of columns"),
        KeyAction("G,end", "to(-1)", "to the end", show=False),
        KeyAction("pagedown,ctrl+d", "page(1)", "page down", show=False),
        KeyAction("pageup,ctrl+u", "page(-1)", "page up", show=False),
        KeyAction("enter", "open", "open", tooltip="What is under the cursor"),
    ]

    place: reactive[tuple[int, int]] = reactive((0, 0), repaint=False)

    class Moved(Message):
        """The cursor is on another cell; without a row it is on the head of a column."""

        def __init__(self, row: str | None, column: str) -> None:
            super().__init__()
            self.row = row
            self.column = column

    class Opened(Moved):
        """The cell under the cursor is to be opened."""

    def __init__(self, draw: DrawCell, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._draw_cell = draw
        self._rows: tuple[GridRow, ...] = ()
        self._columns: tuple[tuple[str, str], ...] = ()
        self._lines: list[tuple[int, int]] = []
        self._sizes = _Sizes(8, LEAST, 1, 1)
        self._first = 0
        self._shown: dict[int, list[GridCell]] = {}
        self._refusal = ""
        self.empty = ""
        self.repaint = Coalesced(self, self._repaint)

    def show(self, rows: Sequence[GridRow], columns: Mapping[str, str]) -> None:
        """Take these rows, and the columns with their heads; the cursor stays with its row and column."""
        rows, heads = tuple(rows), tuple(columns.items())
        if (rows, heads) == (self._rows, self._columns):
            self.repaint()
            return
        row, column = (self.row, self.column) if self._rows else (None, "")
        self._rows, self._columns = rows, heads
        keys, slugs = [each.key for each in rows if each.has_cells], [slug for slug, _ in heads]
        first = self._near(0, 1) if keys else HEAD
        at = [each.key for each in rows].index(row) if row in keys else first
        self.place = (at, slugs.index(column) if column in slugs else 0)
        self._lay()
        self._tell()

    def point(self, row: str, column: str) -> None:
        """Put the cursor on a cell."""
        rows, slugs = [each.key for each in self._rows], [slug for slug, _ in self._columns]
        if row in rows and column in slugs:
            self.place = (rows.index(row), slugs.index(column))

    @property
    def visible_columns(self) -> tuple[str, ...]:
        """The columns that fit beside the names now."""
        return tuple(slug for slug, _ in self._columns[self._first : self._first + self._sizes.columns])

    def refuse(self, sentence: str) -> None:
        """Say why there is nothing to open under the cursor; empty where there is."""
        if sentence != self._refusal:
            self._refusal = sentence
            self.refresh_bindings()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Say where there is nothing to open."""
        return self._refusal if action == "open" else ""

    @property
    def row(self) -> str | None:
        """The row under the cursor; None on a head."""
        at = self.place[0]
        return self._rows[at].key if 0 <= at < len(self._rows) else None

    @property
    def column(self) -> str:
        """The column under the cursor."""
        return self._columns[self.place[1]][0] if self._columns else ""

    def _measure(self) -> _Sizes:
        """Compute the sizes of columns that fit the widget's width."""
        width = max(1, self.size.width - 1)
        longest = max((length([(each.name, "plain")]) for each in self._rows), default=8)
        names = max(8, min(longest, 32, width // 4))
        room = max(LEAST, width - names)
        count = max(1, min(len(self._columns), room // (LEAST + GAP)))
        cells = min(MOST, room // count - GAP)
        return _Sizes(names, cells, count, 1 if cells >= ONE_LINE else 2)

    def _lay(self) -> None:
        """Find out which row is in which line, and which columns are shown."""
        self._sizes = self._measure()
        lines = self._sizes.lines
        self._lines = [
            (at, line) for at, row in enumerate(self._rows) for line in range(lines if row.has_cells else 1)
        ]
        self.virtual_size = Size(0, len(self._lines) + 1)
        self._scroll()

    def _scroll(self) -> None:
        """Have the cursor's row and column seen."""
        row, column = self.place
        count = self._sizes.columns
        self._first = max(
            0, min(max(min(self._first, column), column - count + 1), len(self._columns) - count)
        )
        if self._lines and self.size.height:
            own = [y for y, (at, _) in enumerate(self._lines) if at == row] or [0]
            first = 0 if row <= self._near(0, 1) else own[0]
            top = self.scroll_offset.y
            room = max(1, self.size.height - 1)
            top = min(max(top, own[-1] - room + 1), first)
            self.scroll_to(y=top, animate=False, force=True)
        self.refresh()

    def _near(self, at: int, step: int) -> int:
        """Return the nearest row with cells, in a direction."""
        while 0 <= at < len(self._rows) and not self._rows[at].has_cells:
            at += step
        return at

    def on_resize(self) -> None:
        """Lay it out at another size."""
        self._lay()

    def watch_place(self) -> None:
        """Keep the cursor in view, and tell."""
        self._scroll()
        self._tell()

    def _tell(self) -> None:
        self.post_message(self.Moved(self.row, self.column))

    def action_move(self, step: int) -> None:
        """Go down or up; above the first row are the heads."""
        at = self._near(self.place[0] + step, step)
        if HEAD <= at < len(self._rows):
            self.place = (max(at, HEAD), self.place[1])

    def action_across(self, step: int) -> None:
        """Go to the column beside."""
        self.place = (self.place[0], max(0, min(self.place[1] + step, len(self._columns) - 1)))

    def action_to(self, index: int) -> None:
        """Go to the last row, to the first, or from there to the heads."""
        first = self._near(0, 1)
        top = HEAD if self.place[0] == first else first
        self.place = (top if index == 0 else self._near(len(self._rows) - 1, -1), self.place[1])

    def action_page(self, step: int) -> None:
        """Go a page down or up."""
        rows = max(1, (self.size.height - 1) // self._sizes.lines - 1)
        at = max(0, min(self.place[0] + step * rows, len(self._rows) - 1))
        found = self._near(at, step)
        self.place = (found if 0 <= found < len(self._rows) else self._near(at, -step), self.place[1])

    def action_open(self) -> None:
        """Open what is under the cursor."""
        if self._columns:
            self.post_message(self.Opened(self.row, self.column))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse was pressed; twice opens."""
        sizes = self._sizes
        across = self._first + (event.x - 1 - sizes.names) // (sizes.width + GAP)
        line = event.y - 1 + self.scroll_offset.y
        row = HEAD if event.y == 0 else self._lines[line][0] if line < len(self._lines) else None
        if (
            row is None
            or not 0 <= across < len(self._columns)
            or (row >= 0 and not self._rows[row].has_cells)
        ):
            return
        self.place = (row, across)
        if event.chain == 2:
            self.action_open()

    def watch_has_focus(self, focused: bool) -> None:
        """Repaint the cursor, which looks different with the focus."""
        super().watch_has_focus(focused)
        self.refresh()

    def _repaint(self) -> None:
        """Draw again those visible lines that look different."""
        for y in range(self.size.height):
            if self._shown.get(y) != self._look(y):
                self.refresh(Region(0, y, self.size.width, 1))

    def _look(self, y: int) -> list[GridCell]:
        """Return the content of a line: the name of its row, and its cells."""
        sizes, glyphs = self._sizes, glyphs_of(self)
        at, line = HEAD, 0
        if y:
            index = y - 1 + self.scroll_offset.y
            if index >= len(self._lines):
                return [GridCell([(self.empty if y == 1 and not self._rows else "", "muted")])]
            at, line = self._lines[index]
        name = self._row_name(at, line)
        if at >= 0 and not self._rows[at].has_cells:
            return [GridCell([name])]
        found = [GridCell(cut([name], sizes.names, glyphs))]
        shown = self._columns[self._first : self._first + sizes.columns]
        for number, (slug, head) in enumerate(shown, self._first):
            spans: Sequence[Span] = [(head, "muted")]
            if at >= 0:
                spans = self._draw_cell(self._rows[at].key, slug, sizes.width, sizes.lines)[line]
            found.append(GridCell(cut(spans, sizes.width, glyphs), self.place == (at, number), line == 0))
        return found

    def _row_name(self, at: int, line: int) -> Span:
        """Return a row's name for its first line; in the head, the range of visible columns."""
        if at < 0:
            count, many = self._sizes.columns, len(self._columns)
            return (f"{self._first + 1}-{self._first + count} of {many}" if count < many else "", "muted")
        return (self._rows[at].name if line == 0 else "", "strong" if self._rows[at].has_cells else "muted")

    def render_line(self, y: int) -> Strip:
        """Render one line: the name, and the cells."""
        styles, glyphs = styles_of(self), glyphs_of(self)
        parts = self._shown[y] = self._look(y)
        strips = [strip_of([(" ", "plain")], styles, glyphs)]
        for number, part in enumerate(parts):
            room = self._sizes.width if number else self._sizes.names
            padded: list[Span] = [*part.spans, (" " * max(0, room - length(part.spans)), "plain")]
            is_cursor = part.here and part.first and self.has_focus
            over = self.get_component_rich_style("lines--cursor") if is_cursor else None
            strip = strip_of(padded, styles, glyphs, over)
            if part.here and not is_cursor:
                strip = strip.apply_style(self.get_component_rich_style("lines--here", partial=True))
            strips += [strip_of([(" " * GAP, "plain")] if number else [], styles, glyphs), strip]
        return Strip.join(strips).adjust_cell_length(self.size.width, styles["plain"])
