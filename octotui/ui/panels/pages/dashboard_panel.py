"""The pane with what is deployed where."""

from collections.abc import Iterable, Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive

from octotui.engine.state import State
from octotui.model.space import Model
from octotui.ui.key_actions import key_of
from octotui.ui.styled_text import Span, glyphs_of, zone_of
from octotui.ui.widgets.cell_grid import CellGrid, GridRow
from octotui.ui.widgets.coalesced import CoalescedAfterKeys
from octotui.ui.widgets.pane_heading import PaneHeading
from octotui.views.labels import counted
from octotui.views.lists.columns import CellContext
from octotui.views.model_parts.parts import ModelPart, of_place, of_process
from octotui.views.pages import dashboard
from octotui.views.pages.dashboard import NOWHERE, DashboardRow
from octotui.views.pages.last_runs import LastRun, LastRuns, OpenRuns, RunPlace, newer, open_runs, standings
from octotui.views.pages.page import PagePlace
from octotui.views.runs import EndedRun

RUNBOOKS = "/"  # the key of the heading over runbooks; no slug has a slash


class DashboardPanel(Vertical):
    """A row for each project and each runbook that has run, a column for each environment."""

    HELP = """What was deployed last where: a row for each project, below them one for each runbook that has
run, a column for each environment. A cell says the version, how its run stands and when it ended, or began.
For tenants it says how many there are and how the most urgent of their runs stand. Above the first row are
the heads of the columns: each opens the page of its environment."""

    state: reactive[State] = reactive(State(), repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)
    past: reactive[Sequence[EndedRun]] = reactive(tuple, repaint=False)

    class RunChosen(Message):
        """The cursor is on the cell of another run, or of none."""

        def __init__(self, run: str | None) -> None:
            super().__init__()
            self.run = run

    class RunOpened(RunChosen):
        """The run of the cell under the cursor is to be opened."""

    class EnvironmentOpened(Message):
        """The head of a column is to be opened."""

        def __init__(self, environment: str) -> None:
            super().__init__()
            self.environment = environment

    def __init__(self) -> None:
        super().__init__()
        self._records: LastRuns = {}
        self._is_known = False
        self._open: Mapping[RunPlace, OpenRuns] = {}
        self._rows: dict[str, DashboardRow] = {}
        self._listing = CoalescedAfterKeys(self, self._list)

    def compose(self) -> ComposeResult:
        """Yield the heading and the grid."""
        yield PaneHeading("Dashboard")
        yield CellGrid(self._draw, id="dashboard")

    def pointed_part(self, model: Model) -> ModelPart | None:
        """Return the part of the row's project or runbook, or that of the environment on a head."""
        grid = self.query_one(CellGrid)
        if row := self._rows.get(grid.row or ""):
            return of_process(model, row.process)
        head = grid.column if grid.row is None and grid.column in model.environments else ""
        return of_place(model, PagePlace("environment", head)) if head else None

    def on_mount(self) -> None:
        """List what is known."""
        self._list()

    def add(self, records: Iterable[EndedRun]) -> None:
        """Know the last runs that have ended."""
        is_first, self._is_known = not self._is_known, True
        self._records = newer(self._records, records)
        self._list()
        if is_first:
            self.call_after_refresh(self._show_question)

    def _show_question(self) -> None:
        """Begin with the first open question where all columns with one would be out of sight."""
        grid = self.query_one(CellGrid)
        asking = [
            (key, column)
            for key, row in self._rows.items()
            for column in row.cells
            if any(run.mark.sign == "asks" for run in self._runs(key, column))
        ]
        if asking and not any(column in grid.visible_columns for _, column in asking):
            grid.point(*asking[0])

    def watch_state(self, old: State, new: State) -> None:
        """List again when a run came or ended; otherwise only draw."""
        if old is not new and self.is_mounted:
            self._open = open_runs(new)
            parts = ("families", "releases", "model")
            if any(getattr(old, part) is not getattr(new, part) for part in parts):
                self._listing()
            else:
                self.query_one(CellGrid).repaint()

    def watch_past(self) -> None:
        """Take what has ended since."""
        self._records = newer(self._records, (each for each in self.past if each.ended_at is not None))
        if self.is_mounted:
            self._listing()

    def watch_now(self) -> None:
        """Draw the times of another day."""
        if self.is_mounted:
            self.query_one(CellGrid).repaint()

    def _list(self) -> None:
        self._open = open_runs(self.state)
        shown = dashboard.dashboard(self.state.model, standings(self.state, self._records))
        self._rows = {row.process: row for row in shown.rows}
        projects = [GridRow(row.process, row.name) for row in shown.rows if row.is_project]
        runbooks = [GridRow(row.process, row.name) for row in shown.rows if not row.is_project]
        heading = [GridRow(RUNBOOKS, "Runbooks", has_cells=False)] if projects and runbooks else []
        grid = self.query_one(CellGrid)
        start = key_of(type(self.screen), "start")
        grid.empty = f"No project is declared, and no runbook has run yet: {start} starts one."
        grid.show([*projects, *heading, *runbooks], shown.environments)
        counts = [counted(len(projects), "project")] if projects else []
        counts += [counted(len(runbooks), "runbook")] if runbooks else []
        said = " · ".join(counts) if self._is_known else "looking up what has ended …"
        self.query_one(PaneHeading).say(right=((said, "muted"),) if said else ())

    def _draw(self, key: str, environment: str, width: int, lines: int) -> Sequence[Sequence[Span]]:
        scope = CellContext(self.now, zone_of(self), glyphs_of(self))
        return dashboard.cell_lines(self._runs(key, environment), self.state, width, scope, lines, self._open)

    def _runs(self, key: str | None, environment: str) -> tuple[LastRun, ...]:
        row = self._rows.get(key or "")
        return dashboard.cell(self.state, row, environment) if row is not None else ()

    @on(CellGrid.Moved)
    def _choose(self, event: CellGrid.Moved) -> None:
        event.stop()
        runs = self._runs(event.row, event.column)
        run = runs[0].id if runs else None
        if not isinstance(event, CellGrid.Opened):
            self._refuse(event.row, event.column, run)
            self.post_message(self.RunChosen(run))
        elif event.row is None:
            if event.column != NOWHERE:
                self.post_message(self.EnvironmentOpened(event.column))
        elif run is not None:
            self.post_message(self.RunOpened(run))

    def _refuse(self, row: str | None, environment: str, run: str | None) -> None:
        """Say where there is nothing to open."""
        sentence = ""
        if row is None:
            sentence = "runs here have no environment" if environment == NOWHERE else ""
        elif run is None:
            declared = self.state.model.environments.get(environment)
            where = f"in {declared.name}" if declared else "without an environment"
            sentence = f"{self._rows[row].name} has not run {where}"
        self.query_one(CellGrid).refuse(sentence)
