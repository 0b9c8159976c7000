"""A window of lines near the view of a log, which is never read as a whole.

A position in a log is a `Spot`, (line, row of that line), both from 0; an unwrapped line is one row.
"""

from collections.abc import Iterator
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip

from octotui.store.logs.line_levels import HIDDEN
from octotui.ui.log.line_text import LogLine, parsed
from octotui.ui.log.lines.filtered_lines import FilteredLines
from octotui.ui.log.lines.job_lines import LineSource
from octotui.ui.log.lines.patterns import Pattern
from octotui.views.text.clock_times import Zone, time_of_day
from octotui.views.text.log_text import plains

ITALIC = Style(italic=True)

Spot = tuple[int, int]


class LogRow(NamedTuple):
    """A row of the screen: a range of a line's characters, the padding before it, its gutter and level.

    A line of stderr is in italics, and has a `!` in its gutter where no other sign stands.
    """

    line: LogLine
    number: int
    start: int
    end: int
    pad: int
    gutter: str
    level: str = "default"
    is_stderr: bool = False

    def strip(self, width: int, base: Style, tint: Style, pattern: Pattern | None, *, cut: bool) -> Strip:
        """Return the row as a tinted strip; a `>` at its end marks a cut line."""
        dim = base + Style(dim=True)
        here = base + Style(reverse=True) if self.gutter[0] == "|" else base
        gutter = f"!{self.gutter[1:]}" if self.is_stderr and self.gutter[0] == " " else self.gutter
        if self.is_stderr:
            tint += ITALIC
        pieces = [Segment(gutter[:1], base if gutter[0] == ">" else dim), Segment(gutter[1:], dim)]
        pieces.append(Segment(" " * self.pad, here))
        for text, style, _ in self.line.cut(self.start, self.end, pattern):
            pieces.append(Segment(text, here + tint + (style or Style.null())))
        if cut and self.end < len(self.line.text):
            return Strip([*Strip(pieces).adjust_cell_length(width - 1, here), Segment(">", dim)])
        return Strip(pieces).adjust_cell_length(width, here)


class LineWindow:
    """The lines of a log near the view, and moves between its rows.

    A `width` of 0 means unwrapped: every line is one row. With `brief`, hidden lines are left out of the
    numbers, and with a filter those that it does not leave.
    """

    def __init__(self, source: LineSource) -> None:
        self.source = source
        self.brief = False
        self.filter: FilteredLines | None = None
        self._kept: LRUCache[int, LogLine] = LRUCache(512)

    @property
    def count(self) -> int:
        """The number of lines."""
        return self.place(self.source.count)

    def place(self, line: int) -> int:
        """Return the number here of a line of the log; of one that is left out, that of the next."""
        if self.filter is not None:
            return self.filter.place(line)
        return line - self.source.hidden_before(line) if self.brief else line

    def line(self, number: int) -> int:
        """Return the line of the log with a number here."""
        if self.filter is not None:
            return self.filter.line(number)
        return self.source.shown(number) if self.brief else number

    def holds(self, line: int) -> bool:
        """Return whether a line is not left out."""
        return self.line(self.place(line)) == line

    def is_hidden(self, line: int) -> bool:
        """Return whether a line is left out for its level."""
        return self.brief and self.source.level(line) in HIDDEN

    def level(self, number: int) -> str:
        """Return the level of a line."""
        return self.source.level(self.line(number))

    def is_stderr(self, number: int) -> bool:
        """Return whether a line came from stderr, where that is told apart."""
        return self.source.is_stderr(self.line(number))

    def refresh(self) -> bool:
        """Read what was appended; return whether there was anything."""
        last_lines = self.source.last_lines
        if not self.source.refresh():
            return False
        for line in last_lines:
            self._kept.discard(line)  # it may have grown
        return True

    def forget(self) -> None:
        """Drop lines that were read: they have other numbers now."""
        self._kept.clear()

    def attempt(self, number: int) -> int | None:
        """Return the line at which an attempt begins; None where its heading is not found."""
        heading = self.source.attempt(number)
        return None if heading is None else self.place(heading)

    def get(self, number: int) -> LogLine:
        """Return one line; read a block of lines around it unless it is cached."""
        number = self.line(number)
        if number not in self._kept:
            first = number - number % 64
            for index, line in enumerate(parsed(self.source.lines(first, first + 64)), first):
                if index not in self._kept:
                    self._kept[index] = line
        return self._kept.get(number) or LogLine("", "")  # of a truncated log

    def texts(self, first: int, last: int) -> list[str]:
        """Return the clean text of the lines from `first` up to, but excluding, `last`."""
        if self.brief or self.filter is not None:
            return [self.get(number).text for number in range(first, min(last, self.count))]
        return plains(self.source.lines(first, last))

    def name(self, number: int) -> str:
        """Return the name of the job that printed a line."""
        return self.source.name_of(self.line(number))

    def clock(self, number: int, zone: Zone = None, *, blank: bool = False) -> str:
        """Return when a line was printed, for the gutter."""
        at = None if blank else self.source.time_of(self.line(number))
        return " " * 9 if at is None else f"{time_of_day(at, zone)} "

    def end(self, height: int, width: int) -> Spot:
        """Return the top of the last screenful."""
        return self.up((self.count - 1, len(self.get(self.count - 1).starts(width)) - 1), height - 1, width)

    def up(self, spot: Spot, rows: int, width: int) -> Spot:
        """Return the spot some rows above another, or the first."""
        number, row = spot
        if not width:
            return max(0, number - rows), 0
        while rows > row and number:
            number, rows = number - 1, rows - row - 1
            row = len(self.get(number).starts(width)) - 1
        return number, max(0, row - rows)

    def down(self, spot: Spot, rows: int, width: int) -> Spot:
        """Return the spot some rows below another, or the last."""
        number, row = spot
        if not width:
            return min(self.count - 1, number + rows), 0
        while (left := len(self.get(number).starts(width)) - 1 - row) < rows and number + 1 < self.count:
            number, row, rows = number + 1, 0, rows - left - 1
        return number, row + min(rows, left)

    def page(self, top: Spot, height: int, width: int) -> Iterator[tuple[int, LogLine, int, int]]:
        """Yield the rows from a spot on: number, line, and the range of characters."""
        first, skip = top
        for number in range(first, min(first + height, self.count)):
            line = self.get(number)
            for start, end in line.rows(width, skip):
                yield number, line, start, end
            skip = 0
