"""Long texts of a page in as many rows as they need."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace
from rich.cells import chop_cells

from octotui.ui.styled_text import cells, wrapped
from octotui.views.pages.page import PageLine

INDENT = 2  # cells before the text of a line, and of a further row of it


def rows_of(lines: Iterable[PageLine], width: int) -> tuple[PageLine, ...]:
    """Return lines of which those that are mere text are wrapped; enter leads on from the first row alone."""
    return tuple(row for line in lines for row in _rows(line, width))


def _rows(line: PageLine, width: int) -> Iterator[PageLine]:
    room = width - INDENT - INDENT * (line.mark is not None)
    is_text = not (line.is_heading or line.table or line.note)
    if not is_text or room <= 2 * INDENT or cells(line.text) <= room:
        yield line
        return
    margin = len(line.text) - len(line.text.lstrip())
    first, *rest = _wrapped(line.text, room - margin)
    yield replace(line, text=" " * margin + first)
    margin += INDENT
    for number, text in enumerate(_wrapped(" ".join(rest), room - margin), start=1):
        yield PageLine(key=f"{line.key} +{number}", text=" " * margin + text)


def _wrapped(text: str, width: int) -> list[str]:
    """Wrap a text between words, and within one that is longer than a row."""
    return [piece for row in wrapped(text, width) for piece in chop_cells(row, width)]
