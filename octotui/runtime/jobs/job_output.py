"""What a job prints, kept in its log; a disk that takes no more ends the job."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from octotui.runtime.clocks import Clock
from octotui.store.logs import masked_spans
from octotui.store.logs.line_levels import LevelChange
from octotui.store.logs.log_reader import last_of
from octotui.store.logs.log_writer import LogWriter
from octotui.store.logs.masked_spans import EarlierSpans, MaskedSpan

Log = Callable[[bytes, Sequence[LevelChange]], None]


class JobOutput:
    """Takes a job's chunks while it is open, and never raises: an executor can do nothing about our disk.

    Without a log, nothing is kept. With `since`, it says again what begins there in the log. In `spans` is
    noted what is masked in it.
    """

    def __init__(
        self,
        log: Path | None,
        now: Clock,
        end: Callable[[], None],
        since: int | None = None,
        spans: Path | None = None,
    ) -> None:
        self.problem = ""
        self._since = since
        self._path = log
        self._spans = spans
        self._log: LogWriter | None = None
        self._now = now
        self._end = end

    def __call__(self, chunk: bytes, changes: Sequence[LevelChange] = ()) -> None:
        """Keep a chunk, and where in it another level begins; where that can't be, end the job once."""
        self._write(lambda log: log.append(chunk, self._now(), changes))

    def note_masked(self, spans: Sequence[MaskedSpan]) -> None:
        """Note what is masked in what comes next, before it is kept."""
        if self._spans is not None:
            path = self._spans
            self._write(lambda log: masked_spans.append(path, spans))

    def masked_before(self) -> EarlierSpans | None:
        """What was masked in the rest of what it says again; None where that is not known."""
        if self._spans is None or self._log is None or self.problem:
            return None
        try:
            return masked_spans.resume(self._spans, self._log.repeated)
        except OSError as error:
            self._fail(error)
            return None

    def say(self, sentence: str, level: str) -> None:
        """Put a line of our own between those of the job."""
        line = f"octotui: {sentence}\n".encode()
        self._write(lambda log: self._say(log, line, level))

    def last(self, since: int) -> str:
        """The end of what was kept from an offset on."""
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
        self.problem = f"its output cannot be kept in {self._path}: {error.strerror or error}"
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
