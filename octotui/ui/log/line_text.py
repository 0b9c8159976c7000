"""A line of a log as people see it: cleaned of control characters, coloured, cut into rows."""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from rich.cells import get_character_cell_size
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from octotui.ui.log.patterns import Pattern

_ESCAPES = re.compile(
    r"\x1b(?:\[(?P<codes>[0-?]*)[ -/]*(?P<final>[@-~]?)"  # CSI; the one that ends with m is SGR
    r"|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?"  # OSC, DCS and their like
    r"|[ -/]*[0-~]?)"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_LONE = re.compile(r"[\ud800-\udfff]")
_BORDERS = re.compile(f"{_ESCAPES.pattern}|$")
_REPLACED = re.compile(r"^\x08+|[^\x08\x1b]\x08")
_ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike", 21: "underline2"}
_OFF = {22: {"bold", "dim"}, 23: {"italic"}, 24: {"underline", "underline2"}, 27: {"reverse"}, 29: {"strike"}}
_BLACK = Color.from_ansi(0)
_FOUND = Style(reverse=True, bold=True, underline=True)


class _Look(NamedTuple):
    """The colours and attributes that SGR codes have switched on so far."""

    fore: Color | None = None
    back: Color | None = None
    flags: frozenset[str] = frozenset()


@lru_cache(2048)
def _style(look: _Look) -> Style:
    flags: dict[str, Any] = dict.fromkeys(look.flags, True)
    unseen = look.fore == _BLACK and look.back is None  # black on what is probably dark
    return Style(color=None if unseen else look.fore, bgcolor=look.back, **flags)


@lru_cache(2048)
def _recolour(look: _Look, codes: str) -> _Look:
    """Apply one SGR sequence; what hides or blinks (5, 6, 8) and what is unknown is passed over."""
    numbers = _numbers(codes)
    for number in numbers:
        match number:
            case 0:
                look = _Look()
            case 38 | 39:
                look = look._replace(fore=_colour(numbers) if number == 38 else None)
            case 48 | 49:
                look = look._replace(back=_colour(numbers) if number == 48 else None)
            case 58:
                _colour(numbers)  # of the underline: not shown
            case _ if 30 <= number % 60 <= 37 and number < 98:
                look = look._replace(fore=Color.from_ansi(number % 10 + 8 * (number > 89)))
            case _ if 40 <= number % 60 <= 47 and number < 108:
                look = look._replace(back=Color.from_ansi(number % 10 + 8 * (number > 99)))
            case _:
                look = look._replace(
                    flags=look.flags - _OFF.get(number, set()) | {*filter(None, [_ON.get(number)])}
                )
    return look


def _numbers(codes: str) -> Iterator[int]:
    """The numbers of an SGR sequence; of `a:b:c` all where it is a colour, else the first."""
    for part in () if codes[:1] in {*"<=>?"} else codes.split(";"):
        pieces = [piece for piece in part.split(":") if piece] or ["0"]
        if pieces[0] not in {"38", "48", "58"}:
            del pieces[1:]
        elif len(pieces) == 6:  # 38:2:SPACE:r:g:b
            del pieces[2]
        yield from (int(piece) if piece.isdecimal() and len(piece) < 5 else -1 for piece in pieces)


def _colour(numbers: Iterator[int]) -> Color | None:
    """The colour after a 38 or 48: `5;n` or `2;r;g;b`."""
    kind = next(numbers, -1)
    parts = [next(numbers, -1) for _ in range({5: 1, 2: 3}.get(kind, 0))]
    if not parts or not all(0 <= part <= 255 for part in parts):
        return None
    return Color.from_ansi(parts[0]) if kind == 5 else Color.from_rgb(*parts)


def _state(raw: str) -> tuple[str, str]:
    """What went before the last visible state of a line with carriage returns, and that state."""
    parts = raw.rstrip("\r").split("\r")
    while len(parts) > 1 and not _ESCAPES.sub("", parts[-1]).strip():
        parts.pop()
    state = parts.pop()
    for _ in range(8 if "\b" in state else 0):
        state = _REPLACED.sub("", state)
    return "".join(parts), state


def _clean(text: str, column: int = 0) -> str:
    """Text without control characters and halves of characters, its tabs expanded from a column on."""
    if text.isprintable():
        return text
    text = _LONE.sub("\ufffd", _CONTROLS.sub("", text))
    return (" " * (column % 8) + text).expandtabs(8)[column % 8 :] if "\t" in text else text


def plain(raw: str) -> str:
    """The text of a line as it is shown, searched and copied."""
    return raw if raw.isprintable() else _clean(_ESCAPES.sub("", _state(raw)[1]))


def plains(raws: list[str]) -> list[str]:
    """The text of many lines: escapes are taken out of all of them at once, five times as fast."""
    block = "\n".join(raws)
    if "\x1b" in block and "\r" not in block and "\b" not in block:
        raws = _ESCAPES.sub("", block).split("\n")
    return [plain(raw) for raw in raws]


def parse(raw: str) -> "LogLine":
    """Make a line that may be shown out of what a job wrote."""
    if raw.isprintable():
        return LogLine(raw, (), _edges(raw))
    before, state = _state(raw)
    look, position, column = _Look(), 0, 0
    parts: list[str] = []
    marks: list[tuple[int, Style]] = []
    for match in _ESCAPES.finditer(before):
        look = _recolour(look, match["codes"]) if match["final"] == "m" else look
    for match in _BORDERS.finditer(state):
        text = _clean(state[position : match.start()], column)
        if text:
            marks.append((column, _style(look)))
            parts.append(text)
            column += len(text)
        look = _recolour(look, match["codes"]) if match["final"] == "m" else look
        position = match.end()
    text = "".join(parts)
    return LogLine(text, marks, _edges(text))


def _edges(text: str) -> "array[int] | None":
    """The cell each character begins at, and the width, unless every character takes one cell."""
    if text.isascii():
        return None
    widths = [get_character_cell_size(character) for character in text]
    return None if set(widths) == {1} else array("L", accumulate(widths, initial=0))


@dataclass(frozen=True, slots=True, eq=False)
class LogLine:
    """A line as it may be shown: clean text, the styles that begin in it, the cell of each character."""

    text: str
    marks: Sequence[tuple[int, Style]] = ()
    edges: "array[int] | None" = None

    @property
    def width(self) -> int:
        """How many cells the line takes."""
        return self.edges[-1] if self.edges else len(self.text)

    def span(self, left: int, width: int) -> tuple[int, int]:
        """The characters that lie wholly in `width` cells from the cell `left` on."""
        if self.edges is None:
            return min(left, len(self.text)), min(left + width, len(self.text))
        start = min(bisect_left(self.edges, left), len(self.text))
        return start, max(start, bisect_right(self.edges, left + width) - 1)

    def cell(self, character: int) -> int:
        """The cell a character begins at."""
        return self.edges[character] if self.edges else character

    def starts(self, width: int) -> Sequence[int]:
        """The characters at which rows of `width` cells begin: at least one, and one row where it is 0."""
        if self.edges is None:
            return range(0, len(self.text) or 1, width or len(self.text) or 1)
        return _starts(self, width)

    def rows(self, width: int, first: int = 0) -> Iterator[tuple[int, int]]:
        """Where rows begin and end, from the row `first` on."""
        starts = self.starts(width)
        for row in range(first, len(starts)):
            yield starts[row], starts[row + 1] if row + 1 < len(starts) else len(self.text)

    def row_of(self, character: int, width: int) -> int:
        """The row a character stands in."""
        return bisect_right(self.starts(width), character) - 1

    def cut(self, start: int, end: int, pattern: Pattern | None = None) -> list[Segment]:
        """The styled pieces of a part of the line, what the pattern matches in reverse."""
        first = max(0, bisect_right(self.marks, start, key=_first) - 1)
        marks = self.marks[first : bisect_left(self.marks, end, key=_first)]
        near = self.text[: end + 1000] if pattern else ""
        matches = pattern.spans(near, max(0, start - 1000)) if pattern else []
        edges = {start, end, *(mark for mark, _ in marks), *(edge for span in matches for edge in span)}
        pieces = []
        for left, right in pairwise(sorted(edge for edge in edges if start <= edge <= end)):
            index = bisect_right(marks, left, key=_first) - 1
            style = marks[index][1] if index >= 0 else Style.null()
            here = any(low <= left < high for low, high in matches)
            pieces.append(Segment(self.text[left:right], _FOUND if here else style))
        return pieces


def _first(mark: tuple[int, Style]) -> int:
    return mark[0]


@lru_cache(64)
def _starts(line: LogLine, width: int) -> Sequence[int]:
    edges, starts, position, end = line.edges or (), [0], 0, len(line.text)
    while width and (position := max(position + 1, bisect_right(edges, edges[position] + width) - 1)) < end:
        starts.append(position)
    return array("L", starts)
