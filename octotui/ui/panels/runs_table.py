"""The runs of the board in columns: which are listed in which order, and the line of each."""

from collections.abc import Collection, Iterable, Sequence

from msgspec.structs import replace

from octotui.engine.forecast import UNKNOWN
from octotui.engine.queries.query import Query
from octotui.engine.state import State
from octotui.store.user_config import ListSetting
from octotui.ui.styled_text import Span
from octotui.ui.widgets.column_layout import ColumnLayout
from octotui.views import runs
from octotui.views.lists import run_columns
from octotui.views.lists.columns import CellContext
from octotui.views.lists.families import (
    Families,
    ListedRun,
    families,
    members,
    outline,
)
from octotui.views.lists.family_rows import family_row
from octotui.views.queries.matching import matching
from octotui.views.runs import EndedRun, RunRow
from octotui.views.text.clock_times import clock_time

STALE = 1.0  # seconds after which a forecast is made anew
FEW = 100  # runs that are measured whenever one comes or ends
FAMILY = 4  # cells before a title in a list of families: `▸12 `


class RunsTable:
    """The rows of runs that are open or have ended, made one by one as they are seen."""

    def __init__(self, setting: ListSetting = ListSetting()) -> None:  # noqa: B008 - it is immutable
        self.state = State()
        self.scope = CellContext()
        self.order: tuple[str, ...] = ()
        self.families = Families()
        self.unfiltered_folds: dict[str, bool] = {}
        self.filtered_folds: dict[str, bool] = {}
        self._lines: dict[str, ListedRun] = {}
        self._listed: tuple[str, ...] = ()
        self._drawn: dict[str, tuple[object, list[Span]]] = {}
        self._depends: tuple[object, ...] = ()  # what the lines come from, unless they are sorted
        self._needs: dict[str, int] = run_columns.needed(self.state, {}, ())
        self._marks = 0  # cells of marks before titles
        self._measured: dict[str, bool] = {}  # the runs whose needs are known, and whether each was open
        self._measured_at = 0.0
        self._sorted: dict[tuple[str, ...], Sequence[str]] = {}
        self.coming = UNKNOWN  # the last forecast, which whoever shows the table has made
        self.kept: dict[str, EndedRun] = {}
        self.layout = ColumnLayout("runs", "runs", run_columns.COLUMNS, run_columns.USUAL, setting)

    def add(self, records: Iterable[EndedRun]) -> None:
        """Know of runs that have ended."""
        self.kept.update((each.id, each) for each in records)

    def count_open(self, query: Query) -> tuple[int, int]:
        """Count the open runs that match a query: (matches, all)."""
        still = [name for name in self.order if name in self.state.runs and not self.state.runs[name].ended]
        return len(matching(self.state, self.kept, still, query)), len(still)

    def look(self, state: State, scope: CellContext) -> None:
        """Take the present State, moment and zone: the widths of columns may be others."""
        may_warn = state.runs is not self.state.runs and len(self._listed) <= FEW
        self.state = state
        if may_warn:
            self._marks = self._marked(self._listed)
        self.scope = replace(scope, coming=self.coming if self._is_estimated else UNKNOWN)
        self._measure()

    @property
    def needs_forecast(self) -> bool:
        """Whether a column of estimates is shown, and the last forecast is not of the last second."""
        return self._is_estimated and not 0 <= self.scope.now - self.coming.at < STALE

    @property
    def _is_estimated(self) -> bool:
        sort = self.layout.sort
        shown = {*self.layout.shown, *((sort[0].name,) if sort else ())}
        return not run_columns.ESTIMATED.isdisjoint(shown)

    def find(self) -> None:
        """Find out again which runs there are, and forget the lines of others."""
        self.order = runs.order(self.state, tuple(self.kept.values()))
        self.families = families(self.state, self.kept, self.order)
        self._depends = ()  # a run that has ended needs other columns
        listed = {*self.order}
        self._drawn = {name: each for name, each in self._drawn.items() if name in listed}

    def matching(self, query: Query) -> tuple[str, ...]:
        """Return the runs that match a query, neither sorted nor folded."""
        return matching(self.state, self.kept, self.order, query)

    def outline(self, names: Collection[str] | None, *, again: bool) -> tuple[str, ...]:
        """Return the lines of the list: `names` that match with their parents; None lists all.

        With `again` they are sorted again though no run came or went: what is in them may have changed.
        """
        if again:
            self._sorted = {}
        depends = self.families, names, {**self.folds(names)}, self.layout.setting.sort
        if self.layout.sort is not None or depends != self._depends:
            self._depends = depends
            lines = outline(self.families, names, self.folds(names), self._arrange)
            self._lines = {each.id: each for each in lines}
            self._listed = tuple(self._lines)
            self._need()
            self._measure()
        return self._listed

    def _need(self) -> None:
        """Find out what the listed runs need; of many once a second, and in between of new ones only."""
        here = {name: name in self.state.runs for name in self._listed}
        names: Sequence[str] = self._listed
        if len(names) > FEW and 0 <= self.scope.now - self._measured_at < STALE:
            names = [name for name, is_open in here.items() if self._measured.get(name) is not is_open]
            more = run_columns.needed(self.state, self.kept, names)
            self._needs = {each: max(more[each], self._needs[each]) for each in more.keys() & self._needs}
            self._marks = max(self._marks, self._marked(names))
        else:
            self._measured_at = self.scope.now
            self._needs = run_columns.needed(self.state, self.kept, names)
            self._marks = self._marked(names)
        self._measured = here

    def _marked(self, names: Iterable[str]) -> int:
        """Return the cells that marks before titles need."""
        return run_columns.marked(self.state, self.kept, map(self._told_by, names))

    def _told_by(self, name: str) -> tuple[str, ...]:
        """Return the runs of which the line of a run tells: all of a folded family."""
        is_folded = self.families.children.get(name) and not self.is_unfolded(name)
        return (name, *self.families.below(name)) if is_folded else (name,)

    def next_of(self, name: str | None, names: Collection[str] | None, sign: str) -> str | None:
        """Return the next run that has a sign, also in folded families; None where there is none."""
        everything = outline(self.families, names, dict.fromkeys(self.families.children, True), self._arrange)
        order = [each.id for each in everything if names is None or each.id in names]
        at = order.index(name) + 1 if name in order else 0
        turned = [*order[at:], *order[:at]]
        marks = members(self.state, self.kept, turned)
        return next((each.id for each in marks if each.mark.sign == sign), None)

    def folds(self, names: Collection[str] | None) -> dict[str, bool]:
        """Return the families that were unfolded (True) or folded by hand, with a filter or without one."""
        return self.unfiltered_folds if names is None else self.filtered_folds

    def _arrange(self, names: Sequence[str]) -> Sequence[str]:
        """Sort the runs of one parent by the chosen column."""
        if self.layout.sort is None or not names:
            return names
        key = (self.layout.setting.sort, *names)
        if key not in self._sorted:
            rows = (row for row in map(self.row, names) if row is not None)
            self._sorted[key] = [row.id for row in self.layout.sorted(rows)]
        return self._sorted[key]

    def is_unfolded(self, name: str) -> bool:
        """Return whether a run's descendants are listed below it."""
        return name in self._lines and self._lines[name].unfolded

    def row(self, name: str) -> RunRow | None:
        """Return the row of a run with its place in its family; None where the run is unknown."""
        line = self._lines.get(name, ListedRun(name))
        return family_row(self.state, self.kept, self.families, line, self.scope)

    def draw(self, name: str, width: int) -> list[Span]:
        """Draw a run in one line; the same spans while nothing of it changes."""
        parts = runs.parts_of(self.state, name, self.kept.get(name), self.scope.now)
        depends = None
        if parts is not None and not self.families.children.get(name):
            line, scope = self._lines.get(name), self.scope
            depends = parts, self.layout.place(width), line, scope.zone, scope.glyphs, scope.coming.at
        known = self._drawn.get(name)
        if known is None or depends is None or known[0] != depends:
            row = self.row(name)
            spans = [] if row is None else self.layout.line(row, width, self.scope)
            known = self._drawn[name] = depends, spans
        return known[1]

    def head(self, width: int) -> tuple[Span, ...]:
        """Draw the heads of the columns."""
        return self.layout.head(width, self.scope)

    def _measure(self) -> None:
        """Say what the columns need for the runs there are now."""
        scope, oldest = self.scope, [*self._oldest()]
        times = [clock_time(at, scope.now, scope.zone) for at in oldest]
        longest = scope.now - min(oldest, default=scope.now)
        sizes = run_columns.sizes(self.state, self._needs, times, longest)
        self._needs = {
            **self._needs,
            "worker": sizes["worker"],
        }  # a run shows its worker also without a lease
        sizes["title"] += self._marks + (FAMILY if self.families.parents else 0)
        self.layout.measure(sizes)

    def _oldest(self) -> Iterable[float]:
        """Yield when the oldest open and the oldest ended run were queued."""
        for name in {*self.order[:1], *self.order[-1:]}:
            run = self.state.runs.get(name) or self.kept.get(name)
            if run is not None:
                yield run.queued_at
