"""One stream of a job's output, read from a file that it appends to and may do anything to."""

from __future__ import annotations

import errno
import os
from typing import Optional

CHUNK = 1 << 18  # bytes of a chunk: fits the processor's cache
BEHIND = 1 << 22  # unread bytes from which on a hole is looked for
HOLES = 1 << 32  # bytes of holes that are passed on as zeros


class Spool:
    """Reads a file from its start, as it grows; `sent` counts the bytes that were read, from 0.

    A file that is cut short is read from its start again. A script may also extend it sparsely at no cost:
    beyond `HOLES` bytes, holes are skipped.
    """

    def __init__(self, file: int) -> None:
        self.sent = 0
        self._file = file
        self._at = 0
        self._end: Optional[int] = None
        self._holes = HOLES
        self._skipped = 0
        self._problem = ""

    @property
    def warning(self) -> str:
        """The reason why some output was skipped, or `""`."""
        if self._problem:
            return f"the rest of its output cannot be read: {self._problem}"
        if self._skipped:
            return f"{self._skipped:,} bytes of its output were never written, and are left out"
        return ""

    def unread(self) -> int:
        """Return the number of bytes that can be read now."""
        return 0 if self._problem else max(0, self._size() - self._at)

    def read(self, most: int = CHUNK) -> bytes:
        """Return some of what has not been read yet, at most `most` bytes."""
        size = self._size()
        if size - self._at > BEHIND:
            self._pass_hole(size)
        if size <= self._at or self._problem:
            return b""
        try:
            chunk = os.pread(self._file, min(most, size - self._at), self._at)
        except OSError as problem:
            self._problem = problem.strerror or str(problem)
            return b""
        self._at += len(chunk)
        self.sent += len(chunk)
        return chunk

    def read_lines(self, most: int = CHUNK) -> bytes:
        """Return whole lines of what has not been read yet; a line of more than `CHUNK` bytes in parts."""
        chunk = self.read(min(most, CHUNK))
        end = chunk.rfind(b"\n") + 1
        if not end and len(chunk) == CHUNK:
            return chunk
        self._at -= len(chunk) - end
        self.sent -= len(chunk) - end
        return chunk[:end]

    def again(self, offset: int) -> None:
        """Read again what followed the first `offset` bytes; from the start of the file for 0."""
        self._at = max(0, self._at + offset - self.sent) if offset else 0
        self.sent = offset

    def finish(self) -> None:
        """Read no further than the present end: later output is not the job's."""
        if self._end is None:
            self._end = self._size()

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _size(self) -> int:
        """Return the offset to read to."""
        size = os.fstat(self._file).st_size
        if self._end is not None:
            return min(self._end, size)
        if size < self._at:
            self._at = 0  # the script has truncated it, as `: > /dev/stdout` does
        return size

    def _pass_hole(self, size: int) -> None:
        try:
            data = os.lseek(self._file, self._at, os.SEEK_DATA)
        except (AttributeError, OSError) as problem:
            data = size if getattr(problem, "errno", None) == errno.ENXIO else self._at
        hole = min(data, size) - self._at
        if hole > 0 and self._holes <= 0:
            self._at += hole
            self._skipped += hole
        else:
            self._holes -= min(hole, CHUNK)
