"""The columns of a list that are shown, in which order and width, and by which it is sorted."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from octotui.store.user_config import ListSetting
from octotui.ui.styled_text import Span, cells
from octotui.ui.widgets.column_head import head_spans, row_spans
from octotui.views.lists.columns import (
    CellContext,
    Column,
    Placed,
    UnknownColumn,
    by_column,
    measured,
    named,
    placed,
    sorting,
    without_empty,
)

Row = TypeVar("Row")


class ColumnLayout(Generic[Row]):
    """What a list called `name` shows `about` its rows: the setting of its account over the usual columns."""

    def __init__(
        self,
        name: str,
        about: str,
        columns: Sequence[Column[Row]],
        usual: Sequence[str],
        setting: ListSetting = ListSetting(),  # noqa: B008 - it is immutable
    ) -> None:
        """Create it; `usual` columns are shown where nobody has chosen, and left out while they are empty."""
        self.name = name
        self.about = about
        self.columns = tuple(columns)
        self.usual = tuple(usual)
        self._sizes: Mapping[str, int] = {}
        self._placed: dict[int, tuple[Placed[Row], ...]] = {}
        self.arrange(setting)

    def arrange(self, setting: ListSetting) -> None:
        """Take other columns and another order; those that this version does not know are left out."""
        known = {each.name for each in self.columns}
        self.chosen = tuple(each for each in setting.columns if each in known)
        try:
            self.sort = sorting(self.columns, setting.sort)
        except UnknownColumn:
            self.sort = None
        self._placed = {}

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the columns that are shown as far as they fit."""
        return self.chosen or self.usual

    @property
    def setting(self) -> ListSetting:
        """Columns and order as they are kept."""
        sort = f"{'-' if self.sort[1] else ''}{self.sort[0].name}" if self.sort else ""
        return ListSetting(self.chosen, sort)

    def measure(self, sizes: Mapping[str, int]) -> None:
        """Take the cells that columns need for the rows that are listed now."""
        if sizes != self._sizes:
            self._sizes, self._placed = sizes, {}

    def measure_rows(self, rows: Sequence[Row], scope: CellContext) -> None:
        """Measure what these rows show."""
        self.measure(measured(self.columns, rows, scope, cells))

    def place(self, width: int) -> tuple[Placed[Row], ...]:
        """Return the columns that fit a width; computed once for each width."""
        if width not in self._placed:
            columns = named(self.columns, self.shown)
            kept = without_empty(columns, self._sizes, always={*self.chosen} - {*self.usual})
            self._placed = {width: placed(kept, width, self._sizes)}
        return self._placed[width]

    def sorted(self, rows: Iterable[Row]) -> list[Row]:
        """Sort rows by the chosen column, if any."""
        return by_column(rows, self.sort[0], descending=self.sort[1]) if self.sort else [*rows]

    def unseen_sort(self, width: int) -> tuple[Span, ...]:
        """Say what rows are sorted by where that column is hidden, or does not fit; else nothing."""
        if self.sort is None or any(each.column is self.sort[0] for each in self.place(width)):
            return ()
        return ((f"by {self.sort[0].name} {'↓' if self.sort[1] else '↑'}", "lit"),)

    def turned(self, cell: int, width: int) -> ListSetting | None:
        """Return the setting in which the column at a cell sorts: ascending, descending, not at all.

        None where no column is.
        """
        end = 0
        for each in self.place(width):
            end += each.gap + each.width
            if cell < end:
                name, setting = each.column.name, self.setting
                sort = {name: f"-{name}", f"-{name}": ""}.get(setting.sort, name)
                return ListSetting(setting.columns, sort)
        return None

    def line(self, row: Row, width: int, scope: CellContext) -> list[Span]:
        """Draw a row in one line."""
        return row_spans(self.place(width), row, scope)

    def head(self, width: int, scope: CellContext) -> tuple[Span, ...]:
        """Draw the heads of the columns."""
        column, descending = (self.sort[0].name, self.sort[1]) if self.sort else ("", False)
        return head_spans(self.place(width), column, scope.glyphs, descending=descending)
