"""How far older runs of a query are known, and how many there are."""

from collections.abc import Sequence

from octotui.engine.queries.query import EVERYTHING, Query
from octotui.views.runs import EndedRun

COUNTED = 2.0  # seconds until a count is looked up again


class HistoryPages:
    """The pages fetched for a query; `count` is how many ended runs it finds, of how many there are."""

    def __init__(self, query: Query = EVERYTHING) -> None:
        self.query = query
        self.count: tuple[int, int] | None = None
        self.before: int | None = None
        self.whole = self.asked = False
        self._counted_at = 0.0

    def take(self, records: Sequence[EndedRun], *, whole: bool) -> None:
        """Note a page."""
        self.asked, self.whole = False, whole
        self.before = min((each.number for each in records), default=self.before)

    def expire(self, now: float) -> None:
        """Forget a count that runs which have ended since may have changed."""
        if now - self._counted_at >= COUNTED:
            self.count = None

    def should_count(self, now: float) -> bool:
        """Whether the count is to be looked up; at most once in a while."""
        due = self.count is None and now - self._counted_at >= COUNTED
        if due:
            self._counted_at = now
        return due
