"""A grid: where its cursor goes, what is seen of it, and what it costs."""

from collections.abc import Sequence

import pytest
from textual.app import App, ComposeResult

from octotui.ui.widgets.cell_grid import CellGrid, GridRow

ROWS = [GridRow("a", "Alpha"), GridRow("b", "Beta"), GridRow("-", "More", has_cells=False), GridRow("c", "C")]
COLUMNS = {"test": "Test", "live": "Live", "last": "Last"}


class Screen(App[None]):
    """A grid alone."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn = 0
        self.words = "1.0"
        self.opened: list[tuple[str | None, str]] = []

    def compose(self) -> ComposeResult:
        yield CellGrid(self.draw)

    def draw(self, row: str, column: str, width: int, lines: int) -> Sequence[Sequence[tuple[str, str]]]:
        self.drawn += 1
        texts = [f"{row}/{column} {self.words}", f"{width}"][:lines]
        return [[(text, "plain")] for text in texts]

    def on_cell_grid_opened(self, event: CellGrid.Opened) -> None:
        self.opened.append((event.row, event.column))

    @property
    def grid(self) -> CellGrid:
        return self.query_one(CellGrid)

    @property
    def lines(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.screen._compositor.render_strips()]


async def shown(app: Screen, pilot, rows=ROWS, columns=COLUMNS) -> None:
    app.grid.show(rows, columns)
    app.grid.focus()
    await pilot.pause()


async def test_a_wide_one_says_a_cell_in_one_line_under_the_heads():
    app = Screen()
    async with app.run_test(size=(140, 10)) as pilot:
        await shown(app, pilot)
        assert app.lines[0].split() == ["Test", "Live", "Last"]
        assert app.lines[1].split() == ["Alpha", "a/test", "1.0", "a/live", "1.0", "a/last", "1.0"]
        assert app.lines[3] == " More"
        assert app.lines[4].split()[0] == "C"


async def test_a_narrow_one_takes_two_lines_and_the_columns_around_the_cursor():
    app = Screen()
    async with app.run_test(size=(52, 10)) as pilot:
        await shown(app, pilot)
        assert app.lines[0].split() == ["1-2", "of", "3", "Test", "Live"]
        assert app.lines[1].split()[0] == "Alpha"
        assert app.lines[2].split() == ["19", "19"]
        await pilot.press("right", "right")
        await pilot.pause()
        assert app.lines[0].split() == ["2-3", "of", "3", "Live", "Last"]
        await pilot.press("right", "left", "left")
        await pilot.pause()
        assert (app.grid.column, app.lines[0].split()[-2:]) == ("test", ["Test", "Live"])


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        ("", "a"), ("j", "b"), ("jj", "c"), ("jjj", "c"), ("jjk", "b"), ("G", "c"), ("Gg", "a"), ("k", None),
        ("kk", None), ("kj", "a"), ("gg", "a"), ("g", None),
    ],
)  # fmt: skip
async def test_keys_move_past_headings_up_to_the_heads(keys, row):
    app = Screen()
    async with app.run_test(size=(140, 10)) as pilot:
        await shown(app, pilot)
        await pilot.press(*keys, "enter")
        await pilot.pause()
        assert app.opened == [(row, "test")]


async def test_pages_go_as_far_as_is_seen():
    app = Screen()
    rows = [GridRow(str(number), f"Row {number}") for number in range(50)]
    async with app.run_test(size=(140, 11)) as pilot:
        await shown(app, pilot, rows)
        await pilot.press("pagedown")
        assert app.grid.row == "9"
        await pilot.press("pagedown", "pageup", "pageup", "pageup")
        assert app.grid.row == "0"
        await pilot.press("G")
        await pilot.pause()
        assert app.lines[-1].split()[:2] == ["Row", "49"]
        assert app.lines[0].split()[0] == "Test"


async def test_the_cursor_stays_with_its_row_and_column():
    app = Screen()
    async with app.run_test(size=(140, 10)) as pilot:
        await shown(app, pilot)
        await pilot.press("j", "right")
        app.grid.show([GridRow("new", "New"), *ROWS], {"first": "First", **COLUMNS})
        assert (app.grid.row, app.grid.column) == ("b", "live")
        app.grid.show(ROWS[:1], {"test": "Test"})
        assert (app.grid.row, app.grid.column) == ("a", "test")
        app.grid.show([], {"test": "Test"})
        assert app.grid.row is None


async def test_what_looks_the_same_is_not_drawn_again(monkeypatch):
    app = Screen()
    async with app.run_test(size=(140, 10)) as pilot:
        await shown(app, pilot)
        asked: list[object] = []
        monkeypatch.setattr(app.grid, "refresh", lambda *regions, **_: asked.extend(regions))
        app.grid.repaint()
        await pilot.pause()
        assert asked == []
        app.words = "2.0"
        app.grid.repaint()
        await pilot.pause()
        assert len(asked) == 3


async def test_the_mouse_puts_the_cursor_on_a_cell_and_twice_opens_it():
    app = Screen()
    async with app.run_test(size=(140, 10)) as pilot:
        await shown(app, pilot)
        await pilot.click(CellGrid, offset=(app.lines[2].index("b/live"), 2))
        assert (app.grid.row, app.grid.column) == ("b", "live")
        await pilot.click(CellGrid, offset=(2, 3))
        assert app.grid.row == "b"
        await pilot.click(CellGrid, offset=(app.lines[0].index("Last"), 0), times=2)
        assert app.opened == [(None, "last")]


async def test_it_says_why_there_is_nothing_to_open():
    app = Screen()
    async with app.run_test(size=(140, 10)) as pilot:
        await shown(app, pilot)
        app.grid.refuse("it has not run")
        await pilot.press("enter")
        await pilot.pause()
        assert app.opened == []
        assert app.grid.why_not("open", ()) == "it has not run"
        app.grid.refuse("")
        await pilot.press("enter")
        await pilot.pause()
        assert app.opened == [("a", "test")]
