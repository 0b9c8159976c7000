"""The pane with pools and their workers."""

from operator import is_
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive

from octotui.engine.state import State
from octotui.model.space import Model
from octotui.ui.styled_text import Span, glyphs_of, length, padded, sign, spread
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.pane_heading import PaneHeading
from octotui.views import pools
from octotui.views.labels import Glyphs, counted, worker_names
from octotui.views.pools import WorkerRow


class PoolsPanel(Vertical):
    """Each pool with its policy, each worker with its holders, leases and queue."""

    HELP = """Pools and their workers: which runs are on a worker now, which only lease it, how many wait in
line for its lock. The arrow marks the worker that comes next for the runbook of the run you look at. Targets
stand below, with the runs whose steps have them."""
    BINDINGS: ClassVar[list[BindingType]] = []

    state: reactive[State] = reactive(State(), repaint=False)
    process: reactive[str | None] = reactive(None, repaint=False)

    class Opened(Message):
        """The page of a worker or target is to be opened; without one, that of its pool."""

        def __init__(self, pool: str, worker: str) -> None:
            super().__init__()
            self.pool = pool
            self.worker = worker

    def __init__(self) -> None:
        super().__init__()
        self._model: Model | None = None
        self._names = 8  # cells of the longest name
        self._drawn: dict[str, tuple[int, tuple[object, ...], list[Span]]] = {}  # by width and parts

    def compose(self) -> ComposeResult:
        """Yield the heading and the list."""
        yield PaneHeading("Pools")
        yield LineList(self._draw, id="pools")

    @property
    def worker(self) -> str | None:
        """The worker under the cursor, if there is one yet."""
        key = self.query_one(LineList).key if self._model is not None else None
        return key.partition(" ")[2] or None if key else None

    def on_mount(self) -> None:
        """List pools and workers."""
        self._list()

    def watch_state(self, old: State, new: State) -> None:
        """List anew under another model; repaint when a lock, a lease, a cursor or a health changed."""
        if not self.is_mounted or old is new:
            return
        parts = ("model", "locks", "leases", "cursors", "health")
        if any(getattr(old, part) is not getattr(new, part) for part in parts):
            self._list()

    def watch_process(self) -> None:
        """Mark the next workers of another process."""
        if self.is_mounted:
            self._list()

    def _list(self) -> None:
        model = self.state.model
        lines = self.query_one(LineList)
        if model is not self._model:
            self._model = model
            self._drawn = {}
            self._names = max(8, min(max(map(len, worker_names(model)), default=8), 20))
            order = pools.order(model)
            heads = frozenset(at for at, line in enumerate(order) if line == (pools.TARGETS, ""))
            is_first = lines.key is None
            lines.show([f"{pool} {worker}" for pool, worker in order], heads)
            if is_first:
                lines.cursor = next((at for at, (_, worker) in enumerate(order) if worker), 0)
            self.styles.height = len(order) + 1
        runbook = model.process(self.process or "")
        right: tuple[Span, ...] = ()
        if runbook is not None:
            right = (("→", "active"), (f" next for {runbook.name}", "muted"))
        self.query_one(PaneHeading).say(right=right)
        lines.repaint()

    def _draw(self, key: str, width: int) -> list[Span]:
        pool, _, worker = key.partition(" ")
        glyphs = glyphs_of(self)
        if not worker:
            row = pools.pool_row(self.state.model, pool)
            return spread([(row.name, "strong")], [(row.policy, "muted")], width, glyphs)
        parts = pools.parts_of(self.state, pool, worker, self.process)
        known = self._drawn.get(key)
        if known is None or known[0] != width or not all(map(is_, known[1], parts)):
            drawn = draw(pools.worker_row(self.state, pool, worker, self.process), width, self._names, glyphs)
            known = self._drawn[key] = width, parts, drawn
        return known[2]

    @on(LineList.Opened)
    def _open(self, event: LineList.Opened) -> None:
        event.stop()
        pool, _, worker = event.key.partition(" ") if event.key is not None else ("", "", "")
        if pool:
            self.post_message(self.Opened(pool, worker))


def draw(row: WorkerRow, width: int, names: int, glyphs: Glyphs) -> list[Span]:
    """Draw a worker: the arrow, its name, its jobs, its leases, and its queue."""
    left: list[Span] = [
        (glyphs.cursor if row.next else "  ", "active"),
        (f"{padded(row.name, names)}  ", "plain"),
        sign(row.mark, glyphs),
        (row.doing, row.mark.role),
    ]
    line = counted(row.queue, "waits", "wait")
    right: list[Span] = [(f"{glyphs.sign('waits')} {line}", "waits")] if row.queue else []
    if row.leases:
        leases = f" by {row.leases}" if row.mark.sign == "idle" else f"  leased: {row.leases}"
        if length(left) + length(right) + len(leases) < width:
            left.append((leases, "muted"))
    return spread(left, right, width, glyphs)
