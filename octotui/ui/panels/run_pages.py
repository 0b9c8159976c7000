"""The pages of older runs that were fetched for a query, and the counts."""

from collections.abc import Sequence

from octotui.engine.queries.query import EVERYTHING, Query
from octotui.views.runs import EndedRun

COUNTED = 2.0  # seconds until a count is fetched again
REFUSED = 2.0  # seconds until a page that could not be fetched is asked for again


class HistoryPages:
    """The pages fetched for a query; `count` is (matching, total) of ended runs."""

    def __init__(self, query: Query = EVERYTHING) -> None:
        self.query = query
        self.count: tuple[int, int] | None = None
        self.before: int | None = None
        self.whole = self.asked = self.is_refused = False
        self._counted_at = 0.0
        self._refused_until = 0.0

    def take(self, records: Sequence[EndedRun], *, whole: bool) -> None:
        """Record a page."""
        self.asked, self.is_refused, self.whole = False, False, whole
        self.before = min((each.number for each in records), default=self.before)

    def refuse(self, now: float) -> None:
        """Record that the page which was asked for cannot be fetched now."""
        self.asked, self.is_refused, self._refused_until = False, True, now + REFUSED

    def should_ask(self, now: float) -> bool:
        """Return whether to ask for a page."""
        return not self.whole and not self.asked and now >= self._refused_until

    def expire(self, now: float) -> None:
        """Drop a count that may be stale, as runs have ended since."""
        if now - self._counted_at >= COUNTED:
            self.count = None

    def should_count(self, now: float) -> bool:
        """Return whether to fetch the count, rate-limited."""
        due = self.count is None and now - self._counted_at >= COUNTED
        if due:
            self._counted_at = now
        return due
