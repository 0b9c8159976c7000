"""Columns of any list: as many as fit into a width, in order of preference."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any, Generic, TypeVar

import msgspec

from octotui.engine.forecast import UNKNOWN, Forecast
from octotui.model.complaints import did_you_mean
from octotui.views.labels import UNICODE, Glyphs, Role
from octotui.views.text.clock_times import Zone

Row = TypeVar("Row")
Spans = tuple[tuple[str, Role], ...]
ENOUGH = 28  # cells that a column gets before others get more than they need
UNCUT = 10_000  # cells of a column without a limit
NARROW = 64  # cells; narrower lists have gaps of one space, others of two


class CellContext(msgspec.Struct, frozen=True):
    """The context of a cell: the present time, the time zone, the glyphs, and what is forecast."""

    now: float = 0.0
    zone: Zone = UTC
    glyphs: Glyphs = UNICODE
    coming: Forecast = UNKNOWN


class Column(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """One column: `cell` draws a row within a width, `key` is its sort key, None last.

    It takes `least` to `most` cells, and more than `enough` only when no other column wants them. A `tight`
    one is followed by one space; an `extra` one is shown only where none before it is cut.
    """

    name: str
    about: str
    cell: Callable[[Row, int, CellContext], Spans]
    key: Callable[[Row], Any]
    least: int
    most: int
    head: str = ""
    right: bool = False
    enough: int = ENOUGH
    tight: bool = False
    extra: bool = False


class UnknownColumn(ValueError):
    """A list has no column of that name; the text is a sentence."""


class Placed(msgspec.Struct, Generic[Row], frozen=True):
    """A column with its width in cells, and the gap before it."""

    column: Column[Row]
    width: int
    gap: int


def named(columns: Iterable[Column[Row]], names: Iterable[str]) -> tuple[Column[Row], ...]:
    """Return the columns of these names or heads, unique and in order; raises UnknownColumn."""
    known = {each.name: each for each in columns}
    either = {each.head: each for each in known.values() if each.head} | known
    found: dict[str, Column[Row]] = {}
    for name in names:
        if name not in either:
            raise UnknownColumn(f"there is no column “{name}”{did_you_mean(name, known)}")
        found[either[name].name] = either[name]
    return tuple(found.values())


def cut_before_left_out(column: Column[Row]) -> Column[Row]:
    """Return a column that is shown also where one before it is cut."""
    return msgspec.structs.replace(column, extra=False)


def sorting(columns: Iterable[Column[Row]], sort: str) -> tuple[Column[Row], bool] | None:
    """Parse `started` or `-started` to a column and whether descending; None for an empty text."""
    if not sort:
        return None
    (column,) = named(columns, [sort.removeprefix("-")])
    return column, sort.startswith("-")


def by_column(rows: Iterable[Row], column: Column[Row], *, descending: bool) -> list[Row]:
    """Sort rows by a column, stably; rows without a value come last."""
    keyed = [(column.key(row), row) for row in rows]
    known = [each for each in keyed if each[0] is not None]
    known.sort(key=lambda each: each[0], reverse=descending)
    return [row for _, row in known] + [row for key, row in keyed if key is None]


def placed(columns: Sequence[Column[Row]], width: int, sizes: Mapping[str, int]) -> tuple[Placed[Row], ...]:
    """Fit columns into a width, the first ones first; `sizes` are those that need less than `most`.

    The remaining cells go to columns that are cut, the first ones first.
    """
    space = 1 if width < NARROW else 2
    shown: list[Placed[Row]] = []
    left = roomy = width
    for column in columns:
        gap = 0 if not shown else 1 if shown[-1].column.tight else space
        least = min(column.least, _most(column, sizes))
        if gap + least > (roomy if column.extra else left):
            break
        shown.append(Placed(column, least, gap))
        left -= gap + least
        roomy -= gap + max(least, min(column.enough, _most(column, sizes)))
    for all_of_it in (False, True):
        for index, each in enumerate(shown):
            most = _most(each.column, sizes)
            wanted = most if all_of_it else min(each.column.enough, most)
            more = max(0, min(left, wanted - each.width))
            shown[index] = Placed(each.column, each.width + more, each.gap)
            left -= more
    return tuple(shown)


def whole(
    columns: Sequence[Column[Row]], rows: Sequence[Row], scope: CellContext, length: Callable[[str], int]
) -> tuple[Placed[Row], ...]:
    """Lay out all columns at full width; `length` returns the cells of a text."""
    shown: list[Placed[Row]] = []
    for column in columns:
        widest = _widest(column, rows, scope, length)
        gap = 0 if not shown else 1 if shown[-1].column.tight else 2
        shown.append(Placed(column, max(widest, len(column.head)), gap))
    return tuple(shown)


def measured(
    columns: Iterable[Column[Row]], rows: Sequence[Row], scope: CellContext, length: Callable[[str], int]
) -> dict[str, int]:
    """Return the cells that columns need for rows, 0 where they are empty; numbers and times take `least`."""
    widest = {each: _widest(each, rows, scope, length) for each in columns}
    return {
        each.name: max(each.least if each.right else 1, cells) if cells else 0
        for each, cells in widest.items()
    }


def _widest(
    column: Column[Row], rows: Iterable[Row], scope: CellContext, length: Callable[[str], int]
) -> int:
    cells = (column.cell(row, UNCUT, scope) for row in rows)
    return max((sum(length(text) for text, _ in cell) for cell in cells), default=0)


def without_empty(
    columns: Iterable[Column[Row]], sizes: Mapping[str, int], *, always: Collection[str] = ()
) -> tuple[Column[Row], ...]:
    """Leave out columns that need no cell, but not the names in `always`; a list has at least one."""
    columns = tuple(columns)
    return tuple(each for each in columns if sizes.get(each.name) != 0 or each.name in always) or columns


def _most(column: Column[Row], sizes: Mapping[str, int]) -> int:
    """Return the cells that a column can use: its widest known cell, or its head."""
    widest = sizes.get(column.name)
    return column.most if widest is None else max(1, len(column.head), min(column.most, widest))
