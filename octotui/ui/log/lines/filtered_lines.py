"""The lines that a filter leaves: those that match, and some around them."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable

from octotui.ui.log.lines.search import MOST, Search

AROUND_AT_MOST = 100


class FilteredLines:
    """The matching lines of a search, in order, each with up to `around` lines before and after it.

    As of the last `update`; `count` is their number.
    """

    def __init__(self, search: Search, around: int = 0) -> None:
        self.search = search
        self.around = min(around, AROUND_AT_MOST)
        self.count = 0
        self._lines = array("Q")
        self._taken = 0  # matches that are among the lines
        self._merges = 0
        self._counted = 0  # lines of the log

    def update(self, count: int, is_hidden: Callable[[int], bool] = lambda line: False) -> None:
        """Take what was found since; `count` is the number of lines of the log."""
        hits = self.search.hits
        if not self.around:
            self._lines = hits
        else:
            if self.search.merges != self._merges:
                self._merges, self._taken = self.search.merges, 0
            self._take(hits, count, is_hidden)
        self.count = bisect_left(self._lines, count)

    def _take(self, hits: "array[int]", count: int, is_hidden: Callable[[int], bool]) -> None:
        """Add matches with the lines around them; again those that lines may follow by now."""
        self._taken = min(self._taken, len(hits))
        while self._taken and hits[self._taken - 1] + self.around >= self._counted:
            self._taken -= 1
        self._counted = count
        known = hits[self._taken - 1] + self.around if self._taken else -1
        del self._lines[bisect_right(self._lines, known) :]
        while self._taken < len(hits) and len(self._lines) < MOST:
            hit = hits[self._taken]
            first = max(0, hit - self.around, known + 1)
            known = min(hit + self.around, count - 1)
            self._lines.extend(line for line in range(first, known + 1) if not is_hidden(line))
            self._taken += 1

    def line(self, number: int) -> int:
        """Return the line with a number here; the last one beyond them."""
        return self._lines[min(number, len(self._lines) - 1)] if self._lines else 0

    def place(self, line: int) -> int:
        """Return the number here of a line, or of the next one that is left."""
        return min(bisect_left(self._lines, line), self.count)

    def holds(self, line: int) -> bool:
        """Return whether a line is left."""
        number = self.place(line)
        return number < self.count and self.line(number) == line
