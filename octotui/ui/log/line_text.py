"""A line of a log as it is shown: control characters made visible, coloured, cut into rows."""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, islice, pairwise
from typing import Any

from rich.cells import get_character_cell_size
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from octotui.ui.log.lines.patterns import Pattern
from octotui.views.text.log_text import expanded, pieces, plains
from octotui.views.text.sgr import Colour, TextStyle, applied

_COLOURS = re.compile(r"\x1b\[([0-9;:]{0,64})m")
_ADDRESS = re.compile(r"\b(?:https?://|mailto:)[!#-;=?-Z_a-z~%]{1,2000}(?<![.,;:!?)'*_~])")
LINKS_AT_MOST = 100  # of a line
Marks = Sequence[tuple[int, Style]]
_FOUND = Style(reverse=True, bold=True, underline=True)


@lru_cache(2048)
def _style(style: TextStyle) -> Style:
    flags: dict[str, Any] = dict.fromkeys(style.flags, True)
    foreground = None if style.hides else _color(style.foreground)
    return Style(color=foreground, bgcolor=_color(style.background), **flags)


def _color(colour: Colour | None) -> Color | None:
    if colour is None:
        return None
    return Color.from_ansi(colour) if isinstance(colour, int) else Color.from_rgb(*colour)


def parse(raw: str) -> "LogLine":
    """Parse the raw output of a job to a line that may be shown."""
    return parsed([raw])[0]


def parsed(raws: list[str]) -> list["LogLine"]:
    """Parse lines that stand together: their texts all at once, the colours of a line when it is drawn."""
    texts = plains(raws)
    if "".join(texts).isascii():
        return list(map(LogLine, texts, raws))
    return [LogLine(text, raw, _edges(text)) for text, raw in zip(texts, raws, strict=True)]


def _marks_of(raw: str, text: str) -> Marks:
    """Return the styles of a line by first character in its text."""
    if text == raw:
        return ()
    parts_of_colours = _COLOURS.split(raw)
    if "".join(parts_of_colours[::2]) == text:
        return _marks(parts_of_colours)
    style, column = TextStyle(), 0
    marks: list[tuple[int, Style]] = []
    for piece, codes in pieces(raw):
        if shown := expanded(piece, column):
            marks.append((column, _style(style)))
            column += len(shown)
        style = style if codes is None else applied(style, codes)
    return marks


def _marks(parts: Sequence[str]) -> Marks:
    """Return the styles of visible texts that take turns with SGR codes, by first character."""
    column = 0
    marks: list[tuple[int, Style]] = []
    for text, style in zip(parts[::2], _styles(tuple(parts[1::2])), strict=True):
        if text:
            marks.append((column, style))
            column += len(text)
    return marks


@lru_cache(2048)
def _styles(codes: tuple[str, ...]) -> tuple[Style, ...]:
    """Return the styles before, between and after SGR codes: lines often have the same ones."""
    return tuple(map(_style, accumulate(codes, applied, initial=TextStyle())))


def _edges(text: str) -> "array[int] | None":
    """Return the first cell of each character, and the width; None where every character takes one cell."""
    if text.isascii():
        return None
    widths = [get_character_cell_size(character) for character in text]
    return None if set(widths) == {1} else array("L", accumulate(widths, initial=0))


class LogLine:
    """A line that may be shown: clean text, raw text, and first cells; None where all take one cell."""

    __slots__ = ("_marks", "edges", "raw", "text")

    def __init__(self, text: str, raw: str, edges: "array[int] | None" = None) -> None:
        self.text = text
        self.raw = raw
        self.edges = edges
        self._marks: Marks | None = None

    @property
    def marks(self) -> Marks:
        """The styles by first character; not worked out for a line that is never drawn."""
        if self._marks is None:
            self._marks = _marks_of(self.raw, self.text)
        return self._marks

    @property
    def width(self) -> int:
        """The cells that the line takes."""
        return self.edges[-1] if self.edges else len(self.text)

    def span(self, left: int, width: int) -> tuple[int, int]:
        """Return the range of characters that lie wholly in `width` cells from the cell `left` on."""
        if self.edges is None:
            return min(left, len(self.text)), min(left + width, len(self.text))
        start = min(bisect_left(self.edges, left), len(self.text))
        return start, max(start, bisect_right(self.edges, left + width) - 1)

    def cell(self, character: int) -> int:
        """Return the first cell of a character."""
        return self.edges[character] if self.edges else character

    def starts(self, width: int) -> Sequence[int]:
        """Return the first characters of rows of `width` cells; one row where it is 0."""
        if self.edges is None:
            return range(0, len(self.text) or 1, width or len(self.text) or 1)
        return _starts(self, width)

    def rows(self, width: int, first: int = 0) -> Iterator[tuple[int, int]]:
        """Yield the ranges of rows, from the row `first` on."""
        starts = self.starts(width)
        for row in range(first, len(starts)):
            yield starts[row], starts[row + 1] if row + 1 < len(starts) else len(self.text)

    def row_of(self, character: int, width: int) -> int:
        """Return the row of a character."""
        return bisect_right(self.starts(width), character) - 1

    def cut(self, start: int, end: int, pattern: Pattern | None = None) -> list[Segment]:
        """Return the styled segments of a range, with matches of the pattern in reverse."""
        first = max(0, bisect_right(self.marks, start, key=_first) - 1)
        marks = self.marks[first : bisect_left(self.marks, end, key=_first)]
        near = self.text[: end + 1000] if pattern else ""
        matches = pattern.spans(near, max(0, start - 1000)) if pattern else []
        links = [(low, high, link) for low, high, link in _links(self) if low < end and high > start]
        edges = {start, end, *(mark for mark, _ in marks), *(edge for span in matches for edge in span)}
        edges.update(edge for low, high, _ in links for edge in (low, high))
        pieces = []
        for left, right in pairwise(sorted(edge for edge in edges if start <= edge <= end)):
            index = bisect_right(marks, left, key=_first) - 1
            style = marks[index][1] if index >= 0 else Style.null()
            here = any(low <= left < high for low, high in matches)
            link = next((link for low, high, link in links if low <= left < high), None)
            shown = _FOUND if here else style
            pieces.append(Segment(self.text[left:right], shown if link is None else shown + link))
        return pieces


def _first(mark: tuple[int, Style]) -> int:
    return mark[0]


@lru_cache(512)
def _links(line: LogLine) -> Sequence[tuple[int, int, Style]]:
    """Return the ranges of addresses that a line spells out, with styles by which a terminal opens them."""
    if "://" not in line.text and "mailto:" not in line.text:
        return ()
    found = islice(_ADDRESS.finditer(line.text), LINKS_AT_MOST)
    whole = (match for match in found if line.text[match.end() : match.end() + 1].isascii())
    return tuple((*match.span(), Style(link=match.group())) for match in whole)


@lru_cache(64)
def _starts(line: LogLine, width: int) -> Sequence[int]:
    edges, starts, position, end = line.edges or (), [0], 0, len(line.text)
    while width and (position := max(position + 1, bisect_right(edges, edges[position] + width) - 1)) < end:
        starts.append(position)
    return array("L", starts)
