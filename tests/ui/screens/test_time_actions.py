"""The keys that lead from a run to its time, and where there is none."""

from octotui.ui.screens.timeline_screen import TimelineScreen
from tests import scenes
from tests.ui.opened import opened


async def test_without_a_run_it_says_why_not(tmp_path):
    async with opened(scenes.idle(), tmp_path) as it:
        await it.press("L")
        await it.sees("no run is selected")


async def test_it_opens_from_a_run_and_the_questions(tmp_path):
    for keys in (("enter", "L"), ("Q", "L")):
        async with opened(scenes.asking(), tmp_path) as it:
            await it.press(*keys)
            if isinstance(it.app.screen, TimelineScreen):
                await it.sees("Timeline of run-")
            else:
                await it.sees("no run is selected")
