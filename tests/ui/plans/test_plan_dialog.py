"""The whole plan, and what if."""

import pytest

from octotui.engine.commands import StartRun
from octotui.ui.dialogs.start_dialog import StartDialog
from octotui.ui.plans.plan_dialog import PlanDialog
from octotui.ui.widgets.line_list import LineList
from octotui.views.start_choices import PreparedStart
from tests import scenes
from tests.engine.plans.test_plan_start import ALONE
from tests.engine.shop import release, shop
from tests.engine.test_forecast import takes
from tests.ui.opened import opened
from tests.world import World, model, script


def crowded() -> scenes.Scene:
    """Two runs share one worker, one after the other."""
    world = World(model({"dump": [script("Dump", **takes(30))]}, pools=ALONE))
    world.start("dump")
    world.start("dump")
    return scenes.Scene(world.state, world.now, world)


async def test_e6_b_shows_the_plan_of_the_selected_run_started_again(tmp_path):
    async with opened(crowded(), tmp_path, (80, 24)) as it:
        await it.press("b")
        await it.sees("If Dump started now", "[setup 1]", "task cap 5", "worker1 1m00s–1m30s waits 1m00s")
        await it.press("j")
        await it.sees("waits for exclusive use of worker1 for 1m00s, until about 13:47:40", "run-1 and run-2")
        await it.press("b")
        assert not isinstance(it.app.screen, PlanDialog)
        assert it.session.sent == []


async def test_e6_plus_and_minus_change_a_pool_and_two_plans_stand_side_by_side(tmp_path):
    async with opened(crowded(), tmp_path, (80, 24)) as it:
        await it.press("b", "plus")
        await it.sees("[setup 1→2]", "1m00s–1m30s", "0s–30s", "what if: ends about 13:47:10", "1m00s sooner")
        await it.sees("setup has 2 workers instead of 1: copy-1-of-worker1 is a simulated copy")
        await it.press("j")
        await it.sees("as is: waits for exclusive use", "what if: takes about 30s, as `simulate` says")
        await it.press("minus")
        await it.until(lambda: "sooner" not in it.text)
        await it.press("minus")
        await it.sees("[setup 1]")


async def test_e6_both_plans_begin_at_one_moment_however_long_the_dialog_has_been_open(tmp_path):
    world = World(model({"dump": [script("Dump", **takes(30))]}, pools=ALONE))
    world.start("dump")
    world.run_out()
    async with opened(scenes.Scene(world.state, world.now, world), tmp_path, (80, 24)) as it:
        await it.press("b")
        await it.sees("ends about 13:47:40")
        it.session.later(55)
        it.app.now = it.session.now()
        await it.press("plus")
        await it.sees(
            "as is: ends about 13:48:05, in about 30s",
            "what if: ends about 13:48:05, in about 30s, at the same time",
        )


async def test_e6_after_the_pools_comes_the_task_cap_and_0_is_as_it_is(tmp_path):
    async with opened(crowded(), tmp_path, (100, 30)) as it:
        await it.press("b", "tab", *(["minus"] * 4))
        await it.sees("[task cap 5→1]", "a task cap of 1 instead of 5")
        await it.press("0")
        await it.sees("[task cap 5]")
        await it.press("0")
        await it.sees("nothing is changed")
        await it.press("left")
        await it.sees("[setup 1]")


async def test_e6_the_start_dialog_opens_the_plan_of_what_is_under_the_cursor(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        await it.press("s", *"tame", "ctrl+b")
        await it.sees("If Tame the kraken started now", "Build the image", "Tell everybody")
        await it.press("escape")
        assert isinstance(it.app.screen, StartDialog)
        await it.press(*"zzz", "f2")
        assert isinstance(it.app.screen, StartDialog)


async def test_e6_a_new_release_is_planned_as_the_project_is_now(tmp_path):
    world = World(shop())
    release(world, version="1.0")
    async with opened(scenes.Scene(world.state, world.now, world), tmp_path, (100, 30)) as it:
        await it.press("s", *"shop", "enter", *"new", "ctrl+b")
        await it.until(lambda: isinstance(it.app.screen, PlanDialog))
        await it.until(lambda: it.app.screen.query_one(LineList).keys or "refused" in it.text)


async def test_e6_what_would_be_refused_says_why(tmp_path):
    async with opened(crowded(), tmp_path, (80, 24)) as it:
        start = PreparedStart(StartRun(process="gone", requester="ann"))
        it.app.push_screen(PlanDialog(lambda: it.app.state, lambda: it.app.now, start))
        await it.sees("it would be refused: there is no")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (250, 70)])
async def test_e6_both_plans_fit_at_any_size(tmp_path, size):
    async with opened(scenes.lock_wait(), tmp_path, size, glyphs="ascii") as it:
        await it.press("b", "plus")
        await it.sees("[setup 3>4]")
        await it.until(lambda: "what if: " in it.text.split("setup 3>4", 1)[1])
        await it.sees("as is", "what if", "acquire", "copy-1-of")
