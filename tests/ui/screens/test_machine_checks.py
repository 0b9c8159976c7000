"""M5: a key has machines checked."""

from msgspec.structs import replace

from octotui.engine.commands import CheckHealth, DestroyMachine, GivePassphrase, ReportCheck
from octotui.model.space import Pool
from tests import scenes
from tests.leases import in_every_phase
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


def locked() -> scenes.Scene:
    """Two workers that wait for the passphrase of one key, and one for that of another."""
    scene = scenes.unwell()
    world = scene.world
    for name, key in (("worker1", "~/.ssh/deploy"), ("worker2", "~/.ssh/other"), ("build2", "~/.ssh/deploy")):
        world.send(CheckHealth(machines=(name,)))
        reason = f"the key {key} has a passphrase"
        world.send(ReportCheck(machine=name, health="unavailable", reason=reason, locked_key=key))
    return scenes.Scene(world.state, world.now, world)


async def test_m1_a_passphrase_is_asked_for_and_given(tmp_path):
    async with opened(locked(), tmp_path) as it:
        await it.sees("worker1 and build2 wait for the passphrase of", "U gives it")
        await it.press("U")
        await it.sees("The passphrase of ~/.ssh/deploy", "worker1 and build2", "written nowhere")
        await it.press("enter")
        await it.sees("Type the passphrase")
        await it.press(*"horse", "enter")
        assert it.session.sent[-1] == GivePassphrase(key="~/.ssh/deploy", passphrase="horse", by="ann")


async def test_m1_the_key_of_the_worker_under_the_cursor_comes_first(tmp_path):
    async with opened(locked(), tmp_path) as it:
        await it.press("tab", "j", "U")
        await it.sees("The passphrase of ~/.ssh/other")
        await it.press("escape")
        assert not [each for each in it.session.sent if isinstance(each, GivePassphrase)]


async def test_m1_no_passphrase_is_asked_for_that_nobody_needs(tmp_path):
    async with opened(scenes.unwell(), tmp_path) as it:
        await it.press("U")
        await it.sees("no machine waits for the passphrase of a key")


async def test_w12_x_destroys_a_leased_machine_after_a_confirmation(tmp_path):
    scene = in_every_phase()
    async with opened(scene, tmp_path) as it:
        await it.press("X")
        await it.sees("go to a machine of a dynamic pool first")
        await it.press("tab")
        while it.app.screen.pointed_machine() != "old-5":
            await it.press("j")
        await it.press("X")
        await it.sees("Destroy old-5 now, the machine of lease-5?", "what runs there is lost")
        await it.press("n")
        assert not [each for each in it.session.sent if isinstance(each, DestroyMachine)]
        await it.press("X", "y")
        assert it.session.sent[-1] == DestroyMachine(lease="lease-5", now=True, by="ann")
