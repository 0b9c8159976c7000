"""Write a job's log: append chunks, their times and the levels of their lines."""

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
        self._marked: IndexEntry | None = None

    @property
    def fresh(self) -> bool:
        """Whether what comes next begins a line."""
        if self._files is None:
            self._open()
        return self._fresh

    @property
    def again(self) -> int:
        """How many bytes of what comes next are there already."""
        if self._files is None and self._since is not None and self._path.exists():
            self._open()
        return self._again

    def append(self, chunk: bytes, at: float, turns: Sequence[LevelChange] = ()) -> None:
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
            self._marked = IndexEntry(self._offset, self._line, at)
            _write(index, ENTRY.pack(*self._marked))
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

    def _beyond(self, chunk: bytes, turns: Sequence[LevelChange]) -> tuple[bytes, list[LevelChange]]:
        """What of a chunk is not in the log; a turn just where that ends may have been kept, or not."""
        known = min(self._again, len(chunk))
        self._again -= known
        left = [LevelChange(turn.at - known, turn.level) for turn in turns if turn.at >= known]
        return chunk[known:], [] if self._again else left

    def _turn(self, chunk: bytes, turns: Sequence[LevelChange]) -> None:
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
            for folder in (self._path.parent.parent, self._path.parent):  # but nothing above them anew
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
    """Write all of it: a disk that fills up writes a part, and fails at the next."""
    while data:
        data = data[os.write(file, data) :]
