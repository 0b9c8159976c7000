"""Read what a job prints: piece by piece, in bounded memory and time, whatever becomes of the file."""

import errno
import os
import time

from octotui.workers.executor import Output

CHUNK = 1 << 18  # bytes handed on at a time: what stays in the processor's cache
SMALLEST = 1 << 14  # bytes handed on at a time, where it takes long to understand them
PATIENCE = 8  # chunks of one job before another has its turn
LONG = 0.03  # seconds that one chunk may take, and that one job has before another has its turn
BEHIND = 1 << 22  # bytes not read yet, from which on they may be a hole
HOLES = 1 << 32  # bytes that nobody wrote, and that are handed on all the same


class SpoolReader:
    """Hands on a spool from its beginning, as it grows.

    A script may cut it short, and is then read from the start; it may also move its end to anywhere, at no
    cost: beyond `HOLES`, what was never written is passed over.
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
        """What of it could not be handed on, if anything."""
        if self._problem:
            return f"the rest of its output cannot be read: {self._problem}"
        if self._skipped:
            return f"{self._skipped:,} bytes of its output were never written, and are left out"
        return ""

    def read(self, output: Output) -> bool:
        """Hand on some of what is new, and say whether there may be more; raises what `output` raises."""
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
        """Read no further than to where it ends now: who still prints is none of the job."""
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
        """Where it ends."""
        size = os.fstat(self._file).st_size
        if self._end is not None:
            return min(self._end, size)
        if size < self._at:
            self._at = 0  # the script has cut it short, as `: > /dev/stdout` does
        return size

    def _adapt(self, took: float) -> None:
        """Hand on less at a time where that takes long, so that nobody else has to wait."""
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
