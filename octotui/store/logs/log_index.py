"""The sparse index beside a log, by which any part of the log is found with a seek.

A row describes a chunk: its `offset` in the file, the number of newlines before it, and its time. Rows are at
least 64 KiB or 100 ms apart, so the index stays small, and is read row by row in place.
"""

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, overload

from octotui.store.logs.line_levels import levels_path
from octotui.store.logs.line_streams import streams_path

SPARSE_BYTES = 64 * 1024


SPARSE_SECONDS = 0.1


ENTRY = struct.Struct("<QQd")


class IndexEntry(NamedTuple):
    """A row of the index."""

    offset: int
    line: int
    at: float


def index_path(log: Path) -> Path:
    """Return the path of a log's index."""
    return log.with_name(f"{log.name}.index")


class LogIndex(Sequence[IndexEntry]):
    """The rows of a log's index as they are now; empty where there is none."""

    def __init__(self, log: Path) -> None:
        try:
            self._body = index_path(log).read_bytes()
        except FileNotFoundError:
            self._body = b""

    def __len__(self) -> int:
        return len(self._body) // ENTRY.size

    @overload
    def __getitem__(self, row: int) -> IndexEntry: ...
    @overload
    def __getitem__(self, row: slice) -> list[IndexEntry]: ...
    def __getitem__(self, row: int | slice) -> IndexEntry | list[IndexEntry]:
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(len(self)))]
        row += len(self) if row < 0 else 0
        if not 0 <= row < len(self):
            raise IndexError(row)
        return IndexEntry(*ENTRY.unpack_from(self._body, row * ENTRY.size))


def size_of(log: Path) -> int:
    """Return a log's size in bytes, 0 where there is none."""
    try:
        return log.stat().st_size
    except FileNotFoundError:
        return 0


def remove(log: Path) -> None:
    """Remove a log and what is kept beside it."""
    for path in (log, index_path(log), levels_path(log), streams_path(log)):
        path.unlink(missing_ok=True)
