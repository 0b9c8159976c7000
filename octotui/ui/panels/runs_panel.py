"""The pane with the list of runs."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.reactive import reactive

from octotui.engine.queries.query import EVERYTHING, Query
from octotui.engine.state import State
from octotui.store.journal.search_summary import SearchSummary
from octotui.store.user_config import ListSetting
from octotui.ui.key_actions import key_of
from octotui.ui.panels.query_line import QueryLine
from octotui.ui.panels.run_detail import RunDetail
from octotui.ui.panels.run_messages import (
    ColumnsWanted,
    RunChosen,
    RunOpened,
    ViewsWanted,
)
from octotui.ui.panels.runs.history_line import HistoryLine
from octotui.ui.panels.runs.run_keys import RUN_KEYS
from octotui.ui.panels.runs_table import RunsTable
from octotui.ui.styled_text import glyphs_of, zone_of
from octotui.ui.widgets.column_head import ColumnHead
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.pane_heading import PaneHeading
from octotui.views.lists.columns import CellContext
from octotui.views.runs import EndedRun

NEAR = 50  # lines from the end at which more are asked for


class RunsPanel(Vertical):
    """Every run that is open, then what has ended; the one under the cursor is looked at."""

    HELP = """Runs that are open, in the order they were asked for, then those that have ended.
Of queued runs those moved to the top go first, then those with priority, then the rest. A run that executes
but only waits shows as waiting; its tree says for what. In a guided run a failed step asks what to do.
A wider terminal shows more columns."""
    KEYS_TITLE = "In the list of runs"
    BINDINGS: ClassVar[list[BindingType]] = RUN_KEYS

    state: reactive[State] = reactive(State(), repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)
    past: reactive[Sequence[EndedRun]] = reactive(tuple, repaint=False)

    def __init__(self, setting: ListSetting = ListSetting()) -> None:  # noqa: B008 - it is immutable
        super().__init__()
        self._table, self._wanted = RunsTable(setting), ""

    def compose(self) -> ComposeResult:
        """The heading, the list, and its filter."""
        yield PaneHeading("Runs")
        yield ColumnHead()
        yield LineList(self._table.draw, empty=self._why_empty(""), id="runs")
        yield RunDetail(id="detail")
        yield HistoryLine(self._table, lambda: self.now, lambda: self.state)

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
        """Draw the times, and sort again by what may have changed meanwhile."""
        self._list(changed=False, again=True)

    def on_mount(self) -> None:
        """List for the first time."""
        self._list()

    def on_resize(self) -> None:
        """Say which columns there are at another width."""
        self.call_after_refresh(self._say_columns)

    def _list(self, *, changed: bool = True, again: bool = False) -> None:
        if not self.is_mounted or not self.state.seq:
            return
        table, line = self._table, self._line
        table.look(self.state, CellContext(self.now, zone_of(self), glyphs_of(self)))
        if changed:
            table.add(self.past)
            table.find()
            line.expire()
        names = table.matching(line.active_query, again=changed or again)
        more = "" if line.is_whole(self.past) else "+"
        count = f"{len(names)}{f'/{len(table.order)}' if line.text else ''}{more}"
        self.query_one(PaneHeading).say(right=((count, "muted"),))
        self.lines.empty = self._why_empty(line.text)
        self.lines.show(names)
        if self._wanted in table.order:
            wanted, self._wanted = self._wanted, ""
            if not self.lines.select(wanted):
                line.drop()
                self.lines.show(table.matching(EVERYTHING, again=False))
                self.lines.select(wanted)
        self._detail()
        self._say_columns()
        line.say_count(self.past, len(self.lines.keys))

    @property
    def _line(self) -> HistoryLine:
        return self.query_one(HistoryLine)

    def learn(self, query: Query, summary: SearchSummary | None) -> None:
        """Take how many ended runs a query finds, and what values they have."""
        if self._line.take_summary(query, summary):
            self._line.say_count(self.past, len(self.lines.keys))

    def _say_columns(self) -> None:
        """Say above the list what its columns are, as wide as those are now."""
        self.query_one(ColumnHead).spans = self._table.head(self.lines.line_width)

    def _detail(self) -> None:
        """Say in a line what the run under the cursor waits for; narrow terminals show it."""
        row = self._table.row(self.lines.key or "")
        self.query_one(RunDetail).show(row.detail if row is not None else "")

    def _ask(self) -> None:
        """Ask for older runs when the cursor comes near the end of the list."""
        if self.lines.cursor >= len(self.lines.keys) - NEAR:
            self._line.ask_page(self.past)

    def add(self, query: Query, records: Sequence[EndedRun], *, whole: bool) -> None:
        """Take a page of older runs; `whole` says that it was the last. One of another query is late."""
        if self._line.take_page(query, records, whole=whole):
            self._table.add(records)
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

    def action_filter(self) -> None:
        """Type a filter."""
        self._line.ask()

    def action_views(self) -> None:
        """Offer the saved views."""
        self.post_message(ViewsWanted(self._line.text))

    def show_view(self, text: str) -> None:
        """Filter by a view."""
        self._line.put(text)
        self.lines.focus()

    def action_columns(self) -> None:
        """Have columns and order chosen."""
        self.post_message(ColumnsWanted(self._table.usual, self._table.columns, self._table.setting.sort))

    def take_setting(self, setting: ListSetting) -> None:
        """Take columns and order."""
        self._table.arrange(setting)
        self._list(changed=False)

    @on(QueryLine.Changed)
    def _filter(self, event: QueryLine.Changed) -> None:
        event.stop()
        self._line.restart()
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
        self.post_message(RunOpened(event.key))

    @on(LineList.Moved)
    def _choose(self, event: LineList.Moved) -> None:
        event.stop()
        if not isinstance(event, LineList.Opened):
            self._detail()
            self._ask()
            self.post_message(RunChosen(event.key))
