import pytest

from octotui.engine.commands import CancelRun, MoveToTop
from octotui.ui.screens.actions.run_refusals import RunLookedAt, run_refusal
from tests import scenes
from tests.ui.opened import opened
from tests.ui.replayed import replayed


def refused(scene: scenes.Scene, action: str, run: str, process: str = "tame") -> str:
    return run_refusal(action, RunLookedAt(run, process, scene.world.state, scene.world.state))


def test_each_refusal_says_why():
    seed, queued = scenes.seed(), scenes.queued()
    assert refused(seed, "cancel", "run-1") == "run-1 has ended"
    assert refused(seed, "cancel", "run-2") == ""
    assert refused(seed, "top", "run-2") == "run-2 is not queued"
    assert refused(seed, "files", "run-2") == "the scripts of run-2 have kept no files"
    assert refused(seed, "again", "run-2", "gone") == "the runbook of run-2 is not in the model any more"
    assert refused(seed, "schedules", "run-2") == "no schedules are declared"
    assert refused(seed, "answer", "run-2") == "there is no open question"
    assert refused(seed, "log", "") == "no run is selected"
    assert refused(seed, "help", "") == ""
    queued.world.send(MoveToTop(run="run-5", by="ann"))
    assert refused(queued, "top", "run-5") == "run-5 was moved to the top already"
    seed.world.send(CancelRun(run="run-2"))
    assert refused(seed, "cancel", "run-2") == "run-2 is being ended already"


async def test_it_is_said_in_the_place_of_the_keys_until_the_next_one(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        text = await it.press("c")
        assert text.splitlines()[-1] == " run-1 has ended"
        text = await it.press("right")
        assert "start" in text.splitlines()[-1]
        assert it.session.sent == []


@pytest.mark.parametrize(
    ("key", "text"),
    [
        *((key, "no run is selected") for key in "wlRTvfc"),
        *(
            ("a", "there is no open question"),
            ("t", "there is no open question"),
            ("u", "no schedules are declared"),
        ),
    ],
)
async def test_no_key_of_an_empty_board_is_silent(tmp_path, key, text):
    async with opened(scenes.idle(), tmp_path, (80, 24)) as it:
        assert text in (await it.press(key)).splitlines()[-1]


async def test_a_replay_says_that_nothing_can_be_changed(tmp_path):
    async with replayed(tmp_path, (80, 24)) as it:
        for key in ("s", "c", "R", "t"):
            assert "this is a replay: nothing can be changed" in await it.press(key)
            await it.press("j")
