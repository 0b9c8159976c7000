"""The columns of the lists of jobs that hold a lock, and of those that wait for it."""

from octotui.views.labels import duration
from octotui.views.lists.column_kinds import age_column, run_column, sign_column, state_column, word_column
from octotui.views.lists.columns import UNCUT, CellContext, Column, Spans
from octotui.views.pages.page import JobRow


def _left(row: JobRow, width: int, scope: CellContext) -> Spans:
    """Draw about how much longer it lasts, with a plus where that is over by so much."""
    if row.until is None:
        return ()
    left = row.until - scope.now
    return ((f"{'+' if left < 0 else ''}{duration(abs(left))}", "muted"),)


COLUMNS: tuple[Column[JobRow], ...] = (
    sign_column(lambda row: row.mark),
    run_column("run", "its run", lambda row: row.run),
    word_column(
        "step", "its step, or what it acquires", lambda row: row.step, role="plain", least=12, most=40
    ),
    state_column(lambda row: row.mark, least=7, most=12),
    age_column("for", "how long it has had the lock, or has waited for it", lambda row: row.since),
    Column(
        name="left",
        about="about how much longer",
        cell=_left,
        key=lambda row: row.until,
        least=6,
        most=7,
        head="left",
        right=True,
    ),
    Column(
        name="wait",
        about="what it waits for",
        cell=lambda row, width, scope: ((row.wait, "waits"),),
        key=lambda row: row.wait.casefold() or None,
        least=18,
        enough=60,
        most=UNCUT,
        head="waits for",
    ),
    word_column("title", "its runbook, or project and release", lambda row: row.title, least=16, most=60),
)
"""All columns, in their order."""
