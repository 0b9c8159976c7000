"""A job's output, written to its log; a full disk ends the job."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol

from octotui.runtime.clocks import Clock
from octotui.store.errors import written
from octotui.store.logs import masked_spans
from octotui.store.logs.line_levels import LevelChange
from octotui.store.logs.line_streams import STDOUT
from octotui.store.logs.log_reader import last_of
from octotui.store.logs.log_writer import LogWriter
from octotui.store.logs.masked_spans import EarlierSpans, MaskedSpan


class Log(Protocol):
    """Takes visible output of a stream, and its level changes."""

    def __call__(self, chunk: bytes, changes: Sequence[LevelChange], stream: int = STDOUT, /) -> None:
        """Take a chunk."""
        ...


class JobOutput:
    """Takes a job's chunks, and never raises: an executor can do nothing about the disk.

    Without a log, nothing is kept. With `since`, output is repeated that the log has from that offset on.
    `spans` is the file of the spans that are masked in it.
    """

    def __init__(
        self,
        log: Path | None,
        now: Clock,
        end: Callable[[], None],
        since: int | None = None,
        spans: Path | None = None,
        *,
        is_new: bool = False,
    ) -> None:
        """Take the output of an attempt; one that `is_new` can have printed nothing before."""
        self.problem = ""
        self.may_have_spans = not is_new  # whether there may be a file of masked spans
        self._is_new = is_new
        self._since = since
        self._path = log
        self._spans = spans
        self._log: LogWriter | None = None
        self._now = now
        self._end = end

    def __call__(self, chunk: bytes, changes: Sequence[LevelChange] = (), stream: int = STDOUT, /) -> None:
        """Append a chunk and its level changes; the first failure ends the job."""
        self._write(lambda log: log.append(chunk, self._now(), changes, stream))

    def note_masked(self, spans: Sequence[MaskedSpan], stream: int = STDOUT) -> None:
        """Store the spans that are masked in the next chunk of a stream, before it is written."""
        if self._spans is not None:
            path = masked_spans.of_stream(self._spans, stream)
            self.may_have_spans = True
            self._write(lambda log: masked_spans.append(path, spans))

    def masked_before(self, stream: int = STDOUT) -> EarlierSpans | None:
        """Return the spans that were masked in a stream's repeated output; None where they are unknown."""
        if self._spans is None or self._log is None or self.problem:
            return None
        if self._is_new:
            return EarlierSpans()  # without looking for files
        try:
            path = masked_spans.of_stream(self._spans, stream)
            return masked_spans.resume(path, self._log.repeated(stream))
        except OSError as error:
            self._fail(error)
            return None

    def say(self, sentence: str, level: str) -> None:
        """Insert a line of octotui's own."""
        line = f"octotui: {sentence}\n".encode()
        self._write(lambda log: self._say(log, line, level))

    def last(self, since: int) -> str:
        """Return the end of the output from an offset on."""
        return "" if self._log is None or self._path is None else last_of(self._path, since)

    def _say(self, log: LogWriter, line: bytes, level: str) -> None:
        if not log.fresh:
            log.append(b"\n", self._now())
        log.append(line, self._now(), (LevelChange(0, level), LevelChange(len(line), "default")))

    def _write(self, put: Callable[[LogWriter], None]) -> None:
        if self._log is None or self.problem:
            return
        try:
            put(self._log)
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.problem = f"its output cannot be kept in {self._path}: {written(error)}"
        self._end()

    def __enter__(self) -> "JobOutput":
        self._log = None if self._path is None else LogWriter(self._path, self._since)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._log is not None:
            self._log.close()
        self._log = None
