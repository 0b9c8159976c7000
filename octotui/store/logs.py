"""The output of jobs: one plain file each, and a sparse index beside it, so that any part is found at once.

A row of the index stands for a chunk: `offset` in the file where it began, how many newlines came before, and
its time. Rows are at least 64 KiB or 100 ms apart, so the index stays small, and is read row by row in place.
"""

import os
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, overload

from octotui.store.levels import Turn, drop_torn, levels_path, rows

SPARSE_BYTES = 64 * 1024
SPARSE_SECONDS = 0.1
BLOCK = 256 * 1024
LONGEST = 64 * 1024  # bytes of one line that are shown; the file keeps all of it

_ROW = struct.Struct("<QQd")
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC


class Mark(NamedTuple):
    """A row of the index."""

    offset: int
    line: int
    at: float


def index_path(log: Path) -> Path:
    """Where the index of a log lies."""
    return log.with_name(f"{log.name}.index")


class Index(Sequence[Mark]):
    """The rows of a log's index as they are now; none where there is no index."""

    def __init__(self, log: Path) -> None:
        try:
            self._body = index_path(log).read_bytes()
        except FileNotFoundError:
            self._body = b""

    def __len__(self) -> int:
        return len(self._body) // _ROW.size

    @overload
    def __getitem__(self, row: int) -> Mark: ...
    @overload
    def __getitem__(self, row: slice) -> list[Mark]: ...
    def __getitem__(self, row: int | slice) -> Mark | list[Mark]:
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(len(self)))]
        row += len(self) if row < 0 else 0
        if not 0 <= row < len(self):
            raise IndexError(row)
        return Mark(*_ROW.unpack_from(self._body, row * _ROW.size))

    def written(self, first: int, last: int) -> bytes:
        """The rows from `first` up to but without `last`, as they stand in the file."""
        return self._body[first * _ROW.size : last * _ROW.size]


def size_of(log: Path) -> int:
    """How many bytes a log has; one that is not there has none."""
    try:
        return log.stat().st_size
    except FileNotFoundError:
        return 0


def remove(log: Path) -> None:
    """Take a log away, and what is beside it."""
    for path in (log, index_path(log), levels_path(log)):
        path.unlink(missing_ok=True)


class LogWriter:
    """Appends to a log; without output there is no file. A full disk raises OSError.

    With `since`, what has been in the log from that offset on is said once more, by who follows a job again
    after a crash: nothing is written until more comes than is there.
    """

    def __init__(self, path: Path, since: int | None = None) -> None:
        self._path = path
        self._since = since
        self._again = 0  # bytes of what comes next that are there already
        self._files: tuple[int, int] | None = None
        self._levels: int | None = None
        self._offset = 0
        self._line = 0
        self._fresh = True
        self._marked: Mark | None = None

    @property
    def fresh(self) -> bool:
        """Whether what comes next begins a line."""
        if self._files is None:
            self._open()
        return self._fresh

    def append(self, chunk: bytes, at: float, turns: Sequence[Turn] = ()) -> None:
        """Add what was printed at a time, and where in it another level begins."""
        log, index = self._files or self._open()
        self._fresh = chunk.endswith(b"\n") if chunk else self._fresh
        if self._again:
            chunk, turns = self._beyond(chunk, turns)
        if turns:
            self._turn(chunk, turns)  # first: who sees the lines knows how they are meant
        if not chunk:
            return
        _write(log, chunk)
        mark = self._marked
        if mark is None or self._offset - mark.offset >= SPARSE_BYTES or at - mark.at >= SPARSE_SECONDS:
            self._marked = Mark(self._offset, self._line, at)
            _write(index, _ROW.pack(*self._marked))
        self._offset += len(chunk)
        self._line += chunk.count(b"\n")

    def close(self) -> None:
        """Let go of the files."""
        if self._files is not None:
            for file in self._files:
                os.close(file)
            self._files = None
        if self._levels is not None:
            os.close(self._levels)
            self._levels = None

    def _beyond(self, chunk: bytes, turns: Sequence[Turn]) -> tuple[bytes, list[Turn]]:
        """What of a chunk is not in the log; a turn just where that ends may have been kept, or not."""
        known = min(self._again, len(chunk))
        self._again -= known
        left = [Turn(turn.at - known, turn.level) for turn in turns if turn.at >= known]
        return chunk[known:], [] if self._again else left

    def _turn(self, chunk: bytes, turns: Sequence[Turn]) -> None:
        if self._levels is None:
            self._levels = os.open(levels_path(self._path), _APPEND, 0o600)
            drop_torn(self._levels)
        _write(self._levels, rows(chunk, self._line, turns))

    def __enter__(self) -> "LogWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> tuple[int, int]:
        """Go on where the log ends: a second attempt writes into the log of the first."""
        with LogReader(self._path) as before:
            self._offset, self._line = before.size, before.newlines
            self._fresh = before.ends
            if self._since is not None and self._since < before.size:
                self._again = before.size - self._since
                self._fresh = before.begins_line(self._since)
        try:
            log = os.open(self._path, _APPEND, 0o600)
        except FileNotFoundError:
            self._path.parent.mkdir(0o700, parents=True, exist_ok=True)
            log = os.open(self._path, _APPEND, 0o600)
        try:
            index = os.open(index_path(self._path), _APPEND, 0o600)
        except OSError:
            os.close(log)
            raise
        os.ftruncate(index, os.fstat(index).st_size // _ROW.size * _ROW.size)  # a crash may tear a row
        self._files = (log, index)
        return self._files


class LogReader:
    """Any lines of a log, numbered from 0, also while it grows: what `refresh` has seen of it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log: int | None = None
        self._index: int | None = None
        self._marks = 0
        self.ends = True
        self.size = 0
        self.newlines = 0
        self.refresh()

    @property
    def line_count(self) -> int:
        """How many lines there are; one that has not ended yet counts."""
        return self.newlines + (not self.ends)

    def refresh(self) -> None:
        """Take up what was written since."""
        self._log = _opened(self._path) if self._log is None else self._log
        self._index = _opened(index_path(self._path)) if self._index is None else self._index
        size = 0 if self._log is None else os.fstat(self._log).st_size
        if size == self.size:
            return
        self._marks = 0 if self._index is None else os.fstat(self._index).st_size // _ROW.size
        mark = self._mark(self._marks - 1) if self._marks else Mark(0, 0, 0.0)
        if self.size < mark.offset <= size:
            self.size, self.newlines = mark.offset, mark.line
        seen, self.size = self.size, size
        for block in self._blocks(seen):
            self.newlines += block.count(b"\n")
            self.ends = block.endswith(b"\n")

    def lines(self, first: int, last: int) -> list[str]:
        """The lines from `first` up to but without `last`; what is beyond 64 KiB of a line is left out."""
        first, last = max(first, 0), min(last, self.line_count)
        wanted = last - first
        found: list[bytes] = []
        rest = b""
        for block in self._blocks(self._start(first)) if wanted > 0 else ():
            *ended, tail = block.split(b"\n", wanted - len(found))
            if ended:
                found.append(rest + ended[0])
                found.extend(ended[1:])
                rest = b""
            rest = (rest + tail)[: LONGEST + 1]
            if len(found) == wanted:
                break
        else:
            found.append(rest)
        return [_text(line) for line in found[: max(wanted, 0)]]

    def begins_line(self, offset: int) -> bool:
        """Whether a line begins at an offset."""
        return offset == 0 or self._log is None or os.pread(self._log, 1, offset - 1) == b"\n"

    def tail(self, count: int) -> list[str]:
        """The last lines."""
        return self.lines(self.line_count - count, self.line_count)

    def time_of(self, line: int) -> float | None:
        """When a line was printed, as exactly as the index knows."""
        after = bisect_right(range(self._marks), line, key=lambda row: self._mark(row).line)
        return self._mark(after - 1).at if after else None

    def close(self) -> None:
        """Let go of the files."""
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
        """The offset at which a line starts."""
        if line == 0:
            return 0
        row = bisect_left(range(self._marks), line, key=lambda row: self._mark(row).line)
        offset, before, _ = self._mark(row - 1) if row else Mark(0, 0, 0.0)
        for block in self._blocks(offset):
            inside = block.count(b"\n")
            if before + inside >= line:
                return offset + len(block) - len(block.split(b"\n", line - before)[-1])
            before += inside
            offset += len(block)
        return self.size

    def _mark(self, row: int) -> Mark:
        if self._index is None:
            return Mark(0, 0, 0.0)
        return Mark(*_ROW.unpack(os.pread(self._index, _ROW.size, row * _ROW.size)))

    def _blocks(self, offset: int) -> Iterator[bytes]:
        while self._log is not None and offset < self.size:
            block = os.pread(self._log, min(BLOCK, self.size - offset), offset)
            if not block:
                return
            yield block
            offset += len(block)


def _opened(path: Path) -> int | None:
    try:
        return os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None


def _write(file: int, data: bytes) -> None:
    """Write all of it: a disk that fills up writes a part, and fails at the next."""
    while data:
        data = data[os.write(file, data) :]


def _text(line: bytes) -> str:
    text = line[:LONGEST].decode("utf-8", "replace")
    return f"{text}…" if len(line) > LONGEST else text
