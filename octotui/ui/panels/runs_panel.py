"""The pane with the list of runs."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive

from octotui.engine.queries.query import EVERYTHING, Query
from octotui.engine.state import State
from octotui.store.journal.search_summary import SearchSummary
from octotui.ui.key_actions import KeyAction, key_of
from octotui.ui.panels.query_line import QueryLine
from octotui.ui.styled_text import Span, cut, glyphs_of, length, sign, spread
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.pane_heading import PaneHeading
from octotui.ui.widgets.plain_text import PlainText
from octotui.views import runs
from octotui.views.labels import Glyphs, counted
from octotui.views.queries.known import known_values
from octotui.views.queries.matching import matching
from octotui.views.runs import EndedRun, RunRow

RECENT = 100  # ended and open runs that are listed without asking for more
COUNTED = 2.0  # seconds until a count is looked up again
NEAR = 50  # lines from the end at which more are asked for


class HistoryPages:
    """How far older runs of a query are known; `count` is how many have ended that it finds, of how many."""

    def __init__(self, query: Query = EVERYTHING) -> None:
        self.query = query
        self.count: tuple[int, int] | None = None
        self.counted_at = 0.0
        self.before: int | None = None
        self.whole = self.asked = False

    def count_is_old(self, now: float) -> bool:
        """Whether runs that have ended since may have changed the count."""
        return now - self.counted_at >= COUNTED

    def take(self, records: Sequence[EndedRun], *, whole: bool) -> None:
        """Note a page."""
        self.asked, self.whole = False, whole
        self.before = min((each.number for each in records), default=self.before)


class RunsPanel(Vertical):
    """Every run that is open, then what has ended; the one under the cursor is looked at."""

    HELP = """Runs that are open, in the order they were asked for, then those that have ended.
Of queued runs those moved to the top go first, then those with priority, then the rest.
A run that executes but only waits shows as waiting; its tree says for what.
In a guided run a step that failed asks what to do about it."""
    KEYS_TITLE = "In the list of runs"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "slash",
            "filter",
            "filter",
            title="Filter the runs",
            tooltip="By words, state:failed, env:test, since:8h …",
        ),
        KeyAction(
            "F",
            "views",
            "views",
            show=False,
            title="Saved views",
            tooltip="Choose a filter by name, or save one",
        ),
        KeyAction("escape", "drop_filter", "no filter", tooltip="Show all runs again"),
    ]

    state: reactive[State] = reactive(State(), repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)
    past: reactive[Sequence[EndedRun]] = reactive(tuple, repaint=False)

    class Chosen(Message):
        """The cursor is on another run."""

        def __init__(self, run: str | None) -> None:
            super().__init__()
            self.run = run

    class Opened(Chosen):
        """The run under the cursor is to be opened."""

    class Wanted(Message):
        """Older runs are to be looked up: those that a query finds, before this number."""

        def __init__(self, query: Query, before: int | None) -> None:
            super().__init__()
            self.query = query
            self.before = before

    class Uncounted(Message):
        """How many ended runs a query finds is to be looked up."""

        def __init__(self, query: Query) -> None:
            super().__init__()
            self.query = query

    class ViewsWanted(Message):
        """Saved views are to be offered; `text` is the present filter."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__()
        self._order: tuple[str, ...] = ()
        self._wanted = self._detail_text = ""
        self._kept: dict[str, EndedRun] = {}
        self._pages = HistoryPages()
        self._values: dict[str, dict[str, str]] = {}

    def compose(self) -> ComposeResult:
        """The heading, the list, and its filter."""
        yield PaneHeading("Runs")
        yield LineList(self._draw, empty=self._why_empty(""), id="runs")
        yield PlainText("", id="detail")
        yield QueryLine(lambda: self.now, lambda: known_values(self.state, self._values))

    @property
    def lines(self) -> LineList:
        """The list itself."""
        return self.query_one(LineList)

    def watch_state(self, old: State, new: State) -> None:
        """List again when a run came or ended; otherwise only draw."""
        if old is not new and self.is_mounted:
            self._list(changed=old.families is not new.families)

    def watch_past(self) -> None:
        """List again with what has ended."""
        self._list()

    def watch_now(self) -> None:
        """Draw the times."""
        if self.is_mounted:
            self.lines.repaint()
            self._detail()

    def on_mount(self) -> None:
        """List for the first time."""
        self._list()

    def _list(self, *, changed: bool = True) -> None:
        if not self.is_mounted or not self.state.seq:
            return
        line = self._line
        if changed:
            self._kept.update((each.id, each) for each in self.past)
            self._pages.count = None if self._pages.count_is_old(self.now) else self._pages.count
            self._order = runs.order(self.state, tuple(self._kept.values()))
        names = self._order
        if line.text:
            names = matching(self.state, self._kept, names, line.query_asked)
        count = f"{len(names)}/{len(self._order)}" if line.text else str(len(names))
        count = count if self._is_whole else f"{count}+"
        self.query_one(PaneHeading).say(right=((count, "muted"),))
        self.lines.empty = self._why_empty(line.text)
        self.lines.show(names)
        if self._wanted in self._order:
            wanted, self._wanted = self._wanted, ""
            if not self.lines.select(wanted):
                line.drop()
                self.lines.show(self._order)
                self.lines.select(wanted)
        self._detail()
        self._count()

    @property
    def _line(self) -> QueryLine:
        return self.query_one(QueryLine)

    def _count(self) -> None:
        """Say how many runs the query finds, and ask anew where that may be old."""
        pages = self._pages
        if not self._line.text:
            return
        if pages.count is None and self.now - pages.counted_at >= COUNTED:
            pages.counted_at = self.now
            self.post_message(self.Uncounted(pages.query))
        if pages.count is not None:
            found, total = pages.count
            still = [name for name, run in self.state.runs.items() if not run.ended]
            found += len(matching(self.state, self._kept, still, pages.query))
            self._line.count(found, total + len(still))
        elif self._is_whole:
            self._line.count(len(self.lines.keys), len(self._order))

    def learn(self, query: Query, summary: SearchSummary | None) -> None:
        """Take how many ended runs a query finds, and what values they have."""
        if summary is not None and query == self._pages.query:
            self._values = summary.values
            self._pages.count = (summary.found, summary.total)
            self._line.learn()
            self._count()

    def _row(self, name: str) -> RunRow | None:
        row = runs.row(self.state, name, self.now)
        if row is None and name in self._kept:
            return runs.past_row(self.state.model, self._kept[name], self.now)
        return row

    def _detail(self) -> None:
        """Say in a line what the run under the cursor waits for; narrow terminals show it."""
        row = self._row(self.lines.key or "")
        text = glyphs_of(self).text(row.detail) if row is not None else ""
        if text != self._detail_text:
            self._detail_text = text
            detail = self.query_one("#detail", PlainText)
            detail.set_class(bool(text), "-told")
            detail.update(text)

    def _draw(self, name: str, width: int) -> list[Span]:
        row = self._row(name)
        number = len(f"run-{self.state.next_run}")
        return [] if row is None else draw(row, width, number, glyphs_of(self))

    @property
    def _is_whole(self) -> bool:
        """Whether everything there is to list, by the filter, is here."""
        return self._pages.whole or len(self.past) < RECENT

    def _ask(self) -> None:
        """Ask for older runs when the cursor comes near the end of the list."""
        near = self.lines.cursor >= len(self.lines.keys) - NEAR
        if near and not self._is_whole and not self._pages.asked:
            self._pages.asked = True
            before = self._pages.before
            if before is None and self._pages.query == EVERYTHING:
                before = min(each.number for each in self.past)
            self.post_message(self.Wanted(self._pages.query, before))

    def add(self, query: Query, records: Sequence[EndedRun], *, whole: bool) -> None:
        """Take a page of older runs; `whole` says that it was the last. One of another query is late."""
        if query == self._pages.query:
            self._pages.take(records, whole=whole)
            self._kept.update((each.id, each) for each in records)
            self._list()
            self._ask()

    def select(self, run: str) -> None:
        """Put the cursor on a run, as soon as it is known and whatever the filter was."""
        self._wanted = run
        self._list()

    def _why_empty(self, query: str) -> str:
        if not query:
            return f"No runs yet: {key_of(type(self.screen), 'start')} starts one."
        return f"No run matches “{query}”: {key_of(RunsPanel, 'drop_filter')} drops the filter."

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to drop a filter where there is one; elsewhere the key is the screen's."""
        return action != "drop_filter" or bool(self.is_mounted and self._line.text)

    def action_drop_filter(self) -> None:
        """Show all runs again."""
        self._line.drop()

    def action_views(self) -> None:
        """Offer the saved views."""
        self.post_message(self.ViewsWanted(self._line.text))

    def show_view(self, text: str) -> None:
        """Filter by a view."""
        self._line.put(text)
        self.lines.focus()

    def action_filter(self) -> None:
        """Type a filter."""
        if not self._values:
            self.post_message(self.Uncounted(self._pages.query))
        self._line.ask()

    @on(QueryLine.Changed)
    def _filter(self, event: QueryLine.Changed) -> None:
        event.stop()
        self._pages = HistoryPages(self._line.query_asked)
        self._list(changed=False)
        self._ask()
        self.refresh_bindings()

    @on(QueryLine.Left)
    def _back(self, event: QueryLine.Left) -> None:
        event.stop()
        self._list(changed=False)
        self.refresh_bindings()
        self.lines.focus()

    @on(LineList.Opened)
    def _open(self, event: LineList.Opened) -> None:
        event.stop()
        self.post_message(self.Opened(event.key))

    @on(LineList.Moved)
    def _choose(self, event: LineList.Moved) -> None:
        event.stop()
        if not isinstance(event, LineList.Opened):
            self._detail()
            self._ask()
            self.post_message(self.Chosen(event.key))


def draw(row: RunRow, width: int, number: int, glyphs: Glyphs) -> list[Span]:
    """A run in one line: sign, id, name, place; word and time at the right."""
    right: list[Span] = [(f"{row.mark.word:<10}", row.mark.role), (f"{row.time:>6}", "muted")]
    if width < 44:
        right = right[:1]
    if row.warnings:
        text = counted(row.warnings, "warning") if width >= 64 else f"!{row.warnings}"
        right.insert(0, (f"{text} ", "warned"))
    head: list[Span] = [sign(row.mark, glyphs), (f"{row.id:<{number}} ", "muted")]
    room = width - length(head) - length(right) - 1
    where = cut([(row.where, "muted")], max(0, min(12 if width < 64 else 24, room - 11)), glyphs)
    forward: list[Span] = [("↑ ", "lit")] if row.ahead else []
    name = cut([*forward, (row.name, "plain")], room - length(where) - 1, glyphs)
    if width >= 64:
        name.append((" " * (24 - length(name)), "plain"))
    return spread([*head, *name, (" ", "plain"), *where], right, width, glyphs)
