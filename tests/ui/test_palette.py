import os

import pytest
from textual.command import CommandPalette

from octotui.store.user_config import THEMES
from octotui.ui.dialogs.start_dialog import StartDialog
from octotui.ui.palette import commands
from octotui.ui.settings.account_settings import AccountSettings
from octotui.ui.widgets.line_list import LineList
from tests import scenes
from tests.ui.opened import opened


async def test_it_offers_what_the_screen_offers(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("right", "j")
        titles = [each.title for each in commands(it.app.screen)]
        assert titles == [
            "Columns",
            "Mark all that are listed",
            "Fold or unfold all families",
            "Filter the runs",
            "Saved views",
            "The model's part",
            "Start a run",
            "Why?",
            "Output",
            "Variables",
            "Cancel the run",
            "Run again",
            "Help",
            "Plan before",
            "Timeline",
            "History",
            "Differences",
            "Check health",
            "Next question",
            "Next failure",
            "Zoom the pane",
            "Move the division left",
            "Move the division right",
            "Move the division up",
            "Move the division down",
            "Dashboard",
            "Pools, environments, targets",
            "Questions",
            "Leave octotui",
        ]


async def test_colon_opens_it_and_its_commands_work(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("colon")
        await it.pilot.press(*"start a run")
        await it.until(lambda: "Start a run" in it.text)
        await it.pilot.pause(0.3)
        await it.press("enter")
        await it.sees("Start which runbook?")


async def test_t3_it_offers_the_themes_which_are_kept(tmp_path):
    kept = []
    async with opened(scenes.seed(), tmp_path, account=AccountSettings(keep_theme=kept.append)) as it:
        await it.press("colon")
        await it.pilot.press(*"theme: light")
        await it.until(lambda: "Theme: light" in it.text)
        await it.pilot.pause(0.3)
        await it.press("enter")
        await it.until(lambda: kept == ["light"])
        assert it.app.theme == "light"
        titles = [each.title for each in it.app.get_system_commands(it.app.screen)]
        assert [each for each in titles if "heme" in each] == [f"Theme: {name}" for name in THEMES]


async def test_t3_without_colours_there_is_no_theme_to_choose(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(scenes.seed(), tmp_path) as it:
        await it.app.choose_theme("light")
        await it.sees("NO_COLOR is set")
        assert it.app.theme == "terminal"
        assert os.environ["NO_COLOR"] == "1"  # for the app on the next space, and for editors
        segments = [part for strip in it.app.screen._compositor.render_strips() for part in strip]
        styles = [each.style for each in it.app._visible.apply(segments, it.app.screen.background_colors[0])]
        assert any(style and style.reverse for style in styles)
        assert not any(style and (style.color or style.bgcolor) for style in styles)


async def test_it_offers_what_a_key_of_the_pane_hides(tmp_path):
    """In the output `v` selects lines; the variables of the run can be had all the same."""
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("right", "j", "tab", "tab", "tab")
        offered = {each.title: each for each in commands(it.app.screen)}
        assert {"Wrap the output", "Search the output", "Variables"} <= offered.keys()
        await offered["Variables"].callback()
        await it.sees("Variables: run-2")


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
async def test_both_keys_open_it_on_every_screen(tmp_path, key):
    for before in ([], ["tab"], ["enter"], ["l"]):
        async with opened(scenes.seed(), tmp_path) as it:
            await it.press(*before)
            assert CommandPalette.is_open(it.app) is False
            await it.press(key)
            assert CommandPalette.is_open(it.app) is True


async def test_nothing_is_offered_twice(tmp_path):
    """Ours asks what becomes of runs, and the help says the keys: Textual's own are not there."""
    async with opened(scenes.seed(), tmp_path) as it:
        titles = [each.title for each in it.app.get_system_commands(it.app.screen)]
        assert "Leave octotui" in titles
        assert "Theme: light" in titles
        assert not {"Theme", "Quit", "Keys", "Screenshot", "Maximize", "Minimize"}.intersection(titles)
        assert len(titles) == len(set(titles))


async def test_in_the_start_dialog_ctrl_p_goes_up(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("s", "down", "ctrl+p")
        assert isinstance(it.app.screen, StartDialog)
        assert it.app.screen.query_one(LineList).cursor == 0
