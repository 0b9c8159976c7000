from octotui.engine.commands import StartRun
from octotui.ui.start_dialog import StartDialog
from tests import scenes
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
        await it.sees("nothing of that name")
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
