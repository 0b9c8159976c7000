"""The columns of lists of open questions."""

from octotui.views.lists.column_kinds import age_column, run_column, time_column, word_column
from octotui.views.lists.columns import CellContext, Column, Spans
from octotui.views.questions import QuestionRow


def _may_answer(row: QuestionRow) -> bool:
    return row.mine or (row.refusal is None and row.responsible is None)


def _sign(row: QuestionRow, width: int, scope: CellContext) -> Spans:
    return ((scope.glyphs.sign("asks"), "asks" if _may_answer(row) else "muted"),)


def _taken(row: QuestionRow, width: int, scope: CellContext) -> Spans:
    return (("you", "strong"),) if row.mine else ((row.responsible or "", "muted"),)


COLUMNS: tuple[Column[QuestionRow], ...] = (
    Column(
        name="sign",
        about="bright where you may answer it",
        cell=_sign,
        key=lambda row: not _may_answer(row),
        least=1,
        most=1,
        tight=True,
    ),
    run_column("run", "the run that asks", lambda row: row.run),
    word_column(
        "step", "the step that asks, or failed", lambda row: row.title, role="plain", least=12, most=60
    ),
    word_column("where", "the environment and tenant of its run", lambda row: row.where, least=8, most=40),
    word_column("who", "who may answer it", lambda row: row.asks, least=6, most=30, enough=16),
    Column(
        name="taken",
        about="who has taken it",
        cell=_taken,
        key=lambda row: row.responsible or None,
        least=8,
        most=16,
        head="taken by",
    ),
    age_column("age", "for how long it has been asked", lambda row: row.raised_at),
    word_column(
        "title", "its runbook, or project and release", lambda row: row.name, least=12, most=60, extra=True
    ),
    time_column("asked", "when it was asked", lambda row: row.raised_at, extra=True),
    word_column(
        "approvals", "how many approvals it has", lambda row: row.approvals, least=9, most=20, extra=True
    ),
    time_column("expires", "when it expires", lambda row: row.expires_at, extra=True),
    word_column("by", "who started its run", lambda row: row.requester, least=6, most=16, extra=True),
    word_column("id", "its id, which verbs take", lambda row: row.id, least=10, most=16, extra=True),
)
"""All columns, in their default order."""

USUAL = tuple(each.name for each in COLUMNS if each.name != "id")
