"""Robust stdin, stdout and stderr: closed, on a full disk, or a pipe without a reader."""

import errno
import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

FAILED = 1
NO_READER = 141  # the shells' exit code for SIGPIPE


class OutputLost(Exception):
    """Stdout can no longer be written; raised once, and later output is dropped."""

    def __init__(self, problem: OSError) -> None:
        super().__init__(f"the output cannot be written: {problem.strerror or problem}")
        self.code = NO_READER if problem.errno == errno.EPIPE else FAILED


class _Output(io.FileIO):
    """A descriptor that reports its first failed write, and drops later output."""

    def __init__(self, descriptor: int, *, reports: bool) -> None:
        """Open the descriptor; unless `reports`, failures are not reported."""
        super().__init__(descriptor, "wb", closefd=False)
        self._reports = reports
        self._lost = False

    def write(self, data: "ReadableBuffer") -> int:
        """Write as much as possible, blocking until that is something; raises OutputLost."""
        if not self._lost:
            try:
                while (written := super().write(data)) is None:  # another process made it non-blocking
                    select.select((), (self,), ())
                return written
            except OSError as problem:
                self._lost = True
                if self._reports:
                    raise OutputLost(problem) from problem
        return memoryview(data).nbytes


def take_over() -> None:
    """Replace stdout and stderr by robust streams, and closed descriptors by /dev/null.

    A descriptor that stays closed would be reused by the next opened file, which would receive the output.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = _text(sys.stdout, 1, reports=True)
    sys.stderr = _text(sys.stderr, 2, reports=False)


def _text(before: TextIO | None, descriptor: int, *, reports: bool) -> TextIO:
    """Return a robust stream with the encoding of the previous one."""
    if before is not None:
        before.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(_Output(descriptor, reports=reports)),
        encoding=getattr(before, "encoding", None) or "utf-8",
        errors=getattr(before, "errors", None) or "replace",
        line_buffering=True,
    )
