"""The pane with the allocation tree of one run."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive

from octotui.engine.state import Run, State
from octotui.model.space import Model
from octotui.ui.panels.tree_layout import TreeLayout, TreeLine
from octotui.ui.styled_text import Span, glyphs_of, length, sign, zone_of
from octotui.ui.widgets.coalesced import CoalescedAfterKeys
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.pane_heading import PaneHeading
from octotui.views.labels import Sign
from octotui.views.lists.whole_run import WholeRun, whole_run
from octotui.views.model_parts.parts import ModelPart, of_row
from octotui.views.tree import run_tree
from octotui.views.tree.rows import TreeRow, steps_of

FIRST: tuple[Sign, ...] = ("active", "ending", "asks", "waits", "bad")  # signs in order of interest

MARGINS = 12  # cells of a heading around its texts
UNDER = ("text", "progress", "attempt")  # kinds of rows below that of their job


class TreePanel(Vertical):
    """A run, its workers with reasons, their steps, child runs, and waits."""

    HELP = """The run's workers in the order of its steps, and why each was selected; beneath them their
steps, the runs these started, and what each waits for. The output is that of the step under the cursor."""
    BINDINGS: ClassVar[list[BindingType]] = []

    picture: reactive[State] = reactive(State(), repaint=False)
    run: reactive[str | None] = reactive(None, repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)

    class Pointed(Message):
        """The cursor is on a row of another job, or its output has changed."""

        def __init__(self, row: TreeRow | None, place: str = "") -> None:
            """Create it; `place` is that of the row among the steps: `step 2 of 5`."""
            super().__init__()
            self.row = row
            self.place = place

    class Opened(Pointed):
        """The row under the cursor was opened."""

    def __init__(self, job: str | None = None) -> None:
        """Create it with the cursor on a job, or on what matters."""
        super().__init__()
        self._wanted = job
        self._rows: tuple[TreeRow, ...] = ()
        self._lines: dict[str, TreeLine] = {}
        self._pointed: TreeRow | None = None
        self._place = ""
        self._own = False  # whether the cursor was moved by hand
        self._listing = CoalescedAfterKeys(self, self._list)
        self._tree_layout = TreeLayout()
        self._resized = True
        self._parts: tuple[object, ...] | None = None  # what is shown comes from

    def compose(self) -> ComposeResult:
        """Yield the heading and the list."""
        yield PaneHeading("")
        yield LineList(self._draw, empty="No run is selected.", id="tree")

    def on_mount(self) -> None:
        """Lay out the tree, and again where a scrollbar comes or goes."""
        self.watch(self.query_one(LineList), "show_vertical_scrollbar", self.on_resize, init=False)
        self._soon()

    @property
    def row(self) -> TreeRow | None:
        """The row under the cursor, if there is one yet."""
        line = self._lines.get(self.query_one(LineList).key or "") if self._lines else None
        return None if line is None else line.row

    def pointed_part(self, model: Model) -> ModelPart | None:
        """Return the part of the model that the row under the cursor comes from."""
        return of_row(self.picture, self.row, model) if self.row is not None else None

    def watch_picture(self, old: State, new: State) -> None:
        """Lay the tree out again after events."""
        if old is not new:
            self._soon()

    def watch_run(self) -> None:
        """Show another run, with the cursor on its most interesting row."""
        self._own = False
        self._soon()

    def watch_now(self) -> None:
        """Update the times."""
        self._soon()

    def on_resize(self) -> None:
        """Lay the tree out for another width."""
        self._resized = True
        self._soon()

    def _soon(self) -> None:
        """Lay the tree out once for all changes of one iteration of the loop."""
        if self.is_mounted:
            self._listing()

    def _list(self) -> None:
        lines = self.query_one(LineList)
        parts = run_tree.parts_of(self.picture, self.run, self.now) if self.run else None
        if parts is not None and parts == self._parts and not self._resized:
            return
        self._parts = parts
        rows = run_tree.rows(self.picture, self.run, self.now, zone_of(self)) if self.run else ()
        glyphs = glyphs_of(self)
        self._rows = rows
        self._title()
        laid = self._tree_layout.lay(
            _beneath(rows), max(20, self.size.width - 2 - lines.scrollbar_size_vertical), glyphs
        )
        self._lines = {line.key: line for line in laid}
        skipped = frozenset(index for index, line in enumerate(laid) if not line.first)
        lines.show(tuple(self._lines), skipped)
        wanted = next((row for row in self.steps if row.job == self._wanted), None) if self._wanted else None
        if wanted is not None:
            self._own, self._wanted = True, None
            lines.select(wanted.key)
        if not self._own:
            self._point_at_what_matters(lines)
        self._tell()

    def _title(self) -> None:
        heading = self.query_one(PaneHeading)
        if not self._rows:
            heading.say("", ())
            return
        top = self._rows[0]
        run = self.picture.runs[top.run]
        whole = whole_run(self.picture, run, self.now, zone_of(self))
        glyph = sign(whole.mark, glyphs_of(self))
        right: tuple[Span, ...] = (glyph, (whole.mark.word, whole.mark.role), *self._facts(top, run, whole))
        heading.say(top.text, right)

    def _facts(self, top: TreeRow, run: Run, whole: WholeRun) -> list[Span]:
        """Return duration, the run's own state, times and requester, as far as they fit beside the title."""
        own = f" · itself {whole.own}" if whole.own else ""
        by = f" · by {run.request.requester}" if run.request.requester else ""
        room = self.size.width - length([(f"{top.text}{whole.mark.word}", "plain")]) - MARGINS
        facts: list[Span] = []
        for fact in filter(None, (f" {whole.time}", own, f" · {whole.when}", by)):
            room -= length([(fact, "muted")])
            if room < 0 and facts:
                break
            facts.append((fact, "muted"))
        return facts

    def _point_at_what_matters(self, lines: LineList) -> None:
        """Move the cursor to a running or asking row, else to a failed one, else to the last."""
        jobs = self.steps
        matches = (row for sign in FIRST for row in jobs if row.mark is not None and row.mark.sign == sign)
        best = next(matches, jobs[-1] if jobs else None)
        if best is not None and (lines.key != best.key or self._resized):
            self._resized = False
            with self.prevent(LineList.Moved):
                lines.select(best.key)
            self.call_after_refresh(lines.reveal)

    def _tell(self) -> None:
        row, place = self.row, self._place_of(self.row)
        before = self._pointed
        if _output_of(row) != _output_of(before) or place != self._place:
            self._pointed, self._place = row, place
            self.post_message(self.Pointed(row, place))
        self._pointed = row

    def _place_of(self, row: TreeRow | None) -> str:
        """Return the place of a row's job among the steps of the tree, or ""."""
        if row is None or row.job is None:
            return ""
        steps = steps_of(each for each in self._rows if each.kind not in UNDER)
        at = next((at for at, each in enumerate(steps, 1) if each.job == row.job), None)
        return f"step {at} of {len(steps)}" if at is not None else ""

    @property
    def steps(self) -> tuple[TreeRow, ...]:
        """The rows of jobs, which have output, in order."""
        return tuple(row for row in self._rows if row.job is not None and row.kind not in UNDER)

    def go_to_step(self, step: int) -> None:
        """Move the cursor to the next job, or the one before; after the last comes the first."""
        rows, here = self.steps, self.row
        jobs = [row.job for row in rows]
        before = here.job if here is not None else None
        at = jobs.index(before) if before in jobs else min(0, -step)
        if rows:
            self._own = True
            self.query_one(LineList).select(rows[(at + step) % len(rows)].key)

    def point_again(self) -> None:
        """Post the row under the cursor again: its output may be another."""
        self._pointed = None
        self._tell()

    def _draw(self, key: str, width: int) -> list[Span]:
        line = self._lines.get(key)
        return [] if line is None else line.spans

    @on(LineList.Opened)
    def _open(self, event: LineList.Opened) -> None:
        event.stop()
        self.post_message(self.Opened(self.row))

    @on(LineList.Moved)
    def _move(self, event: LineList.Moved) -> None:
        event.stop()
        self._own = self._own or event.lines.has_focus
        self._tell()


def _beneath(rows: tuple[TreeRow, ...]) -> tuple[TreeRow, ...]:
    """Return the rows below the heading, which is the run's own row."""
    return rows[1:]


def _output_of(row: TreeRow | None) -> tuple[object, ...]:
    """Return whose output a row has, and whether it may grow."""
    return () if row is None else (row.run, row.job, row.attempt, row.mark and row.mark.sign)
