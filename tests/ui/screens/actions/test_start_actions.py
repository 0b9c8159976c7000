"""Starts, and plans before them, on screens about runs."""

from octotui.engine.commands import StartRun
from octotui.ui.plans.plan_dialog import PlanDialog
from tests import scenes
from tests.ui.opened import opened


async def test_a_start_goes_the_way_of_the_dialog(tmp_path):
    async with opened(scenes.idle(), tmp_path, (80, 24)) as it:
        await it.press("s", *"nightly", "enter", "enter", "enter")
        assert it.session.sent == [StartRun(process="nightly", requester="ann")]


async def test_e6_b_refuses_without_a_run(tmp_path):
    async with opened(scenes.idle(), tmp_path, (80, 24)) as it:
        await it.press("b")
        await it.sees("no run is selected")


async def test_e6_b_works_on_a_run_of_its_own_screen(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        await it.press("enter", "b")
        assert isinstance(it.app.screen, PlanDialog)
        await it.sees("If Unleash the kraken started now")
        await it.press("escape")
        assert not isinstance(it.app.screen, PlanDialog)


async def test_what_was_started_last_is_first(tmp_path):
    async with opened(scenes.asking(), tmp_path, (80, 24)) as it:
        await it.press("s", "enter", "enter", "enter")
        assert it.session.sent == [StartRun(process="create-aws-rds", environment="test", requester="ann")]
