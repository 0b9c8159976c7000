"""Search in the lines of logs, block by block."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from octotui.store.logs.line_levels import HIDDEN
from octotui.ui.log.lines.job_lines import LineSource, Scan
from octotui.ui.log.lines.patterns import Pattern

NOTHING = r"(?!)"  # never matches
MOST = 4_000_000  # lines that are found: 32 MB


class Search:
    """A search in lines, and the lines found so far, in order.

    With `brief`, hidden lines are skipped.
    """

    def __init__(self, text: str, lines: LineSource, brief: bool = False) -> None:
        self._brief = brief
        self.text = text
        self.hits = array("Q")
        self.running = False
        self.merges = 0  # how often lines were found before others that were known
        self.pattern = Pattern(text)
        self.gave_up = False
        self._lines = lines
        self._scans: list[Scan] = []
        self._early: list[int] = []  # found, and not among the others yet

    def run(self) -> Iterator[None]:
        """Search what is new, and unfinished lines again, which may have grown; yield between blocks.

        Lines for which the pattern takes too long are left out; where they are many, it gives up for good.
        """
        try:
            self._scans += self._lines.scans(self.pattern)[len(self._scans) :]  # of logs that were added
            for scan in () if self.gave_up or self.is_full else self._scans:
                self._drop(scan.unfinished)
                yield from self._found(scan)
        except TimeoutError:
            self.gave_up = True
            self.pattern = Pattern(NOTHING)
        self._merge()

    @property
    def is_full(self) -> bool:
        """Whether more lines match than are kept."""
        return len(self.hits) + len(self._early) >= MOST

    def _found(self, scan: Scan) -> Iterator[None]:
        for numbers in scan.run():
            if self._brief:
                numbers = [number for number in numbers if self._lines.level(number) not in HIDDEN]  # noqa: PLW2901
            if self._early or (numbers and self.hits and numbers[0] < self.hits[-1]):
                self._early += numbers
                if len(self._early) > len(self.hits) // 2:
                    self._merge()
            else:
                self.hits.extend(numbers)
            yield
            if self.is_full:
                return

    def _merge(self) -> None:
        if self._early:
            self.hits = array("Q", sorted([*self.hits, *self._early]))
            self._early = []
            self.merges += 1

    def _drop(self, line: int | None) -> None:
        """Drop an unfinished line, which is looked at again."""
        if line is not None:
            index = bisect_left(self.hits, line)
            if index < len(self.hits) and self.hits[index] == line:
                del self.hits[index]

    def state(self, line: int, sign: str = "/") -> str:
        """Return the search and its number of matches, for a title: `/error 3/41`."""
        if self.gave_up:
            return f"{sign}{self.text} takes too long: search for a simpler pattern"
        hits = self.hits
        index = bisect_left(hits, line)
        here = f"{index + 1:,}/" if index < len(hits) and hits[index] == line else ""
        count = f"{here}{len(hits):,}{'+' * self.is_full}" if hits or self.running else "not found"
        skipped = self.pattern.skipped
        more = f" · {skipped:,} line{'s take' if skipped > 1 else ' takes'} too long" if skipped else ""
        return f"{sign}{self.text} {count}{'…' if self.running else ''}{more}"

    def beside(self, line: int, step: int) -> int | None:
        """Return the next or previous matching line; None where there is none."""
        at = bisect_right(self.hits, line) if step > 0 else bisect_left(self.hits, line) - 1
        return self.hits[at] if 0 <= at < len(self.hits) else None

    def next(self, line: int, step: int) -> int:
        """Return the next or previous matching line, wrapping around."""
        hits = self.hits
        index = bisect_right(hits, line) if step > 0 else bisect_left(hits, line) - 1
        return hits[index % len(hits)]
