"""Reading of a job's spool in chunks, in bounded memory and time, whatever the job does to the file."""

import errno
import os
import time

from octotui.workers.executor import Output

CHUNK = 1 << 18  # bytes of a chunk: fits the processor's cache
SMALLEST = 1 << 14  # bytes of a chunk, when processing is slow
PATIENCE = 8  # chunks of one job before the next job is read
LONG = 0.03  # seconds for one job before the next is read; slower ones get smaller chunks
BEHIND = 1 << 22  # unread bytes from which on a hole is looked for
HOLES = 1 << 32  # bytes of holes that are passed on as zeros


class SpoolReader:
    """Reads a spool from its start, as it grows.

    A truncated spool is read from its start again. A script may also extend it sparsely at no cost: beyond
    `HOLES` bytes, holes are skipped.
    """

    def __init__(self, file: int) -> None:
        self._file = file
        self._at = 0
        self._end: int | None = None
        self._chunk = CHUNK
        self._holes = HOLES
        self._skipped = 0  # bytes of holes
        self._problem = ""

    @property
    def warning(self) -> str:
        """The reason why some output was skipped, or `""`."""
        if self._problem:
            return f"the rest of its output cannot be read: {self._problem}"
        if self._skipped:
            return f"{self._skipped:,} bytes of its output were never written, and are left out"
        return ""

    def read(self, output: Output) -> bool:
        """Pass some new output on; return whether there may be more. Reraises what `output` raises."""
        size = self._size()
        began = time.monotonic()
        for _ in range(PATIENCE):
            chunk = self._next(size)
            if not chunk:
                return False
            output(chunk)
            if time.monotonic() - began > LONG:
                break
        self._adapt(time.monotonic() - began)
        return True

    def finish(self) -> None:
        """Read no further than the present end: later output is not the job's."""
        self._end = self._size()

    def _next(self, size: int) -> bytes:
        if size - self._at > BEHIND:
            self._pass_hole(size)
        if size <= self._at or self._problem:
            return b""
        try:
            chunk = os.pread(self._file, min(self._chunk, size - self._at), self._at)
        except OSError as problem:
            self._problem = problem.strerror or str(problem)
            return b""
        self._at += len(chunk)
        return chunk

    def _size(self) -> int:
        """Return the offset to read to."""
        size = os.fstat(self._file).st_size
        if self._end is not None:
            return min(self._end, size)
        if size < self._at:
            self._at = 0  # the script has truncated it, as `: > /dev/stdout` does
        return size

    def _adapt(self, took: float) -> None:
        """Adapt the size of chunks to the time they take, so that other jobs are not delayed."""
        if took > LONG:
            self._chunk = max(SMALLEST, self._chunk // 2)
        else:
            self._chunk = min(CHUNK, self._chunk * 2)

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
            self._holes -= min(hole, self._chunk)
