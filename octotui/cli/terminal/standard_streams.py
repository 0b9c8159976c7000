"""Stdin, stdout and stderr, whatever a caller has made of them: closed, full, or a pipe without a reader."""

import errno
import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

FAILED = 1
NO_READER = 141  # as shells say of what ended by SIGPIPE


class OutputLost(Exception):
    """Nothing more can be written to stdout; it is raised once, and what is written later goes nowhere."""

    def __init__(self, problem: OSError) -> None:
        super().__init__(f"the output cannot be written: {problem.strerror or problem}")
        self.code = NO_READER if problem.errno == errno.EPIPE else FAILED


class _Output(io.FileIO):
    """A descriptor that takes what is written to it, or says once that it cannot, as no OSError of a file."""

    def __init__(self, descriptor: int, *, heard: bool) -> None:
        """Where nobody is `heard` to complain of it, that it cannot is not said either."""
        super().__init__(descriptor, "wb", closefd=False)
        self._heard = heard
        self._lost = False

    def write(self, data: "ReadableBuffer") -> int:
        """Write as much as goes in at once, waiting until any does; raises OutputLost."""
        if not self._lost:
            try:
                while (written := super().write(data)) is None:  # another process has set it not to wait
                    select.select((), (self,), ())
                return written
            except OSError as problem:
                self._lost = True
                if self._heard:
                    raise OutputLost(problem) from problem
        return memoryview(data).nbytes


def take_over() -> None:
    """Let stdout and stderr say that they are lost in one way, and what was closed be as /dev/null is.

    A descriptor that stays closed would be that of the next file that is opened: it would hold what we say.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = _text(sys.stdout, 1, heard=True)
    sys.stderr = _text(sys.stderr, 2, heard=False)


def _text(before: TextIO | None, descriptor: int, *, heard: bool) -> TextIO:
    """The stream that takes the place of one, with its encoding."""
    if before is not None:
        before.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(_Output(descriptor, heard=heard)),
        encoding=getattr(before, "encoding", None) or "utf-8",
        errors=getattr(before, "errors", None) or "replace",
        line_buffering=True,
    )
