"""Levels of a log's lines, which scripts set: a small file beside the log, of level changes only.

A row holds the line from which a level applies. A script that sets no level has no such file, and costs
nothing.
"""

import os
import struct
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

HIDDEN = ("verbose", "ignore")  # levels that are shown on request
LEVELS = ("default", "verbose", "highlight", "wait", "warning", "error", "ignore")

_ROW = struct.Struct("<QB")
_NUMBERS = {level: number for number, level in enumerate(LEVELS)}


class LevelChange(NamedTuple):
    """At byte `at` of a chunk, the level becomes `level`."""

    at: int
    level: str


def levels_path(log: Path) -> Path:
    """Return the path of a log's levels."""
    return log.with_name(f"{log.name}.levels")


def rows(chunk: bytes, line: int, changes: Iterable[LevelChange]) -> bytes:
    """Return the rows of a chunk's level changes; `line` newlines precede it. A line's last change wins."""
    levels: dict[int, int] = {}
    position = 0
    for at, level in changes:
        line += chunk.count(b"\n", position, at)
        position = at
        levels[line] = _NUMBERS[level]
    return b"".join(_ROW.pack(*each) for each in levels.items())


def drop_torn(file: int) -> None:
    """Truncate a row that a crash left incomplete."""
    size = os.fstat(file).st_size
    if size % _ROW.size:
        os.ftruncate(file, size // _ROW.size * _ROW.size)


class LevelReader:
    """The levels of a growing log's lines, numbered from 0, as of the last `refresh`."""

    def __init__(self, log: Path) -> None:
        self._path = levels_path(log)
        self._read = 0
        self._lines = array("Q")
        self._levels = bytearray()
        self._hidden = array("Q")  # number of hidden lines before each row

    def refresh(self) -> bool:
        """Read the rows written since; return whether there were any."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._read)
                body = file.read()
        except FileNotFoundError:
            return False
        whole = len(body) - len(body) % _ROW.size
        for line, level in _ROW.iter_unpack(body[:whole]):
            self._add(line, level)
        self._read += whole
        return whole > 0

    def of(self, line: int) -> str:
        """Return the level of a line."""
        index = bisect_right(self._lines, line) - 1
        return LEVELS[self._levels[index]] if index >= 0 else "default"

    def starts_of(self, level: str) -> Iterator[int]:
        """Return the lines at which a level begins."""
        number = _NUMBERS[level]
        return (line for line, each in zip(self._lines, self._levels, strict=True) if each == number)

    def start_beside(self, line: int, levels: Sequence[str], step: int) -> int | None:
        """Return the first line after a line at which one of some levels begins; with -1, the last before."""
        row = bisect_right(self._lines, line) if step > 0 else bisect_left(self._lines, line)
        numbers = [_NUMBERS[level] for level in levels]
        if step > 0:
            found = [at for number in numbers if (at := self._levels.find(number, row)) >= 0]
            return self._lines[min(found)] if found else None
        return max(
            (self._lines[at] for number in numbers if (at := self._levels.rfind(number, 0, row)) >= 0),
            default=None,
        )

    def hidden_before(self, line: int) -> int:
        """Return how many lines before a line are hidden."""
        index = bisect_right(self._lines, line) - 1
        if index < 0:
            return 0
        return self._hidden[index] + (line - self._lines[index]) * self._hides(index)

    def line_of(self, shown: int) -> int:
        """Return the line that has an index among the lines that are not hidden."""
        index = bisect_right(range(len(self._lines)), shown, key=self._shown_before) - 1
        return shown if index < 0 else self._lines[index] + shown - self._shown_before(index)

    def _shown_before(self, index: int) -> int:
        return self._lines[index] - self._hidden[index]

    def _hides(self, index: int) -> bool:
        return LEVELS[self._levels[index]] in HIDDEN

    def _add(self, line: int, level: int) -> None:
        """Add a row; one that goes back was repeated after a crash, and replaces the rows from there on."""
        while self._lines and self._lines[-1] >= line:
            for rows_of in (self._hidden, self._lines, self._levels):
                rows_of.pop()
        self._hidden.append(self.hidden_before(line))
        self._lines.append(line)
        self._levels.append(level)
