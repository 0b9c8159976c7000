"""Asking for a file."""

from pathlib import Path

import pytest
from textual.app import App
from textual.geometry import Region

from octotui.ui.log.prompt import SearchPrompt
from octotui.ui.log.save_prompt import SavePrompt, SaveTarget, SaveWanted
from tests import scenes
from tests.ui.opened import opened


async def test_a_file_or_none_is_named(tmp_path: Path) -> None:
    """Another name than that of a file that is there needs no second word."""
    (tmp_path / "there").touch()
    wanted = SaveWanted("2 lines", str(tmp_path / "there"), lambda file: None)
    targets: list[SaveTarget | None] = []
    app: App[None] = App()
    async with app.run_test(size=(60, 10)) as pilot:
        for keys in (("escape",), ("ctrl+u", "enter"), ("enter", "2", "enter"), ("enter", "enter")):
            await app.push_screen(SavePrompt(wanted, Region(0, 0, 60, 10)), targets.append)
            await pilot.pause()
            await pilot.press(*keys)
            await pilot.pause()
    assert targets == [
        None,
        None,
        SaveTarget(tmp_path / "there2", False),
        SaveTarget(tmp_path / "there", True),
    ]


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (120, 40)])
async def test_whether_a_file_is_replaced_is_asked_in_full_and_no_toast_covers_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    folder = tmp_path / "a folder with a long name" / "and another one in it"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    async with opened(scenes.seed(), tmp_path, size) as it:
        await it.press("right", "j", "j", "l", "W")
        await it.sees("in which file?")
        await it.press("enter")
        await it.sees("Saved 3 lines in")
        it.app.notify("a toast that stays", timeout=600)
        await it.press("W")
        await it.sees("in which file?")
        await it.press("enter")
        await it.sees("a toast that stays", "there already")
        assert "is there already: enter replaces it, esc keeps it" in " ".join(it.text.split())
        assert "run-3-create-the-instance.log" in {row.strip() for row in it.text.splitlines()}
        it.app.push_screen(SearchPrompt("", Region(0, size[1] - 3, size[0], 1)))
        await it.sees("search: text or a regular expression")


async def test_in_a_browser_files_are_in_the_home_of_the_account(tmp_path: Path, monkeypatch) -> None:
    """The app of a page runs in `/`; what is asked says whose file it is."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(App, "is_web", True)
    monkeypatch.chdir("/")
    targets: list[SaveTarget | None] = []
    app: App[None] = App()
    async with app.run_test(size=(60, 10)) as pilot:
        for keys in (("enter",), ("ctrl+u", "b", "enter")):
            await app.push_screen(
                SavePrompt(SaveWanted("2 lines", "a.log", lambda file: None), Region(0, 0, 60, 10)),
                targets.append,
            )
            await pilot.pause()
            assert "Save 2 lines in which file of the server?" in str(app.screen.query_one("#told").render())
            await pilot.press(*keys)
            await pilot.pause()
    assert targets == [SaveTarget(tmp_path / "a.log", False), SaveTarget(tmp_path / "b", False)]
