"""The pane with the list of runs."""

from collections.abc import Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.reactive import reactive

from octotui.engine.queries.query import EVERYTHING, Query
from octotui.engine.state import State
from octotui.store.journal.search_summary import SearchSummary
from octotui.store.user_config import ListSetting
from octotui.ui.panels.query_line import QueryLine
from octotui.ui.panels.run_detail import RunDetail
from octotui.ui.panels.run_messages import RunChosen, RunOpened
from octotui.ui.panels.runs.filtered_pane import FilteredPane
from octotui.ui.panels.runs.history_line import HistoryLine
from octotui.ui.panels.runs.run_forecasts import RunForecasts
from octotui.ui.panels.runs.run_lines import RunLines
from octotui.ui.panels.runs_table import RunsTable
from octotui.ui.styled_text import glyphs_of, zone_of
from octotui.ui.widgets.coalesced import CoalescedAfterKeys
from octotui.ui.widgets.column_head import ColumnHead
from octotui.ui.widgets.column_lines import ColumnLines
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.pane_heading import PaneHeading, beside
from octotui.views.lists.columns import CellContext
from octotui.views.runs import EndedRun, RunRow

NEAR = 50  # lines from the end at which more are asked for


class RunsPanel(FilteredPane):
    """Every run that is open, then what has ended; the one under the cursor is looked at."""

    HELP = """Runs that are open, in the order they were asked for, then those that have ended. Of queued runs
those moved to the top go first, then those with priority, then the rest. A run that executes but only waits
shows as waiting; its tree says for what. In a guided run a failed step asks what to do. A run that started
others stands for all of them, with the state that needs people first, until it is unfolded."""
    state: reactive[State] = reactive(State(), repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)
    past: reactive[Sequence[EndedRun]] = reactive(tuple, repaint=False)

    def __init__(self, setting: ListSetting = ListSetting()) -> None:  # noqa: B008 - it is immutable
        super().__init__()
        self._table, self._wanted = RunsTable(setting), ""
        self._changed = self._again = False  # whether runs came or ended, or the order may be another
        self._forecasts = RunForecasts(self, self._table, self._take_forecast)
        self._listing = CoalescedAfterKeys(self, self._follow)

    def compose(self) -> ComposeResult:
        """Yield the heading, the list, and its filter."""
        yield PaneHeading("Runs")
        yield ColumnHead()
        yield RunLines(self._table, empty=self.why_empty())
        yield RunDetail(id="detail")
        yield HistoryLine(self._table, lambda: self.now, lambda: self.state)

    def watch_state(self, old: State, new: State) -> None:
        """List again when a run came or ended; otherwise only draw."""
        self._changed = self._changed or old.families is not new.families
        self._listing()

    def watch_past(self) -> None:
        """List again with what has ended."""
        self._changed = True
        self._listing()

    def watch_now(self, old: float, new: float) -> None:
        """Draw the times; once a second, sort again by what may have changed, and ask again what failed."""
        self._again = self._again or int(old) != int(new)
        self.line.ask_again(self.past)
        self._listing()

    def on_mount(self) -> None:
        """List for the first time."""
        self._list()

    def on_resize(self) -> None:
        """Say which columns there are at another width."""
        self.call_after_refresh(self._say)

    def _list(self) -> None:
        """List again, whatever has changed."""
        self._changed = True
        self._follow()

    def _follow(self) -> None:
        """List what has changed since it was listed last."""
        if not self.is_mounted or not self.state.seq:
            return
        changed, again, self._changed, self._again = self._changed, self._again, False, False
        table, line = self._table, self.line
        table.look(self.state, CellContext(self.now, zone_of(self), glyphs_of(self)))
        self._forecasts.look_ahead(self.state, self.now)
        if changed:
            table.add(self.past)
            table.find()
            line.expire()
        self.lines.has_more, self.lines.empty = not line.is_whole(self.past), self.why_empty()
        self.lines.outline(line.active_query, again=changed or again)
        if self._wanted in table.order:
            wanted, self._wanted = self._wanted, ""
            if not self.lines.uncover(wanted, line.active_query):
                line.drop()
                self.lines.uncover(wanted, EVERYTHING)
        self._say()

    def _take_forecast(self) -> None:
        self._again = True
        self._listing()

    def _say(self) -> None:
        """Say around the list its columns, how many runs it has, and what the chosen one waits for."""
        line, lines = self.line, self.lines
        self.query_one(ColumnHead).spans = self._table.head(lines.line_width)
        row = self._table.row(lines.key or "")
        self.query_one(RunDetail).show(row.detail if row is not None else "")
        counts = lines.counts(is_filtered=bool(line.text))
        self.query_one(PaneHeading).say(
            right=beside(self._table.layout.unseen_sort(lines.line_width), counts)
        )
        line.say_count(self.past, lines.found)

    def learn(self, query: Query, summary: SearchSummary | None) -> None:
        """Take how many ended runs a query finds, and what values they have."""
        if self.line.take_summary(query, summary):
            self._say()

    def _ask(self) -> None:
        """Ask for older runs when the cursor comes near the end of the list."""
        if self.lines.cursor >= len(self.lines.keys) - NEAR:
            self.line.ask_page(self.past)

    def add(self, query: Query, records: Sequence[EndedRun], *, whole: bool) -> None:
        """Take a page of older runs; `whole` says that it was the last. One of another query is late."""
        if self.line.take_page(query, records, whole=whole):
            self._table.add(records)
            self._list()
            self._ask()

    def select(self, run: str) -> None:
        """Put the cursor on a run, as soon as it is known and whatever the filter was."""
        self._wanted = run
        self._list()

    @property
    def ended(self) -> Mapping[str, EndedRun]:
        """The known records of runs that have ended, by run."""
        return self._table.kept

    def row_of(self, run: str) -> RunRow | None:
        """Return the row of a known run."""
        return self._table.row(run)

    def go_to_next(self, sign: str) -> str | None:
        """Put the cursor on the next run that stands so, be it folded away; None where there is none."""
        if run := self._table.next_of(self.lines.key, self.lines.matches, sign):
            self.select(run)
        return run

    @on(QueryLine.Changed)
    def _filter(self, event: QueryLine.Changed) -> None:
        event.stop()
        self.line.restart()
        self._follow()
        self._ask()
        self.follow_drop()

    @on(QueryLine.Left)
    def _back(self, event: QueryLine.Left) -> None:
        event.stop()
        self._follow()
        self.refresh_bindings()
        self.lines.focus()

    @on(RunLines.Refolded)
    @on(ColumnLines.Arranged)
    def _refold(self, event: Message) -> None:
        event.stop()
        self._follow()
        self._ask()
        self.refresh_bindings()

    @on(RunLines.Remarked)
    def _remark(self, event: RunLines.Remarked) -> None:
        event.stop()
        self._say()
        self.follow_drop()

    @on(LineList.Opened)
    def _open(self, event: LineList.Opened) -> None:
        event.stop()
        self.post_message(RunOpened(event.key))

    @on(LineList.Moved)
    def _choose(self, event: LineList.Moved) -> None:
        event.stop()
        if not isinstance(event, LineList.Opened):
            self._say()
            self._ask()
            self.post_message(RunChosen(event.key))
