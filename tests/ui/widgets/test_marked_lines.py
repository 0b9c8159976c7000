"""Lines are marked one by one, or all at once."""

from textual.app import App, ComposeResult

from octotui.ui.widgets.column_layout import ColumnLayout
from octotui.ui.widgets.marked_lines import MarkedLines
from tests.views.lists.test_columns import column


class Marking(App[None]):
    """One list, and how often its marks have changed."""

    def __init__(self) -> None:
        super().__init__()
        self.layouts = ColumnLayout("things", "things", (column("a", 1, 9),), ("a",))
        self.changes = 0

    def compose(self) -> ComposeResult:
        yield MarkedLines(self.layouts, lambda key, width: [(key, "plain")], id="things")

    def on_marked_lines_remarked(self) -> None:
        self.changes += 1


async def test_a_key_marks_a_line_and_goes_on_and_another_marks_all():
    app = Marking()
    async with app.run_test() as pilot:
        lines = app.query_one(MarkedLines)
        await pilot.press("space", "asterisk")
        assert lines.marked == frozenset()
        lines.show(["a", "b", "c"])
        await pilot.press("space")
        assert (lines.marked, lines.key) == ({"a"}, "b")
        await pilot.press("k", "space")
        assert lines.marked == frozenset()
        await pilot.press("asterisk")
        assert lines.marked == {"a", "b", "c"}
        await pilot.press("asterisk")
        assert lines.marked == frozenset()
        await pilot.pause()
        assert app.changes == 4
