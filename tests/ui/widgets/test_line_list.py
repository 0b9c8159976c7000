import pytest
from textual.app import App, ComposeResult
from textual.screen import Screen

from octotui.ui.widgets.line_list import LineList


class Listing(App[None]):
    """A list of a million rows, or fewer."""

    CSS_PATH = "../../../octotui/ui/app.tcss"

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.drawn: list[str] = []
        self.heard: list[tuple[str, str | None]] = []

    def compose(self) -> ComposeResult:
        yield LineList(self.draw, empty="nothing here")

    @property
    def lines(self) -> LineList:
        return self.query_one(LineList)

    def draw(self, key: str, width: int) -> list[tuple[str, str]]:
        self.drawn.append(key)
        return [(f"row {key} of {width}", "plain")]

    def on_mount(self) -> None:
        self.lines.show([str(number) for number in range(self.count)])

    def on_line_list_moved(self, event: LineList.Moved) -> None:
        self.heard.append((type(event).__name__, event.key))

    def on_line_list_opened(self, event: LineList.Opened) -> None:
        self.heard.append((type(event).__name__, event.key))

    def row(self, y: int) -> str:
        return self.lines.render_line(y).text.rstrip()


async def test_keys_move_the_cursor_and_enter_opens():
    app = Listing(100)
    async with app.run_test(size=(30, 11)) as pilot:
        for keys, at in (
            ("j", 1),
            ("k", 0),
            ("k", 0),
            ("G", 99),
            ("g", 0),
            ("down", 1),
            ("end", 99),
            ("home", 0),
        ):
            await pilot.press(keys)
            assert app.lines.cursor == at, keys
        await pilot.press("pagedown", "ctrl+d", "pageup", "enter")
        assert app.lines.cursor == 10
        assert app.heard[-1] == ("Opened", "10")
        assert ("Moved", "99") in app.heard


async def test_the_cursor_shows_by_marker_and_reverse():
    app = Listing(3)
    async with app.run_test(size=(30, 5)):
        assert app.row(0) == "▌row 0 of 28"
        assert app.row(1) == " row 1 of 28"
        assert any(segment.style and segment.style.reverse for segment in app.lines.render_line(0))
        assert not any(segment.style and segment.style.reverse for segment in app.lines.render_line(1))
        app.lines.blur()
        app.set_focus(None)
        assert app.row(0) == "▌row 0 of 28"


async def test_only_what_is_visible_is_drawn():
    app = Listing(100_000)
    async with app.run_test(size=(30, 10)) as pilot:
        await pilot.press("G")
        await pilot.pause()
        assert len(set(app.drawn)) <= 40
        assert app.row(9) == "▌row 99999 of 28"


async def test_the_cursor_stays_with_its_key_when_lines_come_and_go():
    app = Listing(5)
    async with app.run_test() as pilot:
        await pilot.press("j", "j")
        app.lines.show(["new", "0", "1", "2"])
        assert app.lines.key == "2"
        app.lines.show(["new", "0", "1"])
        assert app.lines.key == "1"
        app.lines.show([])
        assert app.lines.key is None
        assert app.row(0) == " nothing here"
        await pilot.press("j", "k", "G", "enter", "pagedown")
        assert app.lines.key is None


async def test_the_cursor_never_stands_on_a_deaf_line():
    app = Listing(0)
    async with app.run_test() as pilot:
        app.lines.show(["head", "a", "text", "b", "tail"], frozenset((0, 2, 4)))
        assert app.lines.key == "a"
        for key, at in (("j", "b"), ("j", "b"), ("k", "a"), ("k", "a"), ("G", "b"), ("g", "a")):
            await pilot.press(key)
            assert app.lines.key == at
        app.lines.show(["head"], frozenset((0,)))
        assert app.lines.key == "head"


async def test_a_click_moves_and_two_open():
    app = Listing(5)
    async with app.run_test() as pilot:
        await pilot.click(LineList, offset=(3, 2))
        assert app.lines.key == "2"
        await pilot.click(LineList, offset=(3, 3), times=2)
        assert app.heard[-1] == ("Opened", "3")
        await pilot.click(LineList, offset=(3, 20))
        assert app.lines.key == "3"


async def test_select_says_whether_the_key_is_there():
    app = Listing(5)
    async with app.run_test():
        assert app.lines.select("4")
        assert app.lines.keys == ("0", "1", "2", "3", "4")
        assert not app.lines.select("9")
        assert app.lines.key == "4"


@pytest.mark.parametrize("size", [(2, 3), (1, 1), (200, 60)])
async def test_it_lives_at_any_size(size):
    async with Listing(5).run_test(size=size) as pilot:
        await pilot.press("j")


async def test_a_step_of_the_cursor_repaints_the_two_lines_that_differ():
    app = Listing(1_000_000)
    async with app.run_test(size=(30, 20)) as pilot:
        await pilot.press("j")
        await pilot.pause()
        app.drawn.clear()
        await pilot.press("j")
        await pilot.pause()
        assert {*app.drawn} == {"1", "2"}


async def test_another_number_of_lines_lays_nothing_out_unless_the_scrollbar_comes_or_goes(monkeypatch):
    app = Listing(100)
    async with app.run_test(size=(30, 10)) as pilot:
        await pilot.pause()
        laid, lay = [], Screen._refresh_layout
        monkeypatch.setattr(Screen, "_refresh_layout", lambda *args, **more: laid.append(lay(*args, **more)))
        for count, is_laid, has_bar in ((90, False, True), (200, False, True), (5, True, False)):
            laid.clear()
            app.lines.show([str(number) for number in range(count)])
            await pilot.pause()
            assert (bool(laid), app.lines.show_vertical_scrollbar) == (is_laid, has_bar)
            assert app.lines.max_scroll_y == max(0, count - 10)


async def test_a_list_without_lines_has_no_key_wherever_the_cursor_is_put():
    app = Listing(0)
    async with app.run_test(size=(30, 11)) as pilot:
        for cursor in (-1, 0, 7):
            app.lines.cursor = cursor
            assert (app.lines.cursor, app.lines.key) == (0, None)
        await pilot.press("j", "k", "G", "g", "pagedown", "pageup", "enter")
        app.lines.show(["a", "b"])
        app.lines.cursor = 7
        assert app.lines.key == "b"
        app.lines.show([])
        assert (app.lines.cursor, app.lines.key) == (0, None)
        assert "Opened" not in [kind for kind, _ in app.heard]
