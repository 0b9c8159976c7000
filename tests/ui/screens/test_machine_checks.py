"""M5: a key has machines checked."""

from msgspec.structs import replace

from octotui.engine.commands import CheckHealth
from octotui.model.space import Pool
from tests import scenes
from tests.ui.opened import opened
from tests.world import World, model, script


async def test_m5_h_checks_the_worker_under_the_cursor(tmp_path):
    async with opened(scenes.unwell(), tmp_path) as it:
        await it.press("tab", "j", "H")
        assert it.session.sent[-1] == CheckHealth(machines=("worker2",), by="ann")
        await it.press("enter")
        await it.sees("Kraken > Setup > worker2", "is being checked")
        await it.press("escape", "G", "H")
        await it.sees("off is disabled, and is not checked")


async def test_m5_or_all_where_none_is(tmp_path):
    async with opened(scenes.unwell(), tmp_path) as it:
        await it.press("H")
        assert it.session.sent[-1] == CheckHealth(machines=(), by="ann")


async def test_m5_on_the_page_of_a_target_that_one(tmp_path):
    async with opened(scenes.turns(), tmp_path) as it:
        await it.press("P", "G", "enter", "H")
        assert it.session.sent[-1].machines == ("db1",)


async def test_m5_w_says_what_was_tried(tmp_path):
    async with opened(scenes.unwell(), tmp_path) as it:
        await it.press("tab", "j", "j", "j", "w")
        await it.sees("Why: build2", "did not answer 2 times in a row", "ssh://deploy@build2.example:2222")


async def test_m5_the_built_in_worker_has_none(tmp_path):
    declared = replace(model({"a": [script("A")]}), pools={"default": Pool(name="Default", workers=())})
    world = World(declared)
    async with opened(scenes.Scene(world.state, world.now, world), tmp_path) as it:
        await it.press("tab", "j", "H")
        await it.sees("the built-in worker has no checks")
        assert not [each for each in it.session.sent if isinstance(each, CheckHealth)]
