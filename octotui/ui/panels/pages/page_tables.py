"""The tables of a page: rows of runs, workers and deployments under the heads of their columns."""

from collections.abc import Callable, Iterable
from typing import Any

from octotui.engine.state import State
from octotui.ui.styled_text import Span
from octotui.ui.widgets.column_layout import ColumnLayout
from octotui.views.lists import run_columns, worker_columns
from octotui.views.lists.columns import CellContext
from octotui.views.pages import deployed_columns, job_columns
from octotui.views.pages.page import PageLine, PagePlace, PageTable
from octotui.views.runs import RunRow

RUN_COLUMNS = (
    "sign", "id", "title", "state", "environment", "tenant", "started", "duration", "by", "worker", "wait",
)  # fmt: skip
WORKER_COLUMNS = (
    "worker",
    "sign",
    "state",
    "runs",
    "waiting",
    "leased",
    "used",
    "health",
    "since",
    "latency",
    "endpoint",
    "roles",
)
MEASURED = 200  # rows of a table from which the widths of its columns come

RowOf = Callable[[str], RunRow | None]


class PageTables:
    """All tables of one kind share their columns, so that the sections of a page are aligned."""

    def __init__(self) -> None:
        self._layouts: dict[PageTable, ColumnLayout[Any]] = {
            "runs": ColumnLayout("runs", "runs", run_columns.COLUMNS, RUN_COLUMNS),
            "workers": ColumnLayout("workers", "workers", worker_columns.COLUMNS, WORKER_COLUMNS),
            "deployed": ColumnLayout(
                "deployed",
                "deployments",
                deployed_columns.COLUMNS,
                [each.name for each in deployed_columns.COLUMNS],
            ),
            "jobs": ColumnLayout(
                "jobs", "jobs", job_columns.COLUMNS, [each.name for each in job_columns.COLUMNS]
            ),
        }
        self._scope = CellContext()

    def look(
        self, lines: Iterable[PageLine], place: PagePlace, state: State, scope: CellContext, run_row: RowOf
    ) -> None:
        """Take what a page shows: the column of the place itself is left out, and those that are empty."""
        self._scope, lines = scope, tuple(lines)
        usual = run_columns.usual(state.model)
        self._layouts["runs"].usual = tuple(
            name for name in RUN_COLUMNS if name in usual and name != place.kind
        )
        for table, layout in self._layouts.items():
            own = [each for each in lines if each.table == table][:MEASURED]
            rows = (_row(each, run_row) for each in own)
            layout.measure_rows([row for row in rows if row is not None], scope)

    def draw(self, line: PageLine, width: int, run_row: RowOf) -> list[Span] | None:
        """Draw a head or a row of a table; None where it is none, or its run is unknown."""
        if line.table is None:
            return None
        layout = self._layouts[line.table]
        if line.run is None and line.row is None:
            return [*layout.head(width, self._scope)]
        row = _row(line, run_row)
        return None if row is None else layout.line(row, width, self._scope)


def _row(line: PageLine, run_row: RowOf) -> Any:
    """Return the row of a line; None for a head."""
    return line.row if line.row is not None or line.run is None else run_row(line.run)
