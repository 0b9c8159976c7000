"""The keys that lead from a run to its time, and where there is none."""

from octotui.ui.screens.run_screen import RunScreen
from octotui.ui.screens.timeline_screen import TimelineScreen
from octotui.ui.settings.account_settings import AccountSettings
from octotui.ui.settings.keymap import Keymap
from tests import scenes
from tests.ui.opened import opened
from tests.ui.replayed import replayed


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


async def test_r12_in_a_replay_it_names_the_keys_as_they_are(tmp_path):
    """R12: those that the account has chosen."""
    async with replayed(tmp_path) as it:
        assert ", and . lead through it" in await it.press("h")
    keymap = Keymap({"replay.event_back": ("f7",), "replay.event_on": ("f8",)})
    async with replayed(tmp_path, account=AccountSettings(keymap=keymap)) as it:
        assert "f7 and f8 lead through it" in await it.press("h")


async def test_every_screen_opens_the_output_of_its_run(tmp_path):
    for keys in ((), ("Q",), ("D",)):
        async with opened(scenes.asking(), tmp_path) as it:
            await it.press(*keys)
            await it.until(lambda: it.app.screen.run)
            run = it.app.screen.run
            await it.press("l")
            screen = it.app.screen
            assert isinstance(screen, RunScreen)
            assert screen.has_class("-log")
            assert screen.run == run
