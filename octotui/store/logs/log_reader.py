"""Reads a growing log: lines by number, and times of lines."""

import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from octotui.store.logs.log_index import ENTRY, IndexEntry, index_path

BLOCK = 256 * 1024


LONGEST = 64 * 1024  # bytes of one line that are shown; the file keeps all of it


class LogReader:
    """The lines of a growing log, numbered from 0, as of the last `refresh`.

    With `end`, which may grow, those of its first bytes alone; it is the offset of a row of the index.
    """

    def __init__(self, path: Path, end: int | None = None) -> None:
        self._path = path
        self.end = end
        self._log: int | None = None
        self._index: int | None = None
        self._marks = 0
        self.ends = True
        self.size = 0
        self.newlines = 0
        self.refresh()

    @property
    def line_count(self) -> int:
        """The number of lines, with an unfinished last one."""
        return self.newlines + (not self.ends)

    def refresh(self) -> None:
        """Read what was written since."""
        self._log = _opened(self._path) if self._log is None else self._log
        self._index = _opened(index_path(self._path)) if self._index is None else self._index
        size = 0 if self._log is None else os.fstat(self._log).st_size
        size = size if self.end is None else min(size, self.end)
        if size == self.size:
            return
        self._marks = 0 if self._index is None else os.fstat(self._index).st_size // ENTRY.size
        if self.end is not None:
            self._marks = bisect_left(range(self._marks), self.end, key=lambda row: self._mark(row).offset)
        mark = self._mark(self._marks - 1) if self._marks else IndexEntry(0, 0, 0.0)
        if self.size < mark.offset <= size:
            self.size, self.newlines = mark.offset, mark.line
        seen, self.size = self.size, size
        for block in self._blocks(seen):
            self.newlines += block.count(b"\n")
            self.ends = block.endswith(b"\n")

    def lines(self, first: int, last: int) -> list[str]:
        """Return the lines from `first` up to, but excluding, `last`, each cut after 64 KiB."""
        first, last = max(first, 0), min(last, self.line_count)
        wanted = last - first
        lines: list[bytes] = []
        rest = b""
        for block in self._blocks(self._start(first)) if wanted > 0 else ():
            *ended, tail = block.split(b"\n", wanted - len(lines))
            if ended:
                lines.append(rest + ended[0])
                lines.extend(ended[1:])
                rest = b""
            rest = (rest + tail)[: LONGEST + 1]
            if len(lines) == wanted:
                break
        else:
            lines.append(rest)
        return [text_of(line) for line in lines[: max(wanted, 0)]]

    def begins_line(self, offset: int) -> bool:
        """Return whether a line begins at an offset."""
        return offset == 0 or self._log is None or os.pread(self._log, 1, offset - 1) == b"\n"

    def tail(self, count: int) -> list[str]:
        """Return the last lines."""
        return self.lines(self.line_count - count, self.line_count)

    def time_of(self, line: int) -> float | None:
        """Return when a line was printed, as precisely as the index knows; None without an index."""
        after = bisect_right(range(self._marks), line, key=lambda row: self._mark(row).line)
        return self._mark(after - 1).at if after else None

    def line_at(self, at: float) -> int:
        """Return the first line of a chunk that was printed at a time, or of the first one after it.

        A log without an index has no times: its first line.
        """
        row = bisect_left(range(self._marks), at, key=lambda row: self._mark(row).at)
        return self._mark(row).line if row < self._marks else max(0, self.line_count - 1) * (self._marks > 0)

    def spans(self, first: int) -> Iterator[tuple[float, int, int]]:
        """Yield the lines from `first` on by time: when they were printed, and their range."""
        row = max(0, bisect_right(range(self._marks), first, key=lambda row: self._mark(row).line) - 1)
        at = self._mark(row).at if self._marks else 0.0
        for mark in map(self._mark, range(row + 1, self._marks)):
            if first < mark.line < self.line_count:
                yield at, first, mark.line
                first = mark.line
            at = mark.at
        if first < self.line_count:
            yield at, first, self.line_count

    def close(self) -> None:
        """Close the files."""
        for file in (self._log, self._index):
            if file is not None:
                os.close(file)
        self._log = self._index = None

    def __enter__(self) -> "LogReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self, line: int) -> int:
        """Return the offset at which a line starts."""
        if line == 0:
            return 0
        row = bisect_left(range(self._marks), line, key=lambda row: self._mark(row).line)
        offset, before, _ = self._mark(row - 1) if row else IndexEntry(0, 0, 0.0)
        for block in self._blocks(offset):
            inside = block.count(b"\n")
            if before + inside >= line:
                return offset + len(block) - len(block.split(b"\n", line - before)[-1])
            before += inside
            offset += len(block)
        return self.size

    def _mark(self, row: int) -> IndexEntry:
        if self._index is None:
            return IndexEntry(0, 0, 0.0)
        return IndexEntry(*ENTRY.unpack(os.pread(self._index, ENTRY.size, row * ENTRY.size)))

    def _blocks(self, offset: int) -> Iterator[bytes]:
        while self._log is not None and offset < self.size:
            block = os.pread(self._log, min(BLOCK, self.size - offset), offset)
            if not block:
                return
            yield block
            offset += len(block)


def text_of(line: bytes) -> str:
    """Return the text of a line; one of more than 64 KiB is cut."""
    text = line[:LONGEST].decode("utf-8", "replace")
    return f"{text}…" if len(line) > LONGEST else text


def last_of(path: Path, since: int = 0) -> str:
    """Return at most the last 64 KiB of a log, from an offset on; empty where it cannot be read."""
    try:
        with path.open("rb") as log:
            log.seek(max(since, log.seek(0, os.SEEK_END) - LONGEST))
            return log.read(LONGEST).decode(errors="replace")
    except OSError:
        return ""


def _opened(path: Path) -> int | None:
    try:
        return os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
