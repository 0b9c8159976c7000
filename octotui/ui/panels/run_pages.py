"""How far older runs of a filter are known."""

from collections.abc import Sequence

from octotui.views.runs import EndedRun


class HistoryPages:
    """The pages of older runs that were fetched for a filter."""

    def __init__(self, words: tuple[str, ...] = ()) -> None:
        self.words = words
        self.before: int | None = None
        self.found: set[str] = set()
        self.whole = self.asked = False

    def take(self, records: Sequence[EndedRun], *, whole: bool) -> None:
        """Note a page."""
        self.asked, self.whole = False, whole
        self.found.update(each.id for each in records)
        self.before = min((each.number for each in records), default=self.before)
