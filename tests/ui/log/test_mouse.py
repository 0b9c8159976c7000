"""The mouse in a log."""

from pathlib import Path

from textual.events import MouseScrollDown

from octotui.store.logs.log_writer import LogWriter
from tests.ui.log_screen import Screen, numbered


async def test_the_wheel_scrolls_down_and_sideways(tmp_path: Path) -> None:
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        log.append(numbered(0, 50) + b"0123456789" * 9, 1.0)
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.show(tmp_path / "log", live=False)
        await pilot.press("g")
        app.view.post_message(MouseScrollDown(app.view, 1, 1, 0, 0, 0, False, False, False))
        await pilot.pause()
        assert app.rows[0] == ">line 3"
        await pilot.press("G")
        app.view.post_message(MouseScrollDown(app.view, 1, 1, 0, 0, 0, True, False, False))
        await pilot.pause()
        assert app.rows[-1].startswith(">456789")


async def test_dragging_beyond_the_page_scrolls_and_without_lines_does_nothing(tmp_path: Path) -> None:
    app = Screen()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.click(app.view, offset=(1, 1))
        with LogWriter(tmp_path / "log") as log:
            log.append(numbered(0, 50), 1.0)
        app.view.show(tmp_path / "log", live=False)
        await pilot.press("g")
        await pilot.mouse_down(app.view, offset=(1, 8))
        for _ in range(4):
            app.view._extend(app.view._line_at(99) or 0)
        assert app.rows[-1].strip("| ") == "line 13"
        assert app.view._line_at(-1) == app.view._page[0].number - 1
