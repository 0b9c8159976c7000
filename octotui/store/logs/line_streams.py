"""Streams of a log's lines: a small file beside the log, of changes between stdout and stderr only.

A row holds the byte and the line from which output is of a stream. A log of stdout alone has no such file,
and costs nothing. A line end that was inserted, since a line was unfinished when the other stream followed,
has a row of its own, so that the bytes of each stream in the log are known.
"""

import os
import struct
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

STDOUT, STDERR = 0, 1
"""The streams of a script's output: all of it is of `STDOUT` where they are not told apart."""

INSERTED = 2
"""Of neither stream: an inserted line end."""

_ROW = struct.Struct("<QQB")


class StreamRow(NamedTuple):
    """From byte `offset` on, and from the next line that begins there, `line`, output is of a stream."""

    offset: int
    line: int
    stream: int


def streams_path(log: Path) -> Path:
    """Return the path of a log's streams."""
    return log.with_name(f"{log.name}.streams")


def packed(rows: Iterable[StreamRow]) -> bytes:
    """Return rows as they are stored."""
    return b"".join(_ROW.pack(*each) for each in rows)


def stored_rows(log: Path) -> list[StreamRow]:
    """Return the rows of a log; a crash may have left some beyond its end, which the next row replaces."""
    try:
        body = streams_path(log).read_bytes()
    except FileNotFoundError:
        return []
    rows: list[StreamRow] = []
    for each in _ROW.iter_unpack(body[: len(body) - len(body) % _ROW.size]):
        row = StreamRow(*each)
        while rows and rows[-1].offset >= row.offset:
            rows.pop()
        rows.append(row)
    return rows


def lengths(rows: Sequence[StreamRow], since: int, size: int) -> tuple[int, int]:
    """Return the bytes of each stream in a log between two offsets."""
    found = {STDOUT: 0, STDERR: 0, INSERTED: 0}
    starts = [StreamRow(0, 0, STDOUT), *rows]
    ends = [*(row.offset for row in rows), size]
    for row, end in zip(starts, ends, strict=True):
        found[row.stream] += max(0, min(end, size) - max(row.offset, since))
    return found[STDOUT], found[STDERR]


def drop_torn(file: int) -> None:
    """Truncate a row that a crash left incomplete."""
    size = os.fstat(file).st_size
    if size % _ROW.size:
        os.ftruncate(file, size // _ROW.size * _ROW.size)


class LineStreamReader:
    """The streams of a growing log's lines, numbered from 0, as of the last `refresh`."""

    def __init__(self, log: Path, end: int | None = None) -> None:
        self._path = streams_path(log)
        self.end = end  # the bytes of the log that are looked at, or None for all; it may grow
        self._read = 0
        self._lines = array("Q")
        self._streams = bytearray()

    def refresh(self) -> None:
        """Read the rows written since."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._read)
                body = file.read()
        except FileNotFoundError:
            return
        whole = len(body) - len(body) % _ROW.size
        for row, (offset, line, stream) in enumerate(_ROW.iter_unpack(body[:whole])):
            if self.end is not None and offset >= self.end:
                whole = row * _ROW.size
                break
            while self._lines and self._lines[-1] >= line:  # after an inserted line end, or a crash
                self._lines.pop()
                self._streams.pop()
            self._lines.append(line)
            self._streams.append(stream)
        self._read += whole

    def of(self, line: int) -> int:
        """Return the stream of a line."""
        index = bisect_right(self._lines, line) - 1
        return STDERR if index >= 0 and self._streams[index] == STDERR else STDOUT

    def start_beside(self, line: int, stream: int, step: int) -> int | None:
        """Return the first line after a line at which a stream begins; with -1, the last before."""
        row = bisect_right(self._lines, line) if step > 0 else bisect_left(self._lines, line)
        at = self._streams.find(stream, row) if step > 0 else self._streams.rfind(stream, 0, row)
        return self._lines[at] if at >= 0 else None

    def start_of_last(self, count: int, stream: int, end: int) -> int:
        """Return the line from which on `count` of the first `end` lines are of a stream; 0 if fewer are."""
        for start in (*reversed(self._lines), 0):
            if self.of(start) == stream:
                found = max(0, end - start)
                if found >= count:
                    return end - count
                count -= found
            end = min(end, start)
        return 0
