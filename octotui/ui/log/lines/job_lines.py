"""The lines that a view shows: those of one job's log, which is never read as a whole."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol

from octotui.store.logs.line_levels import LevelReader
from octotui.store.logs.line_streams import STDERR, LineStreamReader
from octotui.store.logs.log_reader import LogReader
from octotui.ui.log.lines.line_scan import LineScan
from octotui.ui.log.lines.patterns import Pattern

HEADINGS = 1000  # first highlights that may be an attempt's heading
PROBLEMS = ("warning", "error")  # levels


class Scan(Protocol):
    """A search of lines, in the numbers of their source."""

    @property
    def unfinished(self) -> int | None:
        """The line that was looked at, and will be looked at again, since it had no end yet."""
        ...

    def run(self) -> Iterator[list[int]]:
        """Yield the matching lines of what is new, a list for each block; may raise TimeoutError."""
        ...


class LineSource(Protocol):
    """Growing lines, numbered from 0, as of the last `refresh`."""

    @property
    def count(self) -> int:
        """The number of lines."""
        ...

    @property
    def last_lines(self) -> Sequence[int]:
        """The lines that may still grow."""
        ...

    @property
    def name_width(self) -> int:
        """The characters of the longest name of a line; 0 where lines have no names."""
        ...

    def refresh(self) -> bool:
        """Take what was appended; return whether there was anything."""
        ...

    def lines(self, first: int, last: int) -> list[str]:
        """Return the raw lines from `first` up to, but excluding, `last`."""
        ...

    def time_of(self, line: int) -> float | None:
        """Return when a line was printed; None where that is not known."""
        ...

    def line_at(self, at: float) -> int:
        """Return the first line that was printed at a time, or the first one after it."""
        ...

    def level(self, line: int) -> str:
        """Return the level of a line."""
        ...

    def is_stderr(self, line: int) -> bool:
        """Return whether a line came from stderr, where that is told apart."""
        ...

    def name_of(self, line: int) -> str:
        """Return the name of what printed a line, or ""."""
        ...

    def problem(self, line: int, step: int) -> int | None:
        """Return where the next errors, warnings or lines of stderr begin, or the ones before."""
        ...

    def hidden_before(self, line: int) -> int:
        """Return how many lines before a line are hidden."""
        ...

    def shown(self, number: int) -> int:
        """Return the line that has an index among the lines that are not hidden."""
        ...

    def attempt(self, number: int) -> int | None:
        """Return the line at which an attempt begins; None where its heading is not found."""
        ...

    def scans(self, pattern: Pattern) -> Sequence[Scan]:
        """Return searches that together find all matching lines; those of logs added later come last."""
        ...

    def close(self) -> None:
        """Close the files."""
        ...


class JobLines:
    """The lines of one log."""

    name_width = 0

    def __init__(self, path: Path, end: int | None = None) -> None:
        """Open a log; with `end`, its lines up to that byte."""
        self.path = path
        self.has_failed = False  # the job; its last line then is a problem
        self.reader = LogReader(path, end)
        self.levels = LevelReader(path)
        self.levels.refresh()
        self._streams = LineStreamReader(path, end)
        self._streams.refresh()

    def goes_on_to(self, end: int | None) -> bool:
        """Return whether the log up to a byte, or all of it (None), has all that these lines may be of."""
        return end is None or (self.reader.end is not None and self.reader.end <= end)

    def reach(self, end: int | None) -> bool:
        """Have the lines up to another byte, or all; return False where they do not go on to it."""
        if not self.goes_on_to(end):
            return False
        self.reader.end = self._streams.end = end
        return True

    @property
    def count(self) -> int:
        """The number of lines."""
        return self.reader.line_count

    @property
    def last_lines(self) -> Sequence[int]:
        """The lines that may still grow."""
        return (self.count - 1,)

    def refresh(self) -> bool:
        """Take what was appended; return whether there was anything."""
        size = self.reader.size
        self.reader.refresh()
        if self.reader.size == size:
            return False
        self.levels.refresh()
        self._streams.refresh()
        return True

    def lines(self, first: int, last: int) -> list[str]:
        """Return the raw lines from `first` up to, but excluding, `last`."""
        return self.reader.lines(first, last)

    def time_of(self, line: int) -> float | None:
        """Return when a line was printed."""
        return self.reader.time_of(line)

    def line_at(self, at: float) -> int:
        """Return the first line that was printed at a time, or the first one after it."""
        return self.reader.line_at(at)

    def level(self, line: int) -> str:
        """Return the level of a line."""
        return self.levels.of(line)

    def is_stderr(self, line: int) -> bool:
        """Return whether a line came from stderr, where that is told apart."""
        return self._streams.of(line) == STDERR

    def name_of(self, line: int) -> str:
        """Return the name of what printed a line: the title says it."""
        return ""

    def problem(self, line: int, step: int) -> int | None:
        """Return where the next errors, warnings or lines of stderr begin, or the ones before."""
        starts = (
            self.levels.start_beside(line, PROBLEMS, step),
            self._streams.start_beside(line, STDERR, step),
        )
        found = [each for each in starts if each is not None and each < self.count]
        last = self.count - 1
        if self.has_failed and (line < last if step > 0 else 0 <= last < line):
            found.append(last)
        if not found:
            return None
        return min(found) if step > 0 else max(found)

    def hidden_before(self, line: int) -> int:
        """Return how many lines before a line are hidden."""
        return self.levels.hidden_before(line)

    def shown(self, number: int) -> int:
        """Return the line that has an index among the lines that are not hidden."""
        return self.levels.line_of(number)

    def attempt(self, number: int) -> int | None:
        """Return the line at which an attempt begins; None where its heading is not found."""
        if number == 1:
            return 0
        wanted = [f"octotui: attempt {number}"]
        headings = islice(self.levels.starts_of("highlight"), HEADINGS)
        return next((line for line in headings if self.reader.lines(line, line + 1) == wanted), None)

    def scans(self, pattern: Pattern) -> Sequence[Scan]:
        """Return searches that together find the matching lines of all."""
        return (_JobScan(self.path, pattern, self.reader),)

    def close(self) -> None:
        """Close the files."""
        self.reader.close()


class _JobScan(LineScan):
    """A search of what a reader looks at."""

    def __init__(self, path: Path, pattern: Pattern, reader: LogReader) -> None:
        super().__init__(path, pattern)
        self._reader = reader

    def run(self, most: int | None = None) -> Iterator[list[int]]:
        yield from super().run(self._reader.end if most is None else most)
