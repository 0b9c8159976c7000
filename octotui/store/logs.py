"""Output logs: one plain file a job, and beside it a sparse index of (offset, line, time)."""

import os
import struct
from bisect import bisect_left, bisect_right
from pathlib import Path
from types import TracebackType

ROW = struct.Struct("<QQd")  # an offset in bytes, the newlines before it, seconds since 1970
BLOCK = 128 * 1024  # bytes between two rows of the index at the most
MOMENT = 0.1  # seconds between two rows at the least, unless a block is full


def index_of(log: Path) -> Path:
    """Where the index of a log is."""
    return log.with_suffix(".index")


class LogWriter:
    """Appends chunks to a log; a job without output leaves no file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = self._index = -1
        self._offset = self._lines = 0
        self._row_offset = -BLOCK
        self._row_time = 0.0

    def append(self, chunk: bytes, at: float) -> None:
        """Add what was printed at a time (seconds since 1970); raises OSError where it can't be kept."""
        if self._log < 0:
            self._open()
        rows = bytearray()
        for start in range(0, len(chunk), BLOCK):
            part = chunk[start : start + BLOCK] if len(chunk) > BLOCK else chunk
            if self._offset - self._row_offset >= BLOCK or at - self._row_time >= MOMENT:
                rows += ROW.pack(self._offset, self._lines, at)
                self._row_offset, self._row_time = self._offset, at
            self._offset += len(part)
            self._lines += part.count(b"\n")
        _write(self._log, chunk)
        if rows:
            _write(self._index, rows)

    def close(self) -> None:
        """Let go of the files."""
        for file in (self._log, self._index):
            if file >= 0:
                os.close(file)
        self._log = self._index = -1

    def _open(self) -> None:
        """Open the files, after what an earlier attempt has left in them."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        try:
            self._log = os.open(self._path, flags, 0o600)
        except FileNotFoundError:
            self._path.parent.mkdir(0o700, parents=True, exist_ok=True)
            self._log = os.open(self._path, flags, 0o600)
        self._index = os.open(index_of(self._path), flags, 0o600)
        self._offset = os.fstat(self._log).st_size
        if self._offset:
            self._lines = LogReader(self._path).newlines

    def __enter__(self) -> "LogWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()


class LogReader:
    """Reads lines of a log that may still grow, and no more of it than it needs."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: list[tuple[int, int, float]] = []
        self._indexed = 0  # bytes of the index that were read
        self.size = 0
        self.newlines = 0
        self._open_line = False  # the last line has no newline yet
        self.refresh()

    @property
    def line_count(self) -> int:
        """How many lines there are, a last one without a newline included."""
        return self.newlines + self._open_line

    def refresh(self) -> bool:
        """Take up what was added, and say whether anything was."""
        try:
            size = self._path.stat().st_size
        except FileNotFoundError:
            return False
        if size == self.size:
            return False
        self._read_index(size)
        offset, newlines = self.size, self.newlines
        if self._rows and self._rows[-1][0] > offset:
            offset, newlines = self._rows[-1][:2]
        last = b"\n"
        with self._path.open("rb") as log:
            log.seek(offset)
            while offset < size and (block := log.read(min(BLOCK, size - offset))):
                newlines += block.count(b"\n")
                offset += len(block)
                last = block[-1:]
        self.size, self.newlines, self._open_line = offset, newlines, last != b"\n"
        return True

    def lines(self, first: int, last: int) -> list[str]:
        """The lines from `first` up to and without `last`, counted from 0, without their newlines."""
        last = min(last, self.line_count)
        if first >= last:
            return []
        offset, line = self._start_of(first)
        parts: list[bytes] = []
        missing = last - line
        with self._path.open("rb") as log:
            log.seek(offset)
            while missing > 0 and offset < self.size and (block := log.read(min(BLOCK, self.size - offset))):
                offset += len(block)
                missing -= block.count(b"\n")
                parts.append(block)
        found = b"".join(parts).split(b"\n")
        return [each.decode("utf-8", "replace") for each in found[first - line : last - line]]

    def tail(self, count: int) -> list[str]:
        """The last lines."""
        return self.lines(max(0, self.line_count - count), self.line_count)

    def time_of(self, line: int) -> float | None:
        """About when a line was printed, in seconds since 1970."""
        row = bisect_right(self._rows, line, key=lambda row: row[1]) - 1
        return self._rows[row][2] if row >= 0 else None

    def _start_of(self, line: int) -> tuple[int, int]:
        """An indexed offset from which that line can be reached, and the newlines before it.

        A row may stand in the middle of its line, so the row must be of an earlier one.
        """
        row = bisect_left(self._rows, line, key=lambda row: row[1]) - 1
        return self._rows[row][:2] if row >= 0 and line > 0 else (0, 0)

    def _read_index(self, size: int) -> None:
        try:
            with index_of(self._path).open("rb") as index:
                index.seek(self._indexed)
                rows = index.read()
        except FileNotFoundError:
            return
        whole = len(rows) - len(rows) % ROW.size
        self._indexed += whole
        self._rows += [row for row in ROW.iter_unpack(rows[:whole]) if row[0] <= size]


def _write(file: int, data: bytes | bytearray) -> None:
    """Write all of it: a disk that fills up may take only a part."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
