"""The filter of the runs with its count: it asks for what has ended long ago, page by page."""

from collections.abc import Callable, Mapping, Sequence

from textual.message import Message

from octotui.engine.queries.query import EVERYTHING, Query
from octotui.engine.state import State
from octotui.store.journal.search_summary import SearchSummary
from octotui.ui.panels.query_line import QueryLine
from octotui.ui.panels.run_messages import CountWanted, PageWanted
from octotui.ui.panels.run_pages import HistoryPages
from octotui.ui.panels.runs_table import RunsTable
from octotui.views.queries.known import known_values
from octotui.views.runs import EndedRun

RECENT = 100  # ended and open runs that are listed without asking for more


class HistoryLine(QueryLine):
    """A query line that knows how far the runs it finds are loaded, and how many there are."""

    def __init__(self, table: RunsTable, now: Callable[[], float], state: Callable[[], State]) -> None:
        """`state` is the present State, `table` has the runs that are known."""
        super().__init__(now, lambda: known_values(state(), self._values))
        self._table = table
        self._pages = HistoryPages()
        self._values: Mapping[str, Mapping[str, str]] = {}

    @property
    def active_query(self) -> Query:
        """What the list is filtered by."""
        return self.query_asked if self.text else EVERYTHING

    def is_whole(self, recent: Sequence[EndedRun]) -> bool:
        """Return whether all matches are known: the recent runs, and the fetched pages."""
        return self._pages.whole or len(recent) < RECENT

    def restart(self) -> None:
        """Begin with the first page of another query."""
        self._pages = HistoryPages(self.query_asked)

    def expire(self) -> None:
        """Forget a count that runs which have ended since may have changed."""
        self._pages.expire(self._now())

    def ask_page(self, recent: Sequence[EndedRun]) -> None:
        """Ask for the next page of older runs, where there is one and nobody has asked for it."""
        if self.is_whole(recent) or not self._pages.should_ask(self._now()):
            return
        self._pages.asked = True
        before = self._pages.before
        if before is None and self._pages.query == EVERYTHING:
            before = min(each.number for each in recent)
        self._tell(PageWanted(self._pages.query, before))

    def _tell(self, message: Message) -> None:
        """Post a message to the screen: Textual ends one that the parent causes at the parent."""
        self.screen.post_message(message)

    def take_page(self, query: Query, records: Sequence[EndedRun], *, whole: bool) -> bool:
        """Note a page, `whole` that it was the last; False where it is one of another query, and late."""
        if query != self._pages.query:
            return False
        self._pages.take(records, whole=whole)
        return True

    def fail_page(self, query: Query) -> None:
        """Note that a page cannot be fetched now, so that it is asked for again."""
        if query == self._pages.query:
            self._pages.fail(self._now())

    def ask_again(self, recent: Sequence[EndedRun]) -> None:
        """Ask for the page again that could not be fetched, if any."""
        if self._pages.has_failed:
            self.ask_page(recent)

    def say_count(self, recent: Sequence[EndedRun], listed: int) -> None:
        """Say how many runs the query finds, and ask anew where that may be old."""
        if not self.text:
            return
        if self._pages.should_count(self._now()):
            self._tell(CountWanted(self._pages.query))
        if self._pages.count is not None:
            open_found, still = self._table.count_open(self._pages.query)
            found, total = self._pages.count
            self.count(found + open_found, total + still)
        elif self.is_whole(recent):
            self.count(listed, len(self._table.order))

    def take_summary(self, query: Query, summary: SearchSummary | None) -> bool:
        """Take how many ended runs a query finds, and their values; False where it is another query's."""
        if summary is None or query != self._pages.query:
            return False
        self._values = summary.values
        self._pages.count = (summary.found, summary.total)
        self.learn()
        return True

    def ask(self) -> None:
        """Open the line, and have values looked up that complete what is typed."""
        if not self._values:
            self._tell(CountWanted(self._pages.query))
        super().ask()
