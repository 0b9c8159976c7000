"""The lines of several logs as one, in the order in which they were printed, each with the name of its job.

A log's index says when parts of it were printed: up to 64 KiB or a tenth of a second of it stay together.
What is appended comes at the end, so that no line changes its number while the logs grow.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from octotui.ui.log.lines.job_lines import JobLines, Scan
from octotui.ui.log.lines.line_scan import LineScan
from octotui.ui.log.lines.patterns import Pattern
from octotui.views.text.visible_text import visible

OPEN_AT_MOST = 64  # logs whose files are open
LONGEST_NAME = 24
Span = tuple[float, int, int]  # when lines were printed, the first one, and the one after the last
NumberedSpan = tuple[float, int, int, int]  # and of which log


class NamedLog(NamedTuple):
    """A log, the name of its job, whether it may still grow, whether the job has failed, and what is read."""

    name: str
    path: Path
    is_live: bool = False
    has_failed: bool = False
    end: int | None = None  # the bytes of it that are looked at, or None for all


class LogPart:
    """What is known of one log among others: its lines up to `taken` have numbers there."""

    def __init__(self, log: NamedLog) -> None:
        self.name = visible(log.name)
        self.is_live = log.is_live
        self.lines = JobLines(log.path, log.end)
        self.lines.has_failed = log.has_failed
        self.taken = 0
        self.size = 0  # bytes of the lines that have numbers
        self.firsts = array("Q")  # of each range: its first line here, and its number among all
        self.numbers = array("Q")

    def read(self) -> list[Span] | None:
        """Take what was appended; return its lines by time, or None where there is nothing."""
        self.lines.refresh()
        size = self.lines.reader.size
        if size <= self.size:
            return None
        self.size = size
        return list(self.lines.reader.spans(self.taken))

    def add(self, first: int, number: int) -> None:
        """Number the lines from `first` on."""
        if not self.firsts or number - self.numbers[-1] != first - self.firsts[-1]:
            self.firsts.append(first)
            self.numbers.append(number)

    def number(self, line: int) -> int:
        """Return the number of a line among all."""
        row = bisect_right(self.firsts, line) - 1
        return self.numbers[row] + line - self.firsts[row]

    def line_from(self, number: int) -> int:
        """Return the first line that has at least this number among all."""
        row = bisect_right(self.numbers, number) - 1
        if row < 0:
            return 0
        end = self.firsts[row + 1] if row + 1 < len(self.firsts) else self.taken
        return min(self.firsts[row] + number - self.numbers[row], end)


class ReadLog(NamedTuple):
    """A log that was read and closed, and what it had."""

    part: LogPart
    spans: Sequence[Span]


def _read(log: NamedLog) -> ReadLog:
    part = LogPart(log)
    try:
        return ReadLog(part, part.read() or ())
    finally:
        part.lines.close()


class LinesOfJobs:
    """What is the same for all lines of several jobs: none is hidden, and each job has its own attempts."""

    def hidden_before(self, line: int) -> int:
        """Return 0: nothing is hidden."""
        return 0

    def shown(self, number: int) -> int:
        """Return the same line: nothing is hidden."""
        return number

    def attempt(self, number: int) -> int | None:
        """Return None: each job has attempts of its own."""
        return None


class MergedLines(LinesOfJobs):
    """The lines of several logs in the order of their times."""

    def __init__(self, logs: Sequence[NamedLog]) -> None:
        self.parts: list[LogPart] = []
        self.count = 0
        self.name_width = 0
        self._starts = array("Q")  # of each range of one log: its first number, its log, its first line there
        self._whose = array("L")
        self._firsts = array("Q")
        self._times = array("d")
        self._time_starts = array("Q")
        self._open: list[LogPart] = []
        self._polled = 0
        self._paths: set[Path] = set()
        self.extend(logs)

    def extend(self, logs: Sequence[NamedLog]) -> None:
        """Add logs that are not there yet, and take what they have."""
        self.add(logs, self.read(logs))

    def goes_on_with(self, logs: Sequence[NamedLog]) -> bool:
        """Return whether these logs have all that is here; they have not where a replay has gone back."""
        ends = {log.path: log.end for log in logs}
        return all(
            part.lines.path in ends and part.lines.goes_on_to(ends[part.lines.path]) for part in self.parts
        )

    def read(self, logs: Sequence[NamedLog]) -> Sequence["ReadLog"]:
        """Read the logs that are not there yet, one after the other; a thread may do it."""
        return [_read(log) for log in logs if log.path not in self._paths]

    def add(self, logs: Sequence[NamedLog], new: Sequence["ReadLog"]) -> None:
        """Take logs that were read, and the last lines of those that have ended since."""
        known = {log.path: log for log in logs}
        ended = []
        for at, part in enumerate(self.parts):
            if (log := known.get(part.lines.path)) is not None:
                if part.is_live and not log.is_live:
                    ended.append(at)
                part.is_live = log.is_live
                part.lines.has_failed = log.has_failed
                part.lines.reach(log.end)
        first = len(self.parts)
        _, spans = self._appended(ended if first > OPEN_AT_MOST else range(first))
        self.parts += [each.part for each in new]
        self._paths.update(each.part.lines.path for each in new)
        self.name_width = min(LONGEST_NAME, max((len(part.name) for part in self.parts), default=0))
        self._number(spans + [(*span, at) for at, each in enumerate(new, first) for span in each.spans])

    @property
    def last_lines(self) -> Sequence[int]:
        """The lines that may still grow: the last one of each log."""
        return [part.number(part.taken - 1) for part in self.parts if part.taken]

    def refresh(self) -> bool:
        """Take what was appended to logs that may grow, of many logs to some of them."""
        polled = range(len(self.parts))
        if len(self.parts) > OPEN_AT_MOST:
            live = [at for at in polled if self.parts[at].is_live]
            first = self._polled % max(1, len(live))
            self._polled = first + OPEN_AT_MOST
            polled = live[first : first + OPEN_AT_MOST]  # type: ignore[assignment]
        has_grown, spans = self._appended(polled)
        self._number(spans)
        return has_grown

    def _appended(self, parts: Sequence[int]) -> tuple[bool, list[NumberedSpan]]:
        """Take what was appended to these logs; return whether any has grown, and the new lines."""
        spans: list[NumberedSpan] = []
        has_grown = False
        for at in parts:
            found = self.opened(self.parts[at]).read()
            has_grown = has_grown or found is not None
            spans += [(*span, at) for span in found or ()]
        return has_grown, spans

    def _number(self, spans: list[NumberedSpan]) -> None:
        """Give numbers to lines in the order of their times."""
        for when, first, last, at in sorted(spans, key=lambda span: (span[0], span[3], span[1])):
            self._add(when, first, last, at)

    def _add(self, when: float, first: int, last: int, at: int) -> None:
        part = self.parts[at]
        follows = (
            self._whose
            and self._whose[-1] == at
            and self.count - self._starts[-1] == first - self._firsts[-1]
        )
        if not follows:
            self._starts.append(self.count)
            self._whose.append(at)
            self._firsts.append(first)
        self._times.append(max(when, self._times[-1] if self._times else when))
        self._time_starts.append(self.count)
        part.add(first, self.count)
        part.taken = last
        self.count += last - first

    def opened(self, part: LogPart) -> LogPart:
        """Have the files of a log open, and those of the least recently used one closed."""
        if part in self._open:
            self._open.remove(part)
        else:
            if len(self._open) >= OPEN_AT_MOST:
                self._open.pop(0).lines.close()
            part.lines.refresh()
        self._open.append(part)
        return part

    def _at(self, number: int) -> tuple[LogPart, int]:
        """Return the log and the line there of a number."""
        row = bisect_right(self._starts, number) - 1
        return self.parts[self._whose[row]], self._firsts[row] + number - self._starts[row]

    def lines(self, first: int, last: int) -> list[str]:
        """Return the raw lines from `first` up to, but excluding, `last`."""
        found: list[str] = []
        last = min(last, self.count)
        while first < last:
            row = bisect_right(self._starts, first) - 1
            end = min(last, self._starts[row + 1] if row + 1 < len(self._starts) else last)
            part, line = self._at(first)
            here = self.opened(part).lines.lines(line, line + end - first)
            found += here + [""] * (end - first - len(here))  # of a log that was removed
            first = end
        return found

    def time_of(self, line: int) -> float | None:
        """Return when a line was printed."""
        part, there = self._at(line)
        return self.opened(part).lines.time_of(there)

    def line_at(self, at: float) -> int:
        """Return the first line that was printed at a time, or the first one after it."""
        row = bisect_left(self._times, at)
        return self._time_starts[row] if row < len(self._times) else max(0, self.count - 1)

    def level(self, line: int) -> str:
        """Return the level of a line."""
        part, there = self._at(line)
        return part.lines.level(there)

    def is_stderr(self, line: int) -> bool:
        """Return whether a line came from stderr, where that is told apart."""
        part, there = self._at(line)
        return part.lines.is_stderr(there)

    def name_of(self, line: int) -> str:
        """Return the name of the job that printed a line."""
        return self._at(line)[0].name

    def problem(self, line: int, step: int) -> int | None:
        """Return where the next errors, warnings or lines of stderr begin, or the ones before, of any job."""
        found = []
        for part in self.parts:
            here = part.line_from(line + 1) - 1 if step > 0 else part.line_from(line)
            there = part.lines.problem(here, step)
            if there is not None and there < part.taken:
                found.append(part.number(there))
        return (min if step > 0 else max)(found, default=None)

    def scans(self, pattern: Pattern) -> Sequence[Scan]:
        """Return a search for each log."""
        return [PartScan(part, pattern) for part in self.parts]

    def close(self) -> None:
        """Close the files."""
        for part in self._open:
            part.lines.close()
        self._open = []


class PartScan:
    """A search of one log, in the numbers among all."""

    def __init__(self, part: LogPart, pattern: Pattern) -> None:
        self._part = part
        self._scan = LineScan(part.lines.path, pattern)

    @property
    def unfinished(self) -> int | None:
        """The line that will be looked at again."""
        line = self._scan.unfinished
        return None if line is None else self._part.number(line)

    def run(self) -> Iterator[list[int]]:
        """Yield the matching lines of what has numbers."""
        for lines in self._scan.run(self._part.size):
            yield [self._part.number(line) for line in lines]
