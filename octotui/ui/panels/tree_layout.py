"""The layout of an allocation tree's rows in lines of a width."""

from collections.abc import Callable
from functools import cached_property, partial

from octotui.ui.styled_text import Span, cut, length, sign, spread, wrapped
from octotui.views.labels import Glyphs
from octotui.views.tree.rows import TreeRow

NARROW = 60  # cells; narrower trees have shorter progress bars


class TreeLine:
    """One line on the screen, of one row; the cursor stops on a row's first line only."""

    def __init__(self, key: str, row: TreeRow, draw: Callable[[], list[Span]], *, first: bool) -> None:
        """Create it; `draw` is called once, where the line is seen."""
        self.key = key
        self.row = row
        self.first = first
        self._draw = draw

    @cached_property
    def spans(self) -> list[Span]:
        """What is seen of it."""
        return self._draw()


class TreeLayout:
    """The lines of a tree's rows; a row that is as it was keeps its lines."""

    def __init__(self) -> None:
        self._width = 0
        self._lines: dict[TreeRow, list[TreeLine]] = {}

    def lay(self, rows: tuple[TreeRow, ...], width: int, glyphs: Glyphs) -> list[TreeLine]:
        """Lay out all rows: a note is in its row where it fits, and below it where it does not."""
        known = self._lines if width == self._width else {}
        self._width = width
        self._lines = {row: known.get(row) or _lines(row, width, glyphs) for row in rows}
        return [line for lines in self._lines.values() for line in lines]


def _lines(row: TreeRow, width: int, glyphs: Glyphs) -> list[TreeLine]:
    if row.percentage is not None:
        return [_progress(row, row.percentage, width, glyphs)]
    return _text(row, width) if row.kind == "text" else _row(row, width, glyphs)


def _progress(row: TreeRow, percentage: int, width: int, glyphs: Glyphs) -> TreeLine:
    """Return a bar, the percentage, and as much of the message as fits."""
    done, left = glyphs.progress(percentage, 20 if width >= NARROW else 10)
    spans: list[Span] = [
        (row.rails, "muted"),
        (done, "active"),
        (left, "muted"),
        (f" {percentage:3} %", "plain"),
    ]
    drawn = partial(cut, [*spans, (f"  {row.text}", "muted")], width, glyphs)
    return TreeLine(row.key, row, drawn, first=False)


def _text(row: TreeRow, width: int) -> list[TreeLine]:
    lines = wrapped(row.text, max(12, width - length([(row.rails, "muted")])))
    return [
        TreeLine(
            f"{row.key}.{index}", row, partial(list, ((row.rails, "muted"), (line, row.role))), first=False
        )
        for index, line in enumerate(lines)
    ]


def _row(row: TreeRow, width: int, glyphs: Glyphs) -> list[TreeLine]:
    left: list[Span] = [(row.rails, "muted")]
    if row.mark is not None:
        left.append(sign(row.mark, glyphs))
    left.append((row.text, row.role))
    right: list[Span] = []
    if row.mark is not None:
        right = [(row.mark.word, row.mark.role), (f"{row.time:>7}", "muted")]
    if not row.note:
        return [TreeLine(row.key, row, partial(spread, left, right, width, glyphs), first=True)]
    if length(left) + length(right) + length([(row.note, "muted")]) + 3 > width:
        under: list[Span] = [(row.below, "muted")]
        notes = wrapped(row.note, max(12, width - length(under)))
        beneath = [
            TreeLine(f"{row.key}~{index}", row, partial(list, (*under, (line, "muted"))), first=False)
            for index, line in enumerate(notes)
        ]
    elif row.kind == "worker":
        right, beneath = [(row.note, "muted"), *right], []
    else:
        left, beneath = [*left, ("  ", "plain"), (row.note, "muted")], []
    return [TreeLine(row.key, row, partial(spread, left, right, width, glyphs), first=True), *beneath]
