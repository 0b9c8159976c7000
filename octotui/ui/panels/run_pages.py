"""The pages of older runs that were fetched for a query, and the counts."""

from collections.abc import Sequence

from octotui.engine.queries.query import EVERYTHING, Query
from octotui.views.runs import EndedRun

COUNTED = 2.0  # seconds until a count is fetched again
RETRY = 2.0  # seconds until a page that could not be fetched is asked for again


class HistoryPages:
    """The pages fetched for a query; `count` is (matching, total) of ended runs."""

    def __init__(self, query: Query = EVERYTHING) -> None:
        self.query = query
        self.count: tuple[int, int] | None = None
        self.before: int | None = None
        self.whole = self.asked = self.has_failed = False
        self._counted_at = -COUNTED
        self._failed_at = -RETRY

    def take(self, records: Sequence[EndedRun], *, whole: bool) -> None:
        """Record a page."""
        self.asked, self.has_failed, self.whole = False, False, whole
        self.before = min((each.number for each in records), default=self.before)

    def fail(self, now: float) -> None:
        """Record that the page which was asked for cannot be fetched now."""
        self.asked, self.has_failed, self._failed_at = False, True, now

    def should_ask(self, now: float) -> bool:
        """Return whether to ask for a page: none just failed, also where the clock was set back since."""
        return not self.whole and not self.asked and not 0 <= now - self._failed_at < RETRY

    def expire(self, now: float) -> None:
        """Drop a count that may be stale, as runs have ended since."""
        if self._may_count(now):
            self.count = None

    def should_count(self, now: float) -> bool:
        """Return whether to fetch the count, rate-limited."""
        due = self.count is None and self._may_count(now)
        if due:
            self._counted_at = now
        return due

    def _may_count(self, now: float) -> bool:
        return not 0 <= now - self._counted_at < COUNTED
