"""The columns of lists of workers and targets."""

from collections.abc import Callable

from octotui.views.labels import HEALTH, Role
from octotui.views.lists.columns import CellContext, Column, Spans
from octotui.views.pools import WorkerRow
from octotui.views.text.clock_times import fitting_time

Cell = Callable[[WorkerRow, int, CellContext], Spans]


def _text(value: Callable[[WorkerRow], str], role: Role = "muted") -> Cell:
    return lambda row, width, scope: ((value(row), role),)


def _doing(row: WorkerRow, width: int, scope: CellContext) -> Spans:
    return ((row.runs, row.mark.role),)


def _waiting(row: WorkerRow, width: int, scope: CellContext) -> Spans:
    return ((f"{scope.glyphs.sign('waits')} {row.queue}", "waits"),) if row.queue else ()


def _health(row: WorkerRow, width: int, scope: CellContext) -> Spans:
    mark = HEALTH[row.health] if row.health else None
    return ((mark.word, mark.role),) if mark else ()


def _used(row: WorkerRow, width: int, scope: CellContext) -> Spans:
    if row.used_at is None:
        return ()
    return ((fitting_time(row.used_at, scope.now, width, scope.zone), "muted"),)


COLUMNS: tuple[Column[WorkerRow], ...] = (
    Column(
        name="next",
        about="a sign at the one that is selected next",
        cell=lambda row, width, scope: ((scope.glyphs.next, "active"),) if row.next else (),
        key=lambda row: not row.next,
        least=1,
        most=1,
        tight=True,
    ),
    Column(
        name="worker",
        about="its name",
        cell=_text(lambda row: row.name, "plain"),
        key=lambda row: row.name,
        least=6,
        most=30,
        enough=20,
        head="worker",
    ),
    Column(
        name="sign",
        about="how it stands, as a sign",
        cell=lambda row, width, scope: ((scope.glyphs.sign(row.mark.sign), row.mark.role),),
        key=lambda row: row.mark.word,
        least=1,
        most=1,
        tight=True,
    ),
    Column(
        name="state",
        about="how it stands, as a word",
        cell=lambda row, width, scope: ((row.mark.word, row.mark.role),),
        key=lambda row: row.mark.word,
        least=7,
        most=12,
        head="state",
    ),
    Column(
        name="runs",
        about="the runs on it, or which one has it alone and why",
        cell=_doing,
        key=lambda row: row.runs or None,
        least=8,
        most=80,
        head="runs",
    ),
    Column(
        name="waiting",
        about="how many jobs wait for its lock",
        cell=_waiting,
        key=lambda row: row.queue,
        least=4,
        most=7,
        head="wait",
        right=True,
    ),
    Column(
        name="leased",
        about="the runs that lease it without running there now",
        cell=_text(lambda row: row.leases),
        key=lambda row: row.leases or None,
        least=12,
        most=80,
        head="leased by",
        extra=True,
    ),
    Column(
        name="used",
        about="when its last run ended, of the newest hundred runs",
        cell=_used,
        key=lambda row: row.used_at,
        least=6,
        most=17,
        head="used",
        right=True,
        extra=True,
    ),
    Column(
        name="health",
        about="how its last health check ended",
        cell=_health,
        key=lambda row: row.health,
        least=7,
        most=12,
        head="health",
        extra=True,
    ),
    Column(
        name="roles",
        about="the roles of a target",
        cell=_text(lambda row: row.roles),
        key=lambda row: row.roles or None,
        least=5,
        most=40,
        head="roles",
        extra=True,
    ),
)
"""All columns, in their default order."""

USUAL = tuple(each.name for each in COLUMNS)
