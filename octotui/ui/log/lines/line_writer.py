"""Writes lines as they are shown into a file: without gutters, colours and control characters."""

from collections.abc import Iterator
from typing import IO, NamedTuple

from octotui.ui.log.lines.filtered_lines import FilteredLines
from octotui.ui.log.lines.job_lines import LineSource
from octotui.views.text.log_text import plains
from octotui.views.text.visible_text import visible

BATCH = 2000  # lines


class ShownLines(NamedTuple):
    """The lines from `first` up to, but excluding, `last` of a view, which a filter or `brief` leaves."""

    source: LineSource
    left: FilteredLines | None
    brief: bool
    first: int
    last: int

    def texts(self) -> Iterator[list[str]]:
        """Yield the texts in batches; where lines have names, each behind its name."""
        for first, last in self._ranges():
            texts = plains(self.source.lines(first, last))
            if self.source.name_width:
                names = (visible(self.source.name_of(line)) for line in range(first, last))
                texts = [f"{name} | {text}" for name, text in zip(names, texts, strict=False)]
            yield texts

    def write(self, file: IO[bytes]) -> int:
        """Write the texts line by line, and return how many there were; raises OSError."""
        count = 0
        for texts in self.texts():
            file.write("".join(f"{text}\n" for text in texts).encode("utf-8", "replace"))
            count += len(texts)
        return count

    def _ranges(self) -> Iterator[tuple[int, int]]:
        """Yield ranges of lines of the source."""
        if self.left is None and not self.brief:
            for first in range(self.first, self.last, BATCH):
                yield first, min(first + BATCH, self.last)
            return
        begin = end = -1
        for number in range(self.first, self.last):
            line = self.left.line(number) if self.left is not None else self.source.shown(number)
            if line != end or end - begin >= BATCH:
                if begin >= 0:
                    yield begin, end
                begin = line
            end = line + 1
        if begin >= 0:
            yield begin, end
