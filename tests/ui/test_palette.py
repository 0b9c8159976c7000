from octotui.ui.palette import commands
from tests import scenes
from tests.ui.opened import opened


async def test_it_offers_what_the_screen_offers(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        titles = [each.title for each in commands(it.app.screen)]
        assert titles == [
            "Filter the runs",
            "Start a run",
            "Why?",
            "Output",
            "Variables",
            "Cancel the run",
            "Run again",
            "Help",
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


async def test_it_offers_what_a_key_of_the_pane_hides(tmp_path):
    """In the output `v` selects lines; the variables of the run can be had all the same."""
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("tab", "tab", "tab")
        offered = {each.title: each for each in commands(it.app.screen)}
        assert {"Wrap the output", "Search the output", "Variables"} <= offered.keys()
        await offered["Variables"].callback()
        await it.sees("Variables: run-2")
