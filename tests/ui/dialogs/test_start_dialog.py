from octotui.engine.commands import StartRun
from octotui.ui.dialogs.start_dialog import StartDialog
from tests import scenes
from tests.engine.shop import release, shop
from tests.ui.opened import opened
from tests.world import World


async def test_three_lists_each_narrowed_by_typing(tmp_path):
    async with opened(scenes.idle(), tmp_path, (80, 24)) as it:
        await it.press("s")
        await it.sees("Start which runbook?", "Unleash the kraken", "4 steps")
        await it.press(*"unl")
        assert "Tame" not in it.text
        await it.press("enter")
        await it.sees("Start Unleash the kraken in which environment?")
        await it.press("down", "down", "up", "enter")
        await it.sees("Start Unleash the kraken in Development for which tenant?")
        await it.press("pagedown", "enter")
        assert it.session.sent == [
            StartRun(process="unleash", environment="development", tenant="contoso", requester="ann")
        ]


async def test_esc_goes_a_step_back_and_then_away(tmp_path):
    async with opened(scenes.idle(), tmp_path, (80, 24)) as it:
        await it.press("s", "enter", "enter", "escape")
        await it.sees("in which environment?")
        await it.press("escape")
        await it.sees("Start which runbook?")
        await it.press("tab", "pageup", "escape")
        assert not isinstance(it.app.screen, StartDialog)
        assert it.session.sent == []


async def test_nothing_of_that_name_starts_nothing(tmp_path):
    async with opened(scenes.idle(), tmp_path, (80, 24)) as it:
        await it.press("s", *"zzz")
        await it.sees("no match")
        await it.press("enter")
        assert isinstance(it.app.screen, StartDialog)


async def test_what_a_space_has_not_is_not_asked(tmp_path):
    world = World(scenes.kraken(environments={}, tenants={}))
    async with opened(scenes.Scene(world.state, world.now, world), tmp_path, (80, 24)) as it:
        await it.press("s", "enter")
        assert it.session.sent == [StartRun(process="create-aws-rds", requester="ann")]


async def test_guided_failure_is_as_declared_or_on_or_off(tmp_path):
    """I7: who starts a run may say."""
    world = World(scenes.kraken(environments={}, tenants={}))
    async with opened(scenes.Scene(world.state, world.now, world), tmp_path, (80, 24)) as it:
        await it.press("s")
        await it.sees("guided failure: as declared")
        await it.press("ctrl+g", "ctrl+g")
        await it.sees("guided failure: off")
        await it.press("ctrl+g", "ctrl+g")
        await it.sees("guided failure: on")
        await it.press("enter")
        assert it.session.sent == [StartRun(process="create-aws-rds", requester="ann", guided=True)]


def shop_scene() -> scenes.Scene:
    world = World(shop())
    release(world, version="1.0")
    return scenes.Scene(world.state, world.now, world)


async def test_a_release_is_deployed(tmp_path):
    """S4: what the lifecycle refuses is a toast."""
    async with opened(shop_scene(), tmp_path, (80, 24)) as it:
        await it.press("s", "enter")
        await it.sees("Deploy which release of Shop?", "1.0", "not deployed")
        await it.press("enter", "enter", "enter")
        await it.sees("run-1", "Shop 1.0")
        assert it.session.sent[-1] == StartRun(
            process="shop", release="1.0", environment="development", requester="ann"
        )
        await it.press("s", "enter", "enter", *"produ")
        await it.sees("not allowed yet by the lifecycle")
        await it.press("enter", "enter")
        await it.sees("Refused", "may not go to")


async def test_a_new_release_is_made_and_deployed(tmp_path):
    """P1: the feeds are read, then it is made."""
    async with opened(shop_scene(), tmp_path, (80, 24)) as it:
        await it.press("s", "enter", *"new stable", "enter")
        await it.sees("Deploy Shop, as it is now, in which environment?")
        await it.press("enter", "enter")
        await it.sees("run-1", "Shop 1.0.1")
        made, started = it.session.sent
        assert (made.channel, made.versions) == ("stable", {"tools": "1.0.0", "image@1.x": "1.0.0"})
        assert started.release == "1.0.1"
