"""The columns of the list of what is deployed in an environment."""

from collections.abc import Callable
from typing import Any

from octotui.views.lists.columns import CellContext, Column, Spans
from octotui.views.pages.page import DeployedRow
from octotui.views.text.clock_times import fitting_time


def _text(name: str, about: str, value: Callable[[DeployedRow], str], **more: Any) -> Column[DeployedRow]:
    def cell(row: DeployedRow, width: int, scope: CellContext) -> Spans:
        return ((value(row), "plain" if name == "project" else "muted"),)

    return Column(name=name, about=about, cell=cell, key=lambda row: value(row).casefold(), head=name, **more)


def _sign(row: DeployedRow, width: int, scope: CellContext) -> Spans:
    return ((scope.glyphs.sign(row.run.mark.sign), row.run.mark.role),)


def _when(row: DeployedRow, width: int, scope: CellContext) -> Spans:
    return ((fitting_time(row.run.at, scope.now, width, scope.zone), "muted"),)


COLUMNS: tuple[Column[DeployedRow], ...] = (
    Column(
        name="sign",
        about="how it stands, as a sign",
        cell=_sign,
        key=lambda row: row.run.mark.word,
        least=1,
        most=1,
        tight=True,
    ),
    _text("project", "the project", lambda row: row.project, least=12, most=60),
    _text("version", "the version of the release", lambda row: row.run.version, least=7, most=30),
    _text("tenant", "for whom it is", lambda row: row.tenant, least=8, most=30),
    Column(
        name="state",
        about="how it stands, as a word",
        cell=lambda row, width, scope: ((row.run.mark.word, row.run.mark.role),),
        key=lambda row: row.run.mark.word,
        least=9,
        most=10,
        head="state",
    ),
    Column(
        name="when",
        about="when it ended, or began",
        cell=_when,
        key=lambda row: row.run.at,
        least=6,
        most=17,
        head="when",
        right=True,
    ),
    _text("run", "the run that deployed it", lambda row: row.run.id, least=5, most=12),
)
"""All columns, in their order."""
