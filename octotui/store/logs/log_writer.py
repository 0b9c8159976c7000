"""Writes a log: appends chunks, their times, and the levels of their lines."""

import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from octotui.store.logs.line_levels import LevelChange, drop_torn, levels_path, rows
from octotui.store.logs.log_index import ENTRY, SPARSE_BYTES, SPARSE_SECONDS, IndexEntry, index_path
from octotui.store.logs.log_reader import LogReader

_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC


class LogWriter:
    """Appends to a log; without output there is no file. A full disk raises OSError.

    With `since`, the output that the log has from that offset on is repeated, as a job is followed again
    after a crash: as many bytes are skipped.
    """

    def __init__(self, path: Path, since: int | None = None) -> None:
        self._path = path
        self._since = since
        self._repeated = 0  # next bytes that are in the log already
        self._files: tuple[int, int] | None = None
        self._levels: int | None = None
        self._offset = 0
        self._line = 0
        self._fresh = True
        self._marked: IndexEntry | None = None

    @property
    def fresh(self) -> bool:
        """Whether the next chunk begins a line."""
        if self._files is None:
            self._open()
        return self._fresh

    @property
    def repeated(self) -> int:
        """How many of the next bytes are in the log already, and are skipped."""
        if self._files is None and self._since is not None and self._path.exists():
            self._open()
        return self._repeated

    def append(self, chunk: bytes, at: float, changes: Sequence[LevelChange] = ()) -> None:
        """Append a chunk that was printed at a time, and its level changes."""
        log, index = self._files or self._open()
        self._fresh = chunk.endswith(b"\n") if chunk else self._fresh
        if self._repeated:
            chunk, changes = self._beyond(chunk, changes)
        if changes:
            self._write_levels(chunk, changes)  # first, so that no reader sees lines without their level
        if not chunk:
            return
        _write(log, chunk)
        mark = self._marked
        if mark is None or self._offset - mark.offset >= SPARSE_BYTES or at - mark.at >= SPARSE_SECONDS:
            self._marked = IndexEntry(self._offset, self._line, at)
            _write(index, ENTRY.pack(*self._marked))
        self._offset += len(chunk)
        self._line += chunk.count(b"\n")

    def close(self) -> None:
        """Close the files."""
        if self._files is not None:
            for file in self._files:
                os.close(file)
            self._files = None
        if self._levels is not None:
            os.close(self._levels)
            self._levels = None

    def _beyond(self, chunk: bytes, changes: Sequence[LevelChange]) -> tuple[bytes, list[LevelChange]]:
        """Return the part of a chunk that is not in the log; a change at the log's end may be stored."""
        known = min(self._repeated, len(chunk))
        self._repeated -= known
        left = [LevelChange(each.at - known, each.level) for each in changes if each.at >= known]
        return chunk[known:], [] if self._repeated else left

    def _write_levels(self, chunk: bytes, changes: Sequence[LevelChange]) -> None:
        if self._levels is None:
            self._levels = os.open(levels_path(self._path), _APPEND, 0o600)
            drop_torn(self._levels)
        _write(self._levels, rows(chunk, self._line, changes))

    def __enter__(self) -> "LogWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> tuple[int, int]:
        """Open to append: a second attempt writes into the log of the first."""
        with LogReader(self._path) as before:
            self._offset, self._line = before.size, before.newlines
            self._fresh = before.ends
            if self._since is not None and self._since < before.size:
                self._repeated = before.size - self._since
                self._fresh = before.begins_line(self._since)
        try:
            log = os.open(self._path, _APPEND, 0o600)
        except FileNotFoundError:
            for folder in (self._path.parent.parent, self._path.parent):  # never a missing space folder
                folder.mkdir(0o700, exist_ok=True)
            log = os.open(self._path, _APPEND, 0o600)
        try:
            index = os.open(index_path(self._path), _APPEND, 0o600)
        except OSError:
            os.close(log)
            raise
        os.ftruncate(index, os.fstat(index).st_size // ENTRY.size * ENTRY.size)  # a crash may tear a row
        self._files = (log, index)
        return self._files


def _write(file: int, data: bytes) -> None:
    """Write everything: a disk that fills up takes a part, and fails at the next write."""
    while data:
        data = data[os.write(file, data) :]
