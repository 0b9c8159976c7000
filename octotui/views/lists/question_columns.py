"""The columns of lists of open questions."""

from collections.abc import Callable
from typing import Any

from octotui.views.labels import Role, duration
from octotui.views.lists.columns import CellContext, Column, Spans
from octotui.views.questions import QuestionRow
from octotui.views.text.clock_times import fitting_time

DATE = 6  # cells of `Nov 26`


def _text(
    name: str, about: str, value: Callable[[QuestionRow], str], *, role: Role = "muted", **more: Any
) -> Column[QuestionRow]:
    """Return a column of words, sorted without case."""

    def cell(row: QuestionRow, width: int, scope: CellContext) -> Spans:
        return ((value(row), role),)

    more = {"head": name} | more
    return Column(name=name, about=about, cell=cell, key=lambda row: value(row).casefold() or None, **more)


def _time(name: str, about: str, value: Callable[[QuestionRow], float | None]) -> Column[QuestionRow]:
    def cell(row: QuestionRow, width: int, scope: CellContext) -> Spans:
        at = value(row)
        return () if at is None else ((fitting_time(at, scope.now, width, scope.zone), "muted"),)

    return Column(
        name=name, about=about, cell=cell, key=value, least=DATE, most=17, head=name, right=True, extra=True
    )


def _may_answer(row: QuestionRow) -> bool:
    return row.mine or (row.refusal is None and row.responsible is None)


def _sign(row: QuestionRow, width: int, scope: CellContext) -> Spans:
    return ((scope.glyphs.sign("asks"), "asks" if _may_answer(row) else "muted"),)


def _age(row: QuestionRow, width: int, scope: CellContext) -> Spans:
    return ((duration(scope.now - row.raised_at), "muted"),)


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
    Column(
        name="run",
        about="the run that asks",
        cell=lambda row, width, scope: ((row.run, "muted"),),
        key=lambda row: int(row.run.rpartition("-")[2]),
        least=5,
        most=12,
        head="run",
    ),
    _text("step", "the step that asks, or failed", lambda row: row.title, role="plain", least=12, most=60),
    _text("where", "the environment and tenant of its run", lambda row: row.where, least=8, most=40),
    _text("who", "who may answer it", lambda row: row.asks, least=6, most=30, enough=16),
    Column(
        name="taken",
        about="who has taken it",
        cell=_taken,
        key=lambda row: row.responsible or None,
        least=8,
        most=16,
        head="taken by",
    ),
    Column(
        name="age",
        about="for how long it has been asked",
        cell=_age,
        key=lambda row: -row.raised_at,
        least=6,
        most=6,
        head="for",
        right=True,
    ),
    _text(
        "title", "its runbook, or project and release", lambda row: row.name, least=12, most=60, extra=True
    ),
    _time("asked", "when it was asked", lambda row: row.raised_at),
    _text("approvals", "how many approvals it has", lambda row: row.approvals, least=9, most=20, extra=True),
    _time("expires", "when it expires", lambda row: row.expires_at),
    _text("by", "who started its run", lambda row: row.requester, least=6, most=16, extra=True),
    _text("id", "its id, which verbs take", lambda row: row.id, least=10, most=16, extra=True),
)
"""All columns, in their default order."""

USUAL = tuple(each.name for each in COLUMNS if each.name != "id")
