"""The columns of lists of workers and targets."""

from octotui.views.labels import HEALTH
from octotui.views.lists.column_kinds import sign_column, state_column, time_column, word_column
from octotui.views.lists.columns import CellContext, Column, Spans
from octotui.views.machines.health import latency
from octotui.views.pools import WorkerRow


def _doing(row: WorkerRow, width: int, scope: CellContext) -> Spans:
    return ((row.runs, row.mark.role),) if row.runs else ()


def _waiting(row: WorkerRow, width: int, scope: CellContext) -> Spans:
    return ((f"{scope.glyphs.sign('waits')} {row.queue}", "waits"),) if row.queue else ()


def _health(row: WorkerRow, width: int, scope: CellContext) -> Spans:
    mark = HEALTH["lost" if row.lost else row.health] if row.health else None
    return ((mark.word, mark.role),) if mark else ()


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
    word_column("worker", "its name", lambda row: row.name, role="plain", least=6, most=30, enough=20),
    sign_column(lambda row: row.mark),
    state_column(lambda row: row.mark, least=7, most=15),
    Column(
        name="runs",
        about="its runs, or which has it alone",
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
    word_column(
        "leased",
        "the runs that lease it without running there now",
        lambda row: row.leases,
        head="leased by",
        least=12,
        most=80,
        extra=True,
    ),
    word_column("reason", "why it has its health", lambda row: row.note, least=8, most=80),
    time_column(
        "used",
        "when its last run ended, of the newest hundred runs",
        lambda row: row.used_at,
        head="last ended",
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
    time_column("since", "since when it has its health", lambda row: row.since, extra=True),
    Column(
        name="latency",
        about="how long it took to answer its last check",
        cell=lambda row, width, scope: ((latency(row.latency), "muted"),),
        key=lambda row: row.latency,
        least=6,
        most=8,
        head="latency",
        right=True,
        extra=True,
    ),
    word_column(
        "endpoint",
        "the way to it, if it is not this machine",
        lambda row: row.endpoint,
        least=10,
        most=40,
        extra=True,
    ),
    word_column("roles", "the roles of a target", lambda row: row.roles, least=5, most=40, extra=True),
)
"""All columns, in their default order."""

USUAL = tuple(each.name for each in COLUMNS)
