"""The lines of runs on a page: the columns that say something there, as many as fit."""

from collections.abc import Iterable

from octotui.engine.state import State
from octotui.ui.styled_text import Span
from octotui.ui.widgets.column_head import row_spans
from octotui.views.lists import run_columns
from octotui.views.lists.columns import CellContext, named, placed
from octotui.views.pages.page import PagePlace
from octotui.views.runs import EndedRun, RunRow
from octotui.views.text.clock_times import clock_time

COLUMNS = (
    "sign", "id", "title", "state", "environment", "tenant", "started", "duration", "by", "worker", "wait",
)  # fmt: skip


def columns_of(state: State, place: PagePlace) -> tuple[str, ...]:
    """Return the names of the columns, without that of the place itself and those the model leaves empty."""
    usual = run_columns.usual(state.model)
    return tuple(name for name in COLUMNS if name in usual and name != place.kind)


def run_spans(
    row: RunRow, width: int, scope: CellContext, state: State, place: PagePlace, known: Iterable[EndedRun]
) -> list[Span]:
    """Draw a run in one line of a width; columns are as wide as the runs of the place need."""
    known = tuple(known)
    oldest = min((each.queued_at for each in known), default=scope.now)
    people = {row.by, *(each.requester for each in known)}
    times = [clock_time(oldest, scope.now, scope.zone)]
    sizes = run_columns.sizes(state.model, state.next_run, times, people, scope.now - oldest)
    columns = placed(named(run_columns.COLUMNS, columns_of(state, place)), width, sizes)
    return row_spans(columns, row, scope)
