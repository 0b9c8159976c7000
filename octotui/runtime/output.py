"""What a job prints, kept in its log; a disk that takes no more ends the job."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from octotui.runtime.clocks import Clock
from octotui.store.logs import LogWriter


class Output:
    """Takes a job's chunks while it is open, and never raises: an executor can do nothing about our disk.

    Without a log, nothing is kept.
    """

    def __init__(self, log: Path | None, now: Clock, end: Callable[[], None]) -> None:
        self.problem = ""
        self._path = log
        self._log: LogWriter | None = None
        self._now = now
        self._end = end

    def __call__(self, chunk: bytes) -> None:
        """Keep a chunk; where that can't be, end the job once."""
        if self._log is None or self.problem:
            return
        try:
            self._log.append(chunk, self._now())
        except OSError as error:
            self.problem = f"its output cannot be kept in {self._path}: {error.strerror or error}"
            self._end()

    def __enter__(self) -> "Output":
        self._log = None if self._path is None else LogWriter(self._path)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._log is not None:
            self._log.close()
        self._log = None
