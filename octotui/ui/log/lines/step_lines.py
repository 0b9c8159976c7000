"""The lines of several logs, one log after the other, each under a heading by which it is folded.

They are those that there were when they were put together: a log that grows moves no line of the next.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from octotui.ui.log.lines.job_lines import Scan
from octotui.ui.log.lines.line_scan import LineScan
from octotui.ui.log.lines.merged_lines import LinesOfJobs, LogPart, MergedLines
from octotui.ui.log.lines.patterns import Pattern

FOLDED, UNFOLDED = "+", "-"


class StepLines(LinesOfJobs):
    """The lines of logs job by job; a folded job is its heading alone."""

    name_width = 0

    def __init__(self, merged: MergedLines) -> None:
        self._merged = merged
        self._parts = [part for part in merged.parts if part.taken]
        self._lengths = [part.taken for part in self._parts]
        self._folded = [True] * len(self._parts)
        self._number()

    def _number(self) -> None:
        sizes = (
            1 + (0 if folded else length) for folded, length in zip(self._folded, self._lengths, strict=True)
        )
        *self._starts, self.count = accumulate(sizes, initial=0)

    def toggle(self, number: int) -> int:
        """Fold or unfold the job of a line; return the number of its heading."""
        if not self._parts:
            return 0
        row = self._row(number)
        self._folded[row] = not self._folded[row]
        self._number()
        return self._starts[row]

    def unfold(self) -> None:
        """Unfold all jobs, to search them."""
        self._folded = [False] * len(self._parts)
        self._number()

    def _row(self, number: int) -> int:
        return max(0, bisect_right(self._starts, number) - 1)

    def _at(self, number: int) -> tuple[LogPart, int]:
        """Return the log of a number, and the line there; -1 of the heading."""
        row = self._row(number)
        return self._parts[row], number - self._starts[row] - 1

    @property
    def last_lines(self) -> Sequence[int]:
        """None: they do not grow."""
        return ()

    def refresh(self) -> bool:
        """Return False: they do not grow."""
        return False

    def lines(self, first: int, last: int) -> list[str]:
        """Return the raw lines from `first` up to, but excluding, `last`."""
        found: list[str] = []
        last = min(last, self.count)
        while first < last:
            row = self._row(first)
            end = min(last, self._starts[row + 1] if row + 1 < len(self._starts) else self.count)
            part, line = self._at(first)
            if line < 0:
                found.append(self._heading(row))
                first, line = first + 1, 0
            here = self._merged.opened(part).lines.lines(line, line + end - first)
            found += here + [""] * (end - first - len(here))
            first = end
        return found

    def _heading(self, row: int) -> str:
        count = self._lengths[row]
        sign = FOLDED if self._folded[row] else UNFOLDED
        return f"{sign} {self._parts[row].name}: {count:,} line{'s' * (count > 1)}"

    def time_of(self, line: int) -> float | None:
        """Return when a line was printed; of a heading, when the first one was."""
        part, there = self._at(line)
        return self._merged.opened(part).lines.time_of(max(0, there))

    def line_at(self, at: float) -> int:
        """Return the first heading or line that was printed at a time or after it."""
        return next(
            (number for number in self._starts if (self.time_of(number) or 0.0) >= at), self.count - 1
        )

    def level(self, line: int) -> str:
        """Return the level of a line; headings are highlighted."""
        part, there = self._at(line)
        return part.lines.level(there) if there >= 0 else "highlight"

    def is_stderr(self, line: int) -> bool:
        """Return whether a line came from stderr, where that is told apart."""
        part, there = self._at(line)
        return there >= 0 and part.lines.is_stderr(there)

    def name_of(self, line: int) -> str:
        """Return nothing: headings say it."""
        return ""

    def problem(self, line: int, step: int) -> int | None:
        """Return where the next errors, warnings or lines of stderr begin, or the ones before."""
        rows = range(self._row(line), len(self._parts)) if step > 0 else range(self._row(line), -1, -1)
        for row in rows:
            start, length = self._starts[row], self._lengths[row]
            here = max(-1, line - start - 1) if step > 0 else min(length, line - start - 1)
            there = self._parts[row].lines.problem(here, step)
            if there is not None and there < length and not self._folded[row]:
                return start + 1 + there
        return None

    def scans(self, pattern: Pattern) -> Sequence[Scan]:
        """Return a search for each job that is unfolded."""
        rows = (row for row, folded in enumerate(self._folded) if not folded)
        return [_StepScan(self._parts[row], self._starts[row] + 1, pattern) for row in rows]

    def close(self) -> None:
        """Close the files."""
        self._merged.close()


class _StepScan:
    unfinished = None

    def __init__(self, part: LogPart, start: int, pattern: Pattern) -> None:
        self._start = start
        self._size = part.size
        self._scan = LineScan(part.lines.path, pattern)

    def run(self) -> Iterator[list[int]]:
        for lines in self._scan.run(self._size):
            yield [self._start + line for line in lines]
