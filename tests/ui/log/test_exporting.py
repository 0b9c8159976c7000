"""Copying, saving and opening lines."""

import stat
from pathlib import Path

import pytest

from octotui.store.logs.log_writer import LogWriter
from octotui.ui.external import IN_BROWSER
from tests.ui.log_screen import Screen, done, numbered


def message(app: Screen) -> str:
    return [*app._notifications][-1].message


async def test_s10_lines_are_saved_as_they_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A private file; one that is there is replaced only when that is asked for."""
    monkeypatch.chdir(tmp_path)
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        log.append(b"\x1b[31mred\x1b[0m\tend\x07\n" + numbered(1, 50), 1.0)
    async with app.run_test(size=(90, 10), notifications=True) as pilot:
        app.view.show(tmp_path / "log", "Output · run-7 Copy, the ../files", live=False)
        await pilot.press("g", "d", "W")
        await pilot.pause()
        await pilot.press("enter")
        await done(app, pilot)
        saved = tmp_path / "run-7-copy-the-files.log"
        lines = saved.read_text().splitlines()
        assert (lines[0], len(lines)) == ("red     end\\x07", 50)
        assert stat.S_IMODE(saved.stat().st_mode) == 0o600
        assert message(app) == f"Saved 50 lines in {saved}"
        await pilot.press("m", "j", "W")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert "is there already: enter replaces it" in str(app.screen.query_one("#told").render())
        await pilot.press("escape")
        assert len(saved.read_text().splitlines()) == 50
        await pilot.press("W")
        await pilot.pause()
        await pilot.press("enter", "enter")
        await done(app, pilot)
        assert saved.read_text() == "red     end\\x07\nline 1\n"
        assert app.view.suffix == "line 2 of 50"


async def test_what_cannot_be_saved_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        log.append(numbered(0, 50), 1.0)
    async with app.run_test(size=(90, 10), notifications=True) as pilot:
        app.view.show(tmp_path / "log", live=False)
        await pilot.press("W")
        await pilot.pause()
        await pilot.press("ctrl+u", *"/tmp", "enter")
        await pilot.pause()
        assert "is a folder" in str(app.screen.query_one("#told").render())
        await pilot.press("ctrl+u", *"none/here", "enter")
        await done(app, pilot)
        assert "none" in message(app)
        assert not (tmp_path / "none").exists()
        (tmp_path / "there").write_text("mine")
        (tmp_path / "link").symlink_to(tmp_path / "there")
        await pilot.press("W")
        await pilot.pause()
        await pilot.press("ctrl+u", *"link", "enter")
        await pilot.pause()
        assert "is there already" in str(app.screen.query_one("#told").render())
        await pilot.press("enter")
        await done(app, pilot)
        assert (tmp_path / "there").read_text() == "mine"
        assert not (tmp_path / "link").is_symlink()


async def test_only_filtered_lines_are_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        log.append(numbered(0, 50), 1.0)
    async with app.run_test(size=(90, 10)) as pilot:
        app.view.show(tmp_path / "log", live=False)
        app.view.filter("-1 9$")
        await done(app, pilot)
        await pilot.press("W")
        await pilot.pause()
        await pilot.press("enter")
        await done(app, pilot)
        assert len((tmp_path / "output.log").read_text().splitlines()) == 14


async def test_lines_are_selected_with_the_mouse_and_copied(tmp_path: Path) -> None:
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        log.append(numbered(0, 50), 1.0)
    async with app.run_test(size=(40, 10), notifications=True) as pilot:
        app.view.show(tmp_path / "log", live=False)
        await pilot.press("g", "d")
        await pilot.click(app.view, offset=(12, 3))
        assert (app.rows[3][0], app.view.suffix) == (">", "line 4 of 50")
        await pilot.mouse_down(app.view, offset=(12, 2))
        await pilot.hover(app.view, offset=(3, 4))
        await pilot.pause()
        assert [row[0] for row in app.rows[1:6]] == [" ", "|", "|", "|", " "]
        await pilot.mouse_up(app.view, offset=(3, 4))
        await done(app, pilot)
        assert app.clipboard == "line 2\nline 3\nline 4"
        assert message(app).startswith("Sent 3 lines to the terminal (OSC 52)")
        assert app.view.suffix == "line 5 of 50"


async def test_in_a_browser_no_program_is_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No copy is written for it; saving goes on."""
    monkeypatch.setattr(Screen, "is_web", True)
    app = Screen()
    with LogWriter(tmp_path / "log") as log:
        log.append(numbered(0, 5), 1.0)
    async with app.run_test(size=(90, 10)):
        app.view.show(tmp_path / "log", live=False)
        for command in ("EDITOR", "PAGER"):
            assert app.view.why_not("open", (command,)) == IN_BROWSER
            assert app.view.check_action("open", (command,)) is False
        assert app.view.why_not("save", ()) == ""
