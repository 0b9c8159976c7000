"""The dialog for the columns of a list, their order, and the sort column."""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from octotui.store.user_config import ListSetting
from octotui.ui.key_actions import ExplainedActions, KeyAction, relabel
from octotui.ui.styled_text import Span, glyphs_of, padded
from octotui.ui.widgets.column_layout import ColumnLayout
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.plain_text import PlainText
from octotui.views.labels import Role

WHERE = {"runs": "in all spaces, and in octotui runs"}


class ColumnsDialog(ExplainedActions, ModalScreen[ListSetting | None]):
    """Every column on a line, those that are shown first; the first ones stay where the list is narrow."""

    TITLE = "Columns"
    KEYS_TITLE = "Where columns are chosen"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("space", "choose", "show", tooltip="This column, or leave it out"),
        KeyAction(
            "J,shift+down",
            "shift(1)",
            "move",
            key_display="J K",
            id="columns.move_down",
            tooltip="One further down",
        ),
        KeyAction(
            "K,shift+up", "shift(-1)", "move", show=False, id="columns.move_up", tooltip="One further up"
        ),
        KeyAction("s", "sort", "sort", tooltip="By this one: ascending, descending, not at all"),
        KeyAction("d", "usual", "defaults", tooltip="The columns and the order of a new list"),
        KeyAction("escape,q", "dismiss", "back", lasting=True, tooltip="Change nothing"),
    ]

    def __init__(self, layout: ColumnLayout[Any]) -> None:
        """Create it for the present columns and order of a list."""
        super().__init__()
        self._about = layout.about
        self._where = WHERE.get(layout.name, "in all spaces")
        self._columns = {each.name: each for each in layout.columns}
        self._usual = layout.usual
        self._names = max(map(len, self._columns)) + 2
        self._sort = layout.setting.sort
        self._take(layout.shown)

    def _take(self, shown: Sequence[str]) -> None:
        """Order the columns: the shown ones, then the others."""
        self._shown = set(shown)
        self._order = [*shown, *(name for name in self._columns if name not in self._shown)]

    def compose(self) -> ComposeResult:
        """Yield the columns, and the keys."""
        with Vertical(classes="dialog -broad"):
            yield PlainText(f"{self.TITLE}: {self._about}, {self._where}", classes="dialog--title")
            yield LineList(self._line)
            yield KeyBar()

    def on_mount(self) -> None:
        """List the columns."""
        lines = self.query_one(LineList)
        lines.styles.height = len(self._order)
        lines.show(self._order)
        relabel(lines, "open", "keep")
        lines.focus()

    def _line(self, name: str, width: int) -> list[Span]:
        column, glyphs = self._columns[name], glyphs_of(self)
        sign: Span = (f"{glyphs.sign('good')} ", "good") if name in self._shown else ("  ", "plain")
        arrow = {name: "↑", f"-{name}": "↓"}.get(self._sort, " ")
        role: Role = "plain" if name in self._shown else "muted"
        return [sign, (padded(name, self._names), role), (f"{arrow} ", "lit"), (column.about, "muted")]

    @property
    def _here(self) -> str:
        """The column under the cursor."""
        return self.query_one(LineList).key or self._order[0]

    def _setting(self) -> ListSetting:
        """Return the setting; default columns are not stored, so that they may change."""
        shown = tuple(name for name in self._order if name in self._shown)
        return ListSetting(() if shown == self._usual else shown, self._sort)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to hide the last column, or to move one beyond the ends."""
        if not self.is_mounted:
            return ""
        if action == "choose" and self._shown == {self._here}:
            return "a list has at least one column"
        if action == "shift":
            step, at = int(str(parameters[0])), self._order.index(self._here)
            ends = {0: "it is the first", len(self._order) - 1: "it is the last"}
            return "" if 0 <= at + step < len(self._order) else ends[at]
        if action == "usual" and self._setting() == ListSetting():
            return "the columns and the order are those of a new list already"
        return ""

    def action_choose(self) -> None:
        """Show or hide a column."""
        self._shown ^= {self._here}
        self._changed()

    def action_shift(self, step: int) -> None:
        """Move a column."""
        at = self._order.index(self._here)
        self._order[at], self._order[at + step] = self._order[at + step], self._order[at]
        self._changed()

    def action_sort(self) -> None:
        """Sort by a column: ascending, descending, not at all."""
        name = self._here
        self._sort = {name: f"-{name}", f"-{name}": ""}.get(self._sort, name)
        self._changed()

    def action_usual(self) -> None:
        """Restore the defaults."""
        self._sort = ""
        self._take(self._usual)
        self._changed()

    def _changed(self) -> None:
        self.query_one(LineList).show(self._order)
        self.refresh_bindings()

    @on(LineList.Opened)
    def _keep(self, event: LineList.Opened) -> None:
        event.stop()
        self.dismiss(self._setting())

    @on(LineList.Moved)
    def _move(self) -> None:
        self.refresh_bindings()
