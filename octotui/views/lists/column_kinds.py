"""Kinds of columns that several lists have: words, times, ids of runs, and how something stands."""

from collections.abc import Callable
from typing import Any

from octotui.views.labels import Mark, Role, duration
from octotui.views.lists.columns import CellContext, Column, Row, Spans
from octotui.views.text.clock_times import fitting_time

DATE = 6  # cells of `Nov 26`
SPAN = 6  # cells of `12m20s`
ID = 12  # cells of an id, which is never cut


def word_column(
    name: str, about: str, value: Callable[[Row], str], *, role: Role = "muted", **more: Any
) -> Column[Row]:
    """Return a column of words, sorted without case; rows without a word come last."""

    def cell(row: Row, width: int, scope: CellContext) -> Spans:
        return ((value(row), role),)

    shape = {"head": name} | more
    return Column(name=name, about=about, cell=cell, key=lambda row: value(row).casefold() or None, **shape)


def time_column(name: str, about: str, value: Callable[[Row], float | None], **more: Any) -> Column[Row]:
    """Return a column of times; one of another day is shortened to its date."""

    def cell(row: Row, width: int, scope: CellContext) -> Spans:
        at = value(row)
        return () if at is None else ((fitting_time(at, scope.now, width, scope.zone), "muted"),)

    shape: dict[str, Any] = {"least": DATE, "most": 17, "head": name, "right": True} | more
    return Column(name=name, about=about, cell=cell, key=value, **shape)


def age_column(name: str, about: str, since: Callable[[Row], float]) -> Column[Row]:
    """Return a column of how long something has lasted since a time, sorted by that, the longest last."""

    def cell(row: Row, width: int, scope: CellContext) -> Spans:
        return ((duration(scope.now - since(row)), "muted"),)

    return Column(
        name=name,
        about=about,
        cell=cell,
        key=lambda row: -since(row),
        least=SPAN,
        most=SPAN,
        head="for",
        right=True,
    )


def run_column(name: str, about: str, value: Callable[[Row], str], **more: Any) -> Column[Row]:
    """Return a column of ids of runs, sorted by their numbers."""

    def cell(row: Row, width: int, scope: CellContext) -> Spans:
        return ((value(row), "muted"),)

    def number(row: Row) -> int:
        return int(value(row).rpartition("-")[2])

    return Column(name=name, about=about, cell=cell, key=number, least=ID, most=ID, head="run", **more)


def sign_column(mark: Callable[[Row], Mark]) -> Column[Row]:
    """Return a column of signs of how something stands."""

    def cell(row: Row, width: int, scope: CellContext) -> Spans:
        return ((scope.glyphs.sign(mark(row).sign), mark(row).role),)

    about = "how it stands, as a sign"
    return Column(
        name="sign", about=about, cell=cell, key=lambda row: mark(row).word, least=1, most=1, tight=True
    )


def state_column(mark: Callable[[Row], Mark], least: int, most: int) -> Column[Row]:
    """Return a column of words of how something stands."""

    def cell(row: Row, width: int, scope: CellContext) -> Spans:
        return ((mark(row).word, mark(row).role),)

    about, key = "how it stands, as a word", lambda row: mark(row).word
    return Column(name="state", about=about, cell=cell, key=key, least=least, most=most, head="state")
