"""The output of jobs: one plain file each, and a sparse index beside it, so that any part is found at once.

A row of the index stands for a chunk: `offset` in the file where it began, how many newlines came before, and
its time. Rows are at least 64 KiB or 100 ms apart, so the index stays small, and is read row by row in place.
"""

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, overload

from octotui.store.logs.line_levels import levels_path

SPARSE_BYTES = 64 * 1024


SPARSE_SECONDS = 0.1


ENTRY = struct.Struct("<QQd")


class IndexEntry(NamedTuple):
    """A row of the index."""

    offset: int
    line: int
    at: float


def index_path(log: Path) -> Path:
    """Where the index of a log lies."""
    return log.with_name(f"{log.name}.index")


class LogIndex(Sequence[IndexEntry]):
    """The rows of a log's index as they are now; none where there is no index."""

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

    def written(self, first: int, last: int) -> bytes:
        """The rows from `first` up to but without `last`, as they stand in the file."""
        return self._body[first * ENTRY.size : last * ENTRY.size]


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
