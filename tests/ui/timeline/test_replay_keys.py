"""The keys of a replay, in the app on an export and on the screen of a run's history."""

from octotui.ui.key_actions import own_actions
from octotui.ui.replay_app import ReplayApp
from octotui.ui.screens.history_screen import HistoryScreen
from octotui.ui.timeline.replay_keys import PACES, ReplayKeys
from tests import scenes
from tests.ui.opened import opened
from tests.ui.replayed import replayed


def test_they_are_declared_once_for_both():
    declared = {each.action for each in own_actions(ReplayKeys)}
    assert declared == {
        "play", "step(-1)", "step(1)", "seek(-1)", "seek(1)", "step(-10)", "step(10)", "go(1)", "go(-1)",
        "faster(1)", "faster(-1)",
    }  # fmt: skip
    for kind in (ReplayApp, HistoryScreen):
        assert issubclass(kind, ReplayKeys)
        assert not declared & {each.action for each in own_actions(kind)}


async def test_the_pace_has_ends_in_both(tmp_path):
    async with replayed(tmp_path / "replay") as it:
        await it.press(*["plus"] * len(PACES))
        await it.sees("it goes no faster than x100")
    async with opened(scenes.approved(), tmp_path) as it:
        await it.press("h")
        await it.sees("Replay")
        await it.press("minus")
        await it.sees("it goes no slower than x1")


async def test_a_replay_has_no_history_of_its_own(tmp_path):
    async with replayed(tmp_path) as it:
        await it.press("h")
        await it.sees("this is a replay already")
