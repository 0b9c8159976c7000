from octotui.ui.palette import commands
from tests import scenes
from tests.ui.opened import opened


async def test_it_offers_what_the_screen_offers(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        titles = [each.title for each in commands(it.app, it.app.screen)]
        assert titles == [
            "Start a run",
            "Why?",
            "Output",
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
