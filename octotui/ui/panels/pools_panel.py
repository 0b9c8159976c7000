"""The pane with pools and their workers."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import is_, itemgetter
from typing import ClassVar, NamedTuple

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive

from octotui.engine.state import MachineLease, State
from octotui.model.space import Model
from octotui.store.user_config import ListSetting
from octotui.ui.styled_text import Span, cells, glyphs_of, spread, zone_of
from octotui.ui.widgets.coalesced import CoalescedAfterKeys
from octotui.ui.widgets.column_head import ColumnHead
from octotui.ui.widgets.column_layout import ColumnLayout
from octotui.ui.widgets.column_lines import ColumnLines
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.pane_heading import PaneHeading, beside
from octotui.views import pools
from octotui.views.lists.columns import CellContext, measured
from octotui.views.lists.worker_columns import COLUMNS, USUAL
from octotui.views.model_parts.parts import ModelPart, of_machine, of_place
from octotui.views.pages.page import PagePlace
from octotui.views.pools import WorkerRow
from octotui.views.runs import EndedRun

MEASURED = 100  # lines from which the widths of columns come
Line = tuple[str, str]


class _KnownRow(NamedTuple):
    """The row of a worker with the cells that it needs, and what both come from."""

    row: WorkerRow
    needs: Mapping[str, int]
    parts: tuple[object, ...]
    shape: tuple[object, ...]


class PoolsPanel(Vertical):
    """Each pool with its policy, each worker with its holders, leases and queue."""

    HELP = """Pools and their workers: which runs are on a worker now, which only lease it, how many wait in
line for its lock. A sign marks the worker that comes next for the runbook of the run you look at. Targets
stand below, with the runs whose steps have them. Their health is that of the last check, and
the selected one can be checked now. A sort column sorts the workers of each pool."""
    BINDINGS: ClassVar[list[BindingType]] = []

    state: reactive[State] = reactive(State(), repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)
    past: reactive[Sequence[EndedRun]] = reactive(tuple, repaint=False)
    process: reactive[str | None] = reactive(None, repaint=False)

    class Opened(Message):
        """The page of a worker or target is to be opened; without one, that of its pool."""

        def __init__(self, pool: str, worker: str) -> None:
            super().__init__()
            self.pool = pool
            self.worker = worker

    def __init__(self, setting: ListSetting = ListSetting()) -> None:  # noqa: B008 - it is immutable
        super().__init__()
        self._layout = ColumnLayout("pools", "pools and their workers", COLUMNS, USUAL, setting)
        self._model: Model | None = None
        self._leases: Mapping[str, MachineLease] = {}
        self._moving: set[str] = set()  # the workers whose machines are not ready, or end
        self._used: dict[str, float] = {}
        self._order: tuple[Line, ...] = ()
        self._rows: dict[Line, _KnownRow] = {}
        self._drawn: dict[str, tuple[_KnownRow, object, list[Span]]] = {}  # and the columns
        self._listing = CoalescedAfterKeys(self, self._list)

    def compose(self) -> ComposeResult:
        """Yield the heading and the list."""
        yield PaneHeading("Pools")
        yield ColumnHead()
        yield ColumnLines(self._layout, self._draw, empty=pools.NO_POOLS, id="pools")

    @property
    def worker(self) -> str | None:
        """The worker under the cursor, if there is one yet."""
        key = self.query_one(LineList).key if self._model is not None else None
        return key.partition(" ")[2] or None if key else None

    def pointed_part(self, model: Model) -> ModelPart | None:
        """Return the part of the model that declares the worker, target or pool under the cursor."""
        pool, _, worker = (self.query_one(LineList).key or "").partition(" ")
        if worker:
            return of_machine(model, worker)
        return of_place(model, PagePlace("pool", pool)) if pool in model.pools else None

    def on_mount(self) -> None:
        """List pools and workers."""
        self._list()

    def on_resize(self) -> None:
        """Say which columns there are at another width."""
        self.call_after_refresh(self._say)

    def watch_state(self, old: State, new: State) -> None:
        """List anew under another model; repaint when a lock, a lease, a cursor or a health changed."""
        if not self.is_mounted or old is new:
            return
        parts = ("model", "locks", "leases", "cursors", "health", "machines", "machine_leases")
        if any(getattr(old, part) is not getattr(new, part) for part in parts):
            self._listing()

    def watch_process(self) -> None:
        """Mark the next workers of another process."""
        if self.is_mounted:
            self._listing()

    def watch_past(self) -> None:
        """Take when workers were used last."""
        self._used = pools.last_used(self.past)
        if self.is_mounted:
            self._listing()

    def watch_now(self, old: float, new: float) -> None:
        """Draw times that are of another day now, and how long machines are being provisioned."""
        if self.is_mounted and self._moving:
            self._listing()
        elif self.is_mounted and old // 60 != new // 60:
            self.query_one(LineList).repaint()

    @property
    def _scope(self) -> CellContext:
        return CellContext(self.now, zone_of(self), glyphs_of(self))

    def _list(self) -> None:
        lines, model, leases = self.query_one(LineList), self.state.model, self.state.machine_leases
        if leases is not self._leases:
            self._moving = {each.worker for each in leases.values() if each.phase != "ready"}
        there = self._order
        if model is not self._model or leases is not self._leases:
            there = pools.order(model, self.state)
        is_other, self._leases = model is not self._model or there != self._order, leases
        if is_other:
            self._order, self._rows, self._drawn = there, {}, {}
        order = self._sorted()
        if is_other or self._layout.sort is not None:
            self._model = model
            heads = frozenset(at for at, line in enumerate(order) if line == (pools.TARGETS, ""))
            is_first = lines.key is None
            lines.show([f"{pool} {worker}" for pool, worker in order], heads)
            if is_first:
                lines.cursor = next((at for at, (_, worker) in enumerate(order) if worker), 0)
            self.fit_height()
        needs = [self._known(line).needs for line in order[:MEASURED] if line[1]]
        sizes = {each.name: max((need[each.name] for need in needs), default=0) for each in COLUMNS}
        self._layout.measure({**sizes, "next": 1})
        self._say()
        lines.repaint()

    def fit_height(self) -> None:
        """Take the height of all lines, unless people have chosen another one."""
        if not self.has_class("-sized"):
            head = 1 if self.query_one(ColumnHead).display else 0
            self.styles.height = 1 + head + max(1, len(self.query_one(LineList).keys))

    def _sorted(self) -> Sequence[Line]:
        """Return pool and worker line by line, those of a pool by the chosen column."""
        if self._layout.sort is None:
            return self._order
        found: list[Line] = []
        for pool, group in groupby(self._order, key=itemgetter(0)):
            rows = [self._known(line).row for line in group if line[1]]
            found += [(pool, ""), *((pool, row.worker) for row in self._layout.sorted(rows))]
        return found

    def _known(self, line: Line) -> _KnownRow:
        """Return the row of a worker; the same while nothing of it changes."""
        parts = pools.parts_of(self.state, *line, self.process)
        shape = self._used.get(line[1]), self.now // (1 if line[1] in self._moving else 60)
        known = self._rows.get(line)
        if known is None or known.shape != shape or not all(map(is_, known.parts, parts)):
            row = replace(pools.worker_row(self.state, *line, self.process, self.now), used_at=shape[0])
            needs = measured(COLUMNS, (row,), self._scope, cells)
            known = self._rows[line] = _KnownRow(row, needs, parts, shape)
        return known

    def _say(self) -> None:
        """Say for which runbook the arrow is, and which columns there are."""
        runbook = self.state.model.process(self.process or "")
        right: tuple[Span, ...] = ()
        if runbook is not None:
            right = ((glyphs_of(self).next, "active"), (f" next for {runbook.name}", "muted"))
        width = self.query_one(LineList).line_width
        self.query_one(PaneHeading).say(right=beside(self._layout.unseen_sort(width), right))
        self.query_one(ColumnHead).spans = self._layout.head(width, self._scope)

    def _draw(self, key: str, width: int) -> list[Span]:
        """Draw a pool or a worker; the same spans while nothing of it changes."""
        pool, _, worker = key.partition(" ")
        if not worker:
            row = pools.pool_row(self.state.model, pool, self.state)
            return spread([(row.name, "strong")], [(row.policy, "muted")], width, glyphs_of(self))
        row_now, columns = self._known((pool, worker)), self._layout.place(width)
        drawn = self._drawn.get(key)
        if drawn is None or drawn[0] is not row_now or drawn[1] is not columns:
            spans = self._layout.line(row_now.row, width, self._scope)
            drawn = self._drawn[key] = row_now, columns, spans
        return drawn[2]

    @on(ColumnLines.Arranged)
    def _arrange(self, event: ColumnLines.Arranged) -> None:
        event.stop()
        self._model = None
        self._list()

    @on(LineList.Opened)
    def _open(self, event: LineList.Opened) -> None:
        event.stop()
        pool, _, worker = event.key.partition(" ") if event.key is not None else ("", "", "")
        if pool:
            self.post_message(self.Opened(pool, worker))
