"""Writes a log: appends chunks, their times, and the levels and streams of their lines."""

import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from octotui.store.logs import line_levels, line_streams
from octotui.store.logs.line_levels import LevelChange, levels_path, rows
from octotui.store.logs.line_streams import INSERTED, STDOUT, StreamRow, packed, streams_path
from octotui.store.logs.log_index import ENTRY, SPARSE_BYTES, SPARSE_SECONDS, IndexEntry, index_path
from octotui.store.logs.log_reader import LogReader

_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC


class LogWriter:
    """Appends to a log; without output there is no file. A full disk raises OSError.

    With `since`, the output that the log has from that offset on is repeated, as a job is followed again
    after a crash: as many bytes of each stream are skipped, in whichever order they come this time.
    """

    def __init__(self, path: Path, since: int | None = None) -> None:
        self._path = path
        self._since = since
        self._repeated = [0, 0]  # next bytes of each stream that are in the log already
        self._files: tuple[int, int] | None = None
        self._levels: int | None = None
        self._streams: int | None = None
        self._stream = STDOUT  # of the last byte
        self._is_mixed = False  # it has output of both streams
        self._level: str | None = None  # that of the last line, if it is known
        self._told = ["default", "default"]  # the level of each stream
        self._offset = 0
        self._line = 0
        self._fresh = True  # of stdout, repeated or not
        self._ends = True
        self._marked: IndexEntry | None = None

    @property
    def fresh(self) -> bool:
        """Whether the next chunk of stdout begins a line."""
        if self._files is None:
            self._open()
        return self._fresh

    def repeated(self, stream: int = STDOUT) -> int:
        """Return how many of the next bytes of a stream are in the log already, and are skipped."""
        if self._files is None and self._since is not None and self._path.exists():
            self._open()
        return self._repeated[stream]

    def append(
        self, chunk: bytes, at: float, changes: Sequence[LevelChange] = (), stream: int = STDOUT
    ) -> None:
        """Append a chunk that a stream printed at a time, and its level changes."""
        log, index = self._files or self._open()
        if stream == STDOUT and chunk:
            self._fresh = chunk.endswith(b"\n")
        if self._repeated[stream]:
            chunk, changes = self._beyond(chunk, changes, stream)
        if chunk and stream != self._stream:
            self._change_stream(log, stream)
        if self._is_mixed:
            changes = self._with_level(chunk, changes, stream)
        if changes:
            self._write_levels(chunk, changes)  # first, so that no reader sees lines without their level
            self._told[stream] = self._level = changes[-1].level
        if not chunk:
            return
        _write(log, chunk)
        mark = self._marked
        if mark is None or self._offset - mark.offset >= SPARSE_BYTES or at - mark.at >= SPARSE_SECONDS:
            self._marked = IndexEntry(self._offset, self._line, at)
            _write(index, ENTRY.pack(*self._marked))
        self._offset += len(chunk)
        self._line += chunk.count(b"\n")
        self._ends = chunk.endswith(b"\n")

    def close(self) -> None:
        """Close the files."""
        for file in (*(self._files or ()), self._levels, self._streams):
            if file is not None:
                os.close(file)
        self._files = self._levels = self._streams = None

    def _beyond(
        self, chunk: bytes, changes: Sequence[LevelChange], stream: int
    ) -> tuple[bytes, list[LevelChange]]:
        """Return the part of a chunk that is not in the log; a change at the log's end may be stored."""
        known = min(self._repeated[stream], len(chunk))
        self._repeated[stream] -= known
        first = len(chunk) + 1 if self._repeated[stream] else known
        for each in changes:
            if each.at < first:
                self._told[stream] = each.level
        left = [LevelChange(each.at - known, each.level) for each in changes if each.at >= first]
        return chunk[known:], left

    def _change_stream(self, log: int, stream: int) -> None:
        """Note that another stream follows, and end a line that the one before has left unfinished."""
        line_end = b"" if self._ends else b"\n"
        after = StreamRow(self._offset + len(line_end), self._line + len(line_end), stream)
        inserted = StreamRow(self._offset, after.line, INSERTED)
        self._write_streams(*((inserted, after) if line_end else (after,)))
        _write(log, line_end)
        self._offset, self._line, self._stream = after
        self._ends = self._is_mixed = True

    def _write_streams(self, *rows: StreamRow) -> None:
        if self._streams is None:
            self._streams = os.open(streams_path(self._path), _APPEND, 0o600)
            line_streams.drop_torn(self._streams)
        _write(self._streams, packed(rows))

    def _with_level(self, chunk: bytes, changes: Sequence[LevelChange], stream: int) -> Sequence[LevelChange]:
        """Return the level changes of a chunk, first to the level of its stream where another is in force."""
        if not chunk:  # then the next line may be of the other stream
            self._told[stream] = changes[-1].level if changes else self._told[stream]
            return ()
        if self._level is None:
            self._level = "" if levels_path(self._path).exists() else "default"  # a crash may have left any
        told = self._told[stream]
        return changes if told == self._level else (LevelChange(0, told), *changes)

    def _write_levels(self, chunk: bytes, changes: Sequence[LevelChange]) -> None:
        if self._levels is None:
            self._levels = os.open(levels_path(self._path), _APPEND, 0o600)
            line_levels.drop_torn(self._levels)
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
            self._fresh = self._ends = before.ends
            self._open_streams()
            if self._since is not None and self._since < before.size:
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

    def _open_streams(self) -> None:
        """Read how much of each stream the log has; rows whose output a crash has lost are replaced."""
        stored = line_streams.stored_rows(self._path)
        rows = [row for row in stored if row.offset < self._offset]
        if rows:
            self._is_mixed, self._stream = True, rows[-1].stream
        if self._since is not None and self._since < self._offset:
            self._repeated = [*line_streams.lengths(rows, self._since, self._offset)]
        if len(rows) < len(stored):
            self._write_streams(StreamRow(self._offset, self._line + (not self._ends), self._stream))


def _write(file: int, data: bytes) -> None:
    """Write everything: a disk that fills up takes a part, and fails at the next write."""
    while data:
        data = data[os.write(file, data) :]
