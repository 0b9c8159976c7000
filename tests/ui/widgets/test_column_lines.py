"""A list in columns asks for others, and takes them."""

from textual.app import App, ComposeResult

from octotui.store.user_config import ListSetting
from octotui.ui.widgets.column_layout import ColumnLayout
from octotui.ui.widgets.column_lines import ColumnLines
from tests.views.lists.test_columns import column


class Listing(App[None]):
    """One list, and what it posts."""

    def __init__(self) -> None:
        super().__init__()
        self.layouts = ColumnLayout("things", "things", (column("a", 1, 9),), ("a",))
        self.posted: list[object] = []

    def compose(self) -> ComposeResult:
        yield ColumnLines(self.layouts, lambda key, width: [(key, "plain")], empty="nothing", id="things")

    def on_column_lines_columns_wanted(self, event: ColumnLines.ColumnsWanted) -> None:
        self.posted.append(event.lines)

    def on_column_lines_arranged(self, event: ColumnLines.Arranged) -> None:
        self.posted.append("arranged")


async def test_a_key_asks_for_columns_and_those_chosen_are_taken():
    app = Listing()
    async with app.run_test() as pilot:
        lines = app.query_one(ColumnLines)
        lines.focus()
        await pilot.press("C")
        await pilot.pause()
        assert app.posted == [lines]
        lines.take_setting(ListSetting((), "-a"))
        await pilot.pause()
        assert app.posted == [lines, "arranged"]
        assert lines.column_layout.setting == ListSetting((), "-a")
