from msgspec.structs import replace
from textual.screen import UPDATE_PERIOD

from octotui.engine.commands import CancelRun, LoadModel, MoveToTop, StartRun, TakeInterruption
from octotui.model.space import Schedule, Value
from octotui.model.values import Prompt
from octotui.ui.screens.actions.run_actions import PAINT, RunActionsScreen
from tests import scenes
from tests.ui.opened import opened


async def test_only_what_makes_sense_is_offered(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        screen = it.app.screen
        await it.press("right", "j")
        assert screen.check_action("cancel", ()) is True
        assert screen.check_action("answer", ()) is False
        await it.press("g")
        assert screen.check_action("cancel", ()) is False
        assert screen.check_action("again", ()) is True
        await it.sees("start")
        assert "cancel" not in it.text.splitlines()[-1]


async def test_run_again_asks_once_and_starts_in_the_same_place(tmp_path):
    async with opened(scenes.asking(), tmp_path) as it:
        await it.press("R")
        await it.sees("Run Tame the kraken in production again?")
        await it.press("y")
        assert it.session.sent == [
            StartRun(process="tame", environment="production", tenant="contoso", requester="ann")
        ]
        await it.sees("run-3 Tame the kraken")


async def test_a_refusal_is_a_toast(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("right", "j")
        it.session.world.send(CancelRun(run="run-2"))  # somebody else was quicker
        await it.press("c", "y")
        await it.sees("run-2 is being ended already")


async def test_answer_opens_the_question_and_take_takes_it(tmp_path):
    async with opened(scenes.asking(), tmp_path) as it:
        await it.press("a")
        await it.sees("Look at the bill", "you may take it")
        await it.press("escape", "t")
        await it.sees("you have taken it")
        assert it.session.sent == [TakeInterruption(interruption="question-1", user="ann")]


async def test_a_hidden_screen_rests_and_catches_up(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        board = it.app.screen
        assert isinstance(board, RunActionsScreen)
        await it.press("right", "j", "enter")
        before = board.state
        it.session.later(31)
        await it.sees("✔ succeeded")
        assert board.state is before
        await it.press("escape")
        await it.sees("✔ run-2   Create AWS RDS")
        assert board.state is it.session.state


async def test_without_a_run_there_is_nothing_to_ask_about(tmp_path):
    async with opened(scenes.idle(), tmp_path) as it:
        await it.press("w", "l", "R", "c", "a", "t", "enter")
        assert isinstance(it.app.screen, RunActionsScreen)
        await it.sees("No runs yet")


async def test_a_queued_run_is_moved_to_the_top(tmp_path):
    """Q1: by key, while it is queued and was not moved yet."""
    async with opened(scenes.queued(), tmp_path) as it:
        await it.press("j", "j", "j", "j")
        await it.sees("2nd in queue")
        await it.press("T")
        assert it.session.sent == [MoveToTop(run="run-5", by="ann")]
        await it.sees("first in queue", "moved to the top")
        assert it.app.screen.check_action("top", ()) is False
        await it.press("k", "k", "k", "k")
        assert it.app.screen.check_action("top", ()) is False


async def test_a_run_that_waits_for_its_time_is_cancelled_like_any_other(tmp_path):
    """Q5, Q6: by key."""
    scene = scenes.idle()
    scene.world.start("nightly", not_before=scene.now + 3600)
    async with opened(scene._replace(state=scene.world.state), tmp_path) as it:
        await it.sees("scheduled", "starts at")
        await it.press("c")
        await it.sees("Cancel run-1 Nightly backup?")
        await it.press("y")
        await it.sees("cancelled")


async def test_schedules_are_told_where_there_are_any(tmp_path):
    """Q5: what the clock starts, and when."""
    async with opened(scenes.idle(), tmp_path) as it:
        assert it.app.screen.check_action("schedules", ()) is False
    scene = scenes.idle()
    nightly = Schedule(name="N", cron="0 3 * * *", runbook="nightly")
    scene.world.send(LoadModel(replace(scene.state.model, schedules={"dump": nightly})))
    async with opened(scene._replace(state=scene.world.state), tmp_path) as it:
        await it.press("u")
        await it.sees(
            "Schedules: Kraken", "N (dump) · Nightly backup", "At 03:00 every day, UTC", "starts at Jan 13"
        )
        await it.press("escape")
        await it.sees("No runs yet")


async def test_v6_what_nobody_is_asked_for_any_more_is_said_before_a_run_is_started_again(tmp_path):
    scene = scenes.idle()
    asked = {"Size": (Value(kind="prompt", prompt=Prompt(default="small")),)}
    scene.world.send(LoadModel(replace(scene.state.model, variables=asked)))
    scene.world.start("nightly", variables={"Size": "large"})
    scene.world.send(LoadModel(replace(scene.state.model, variables={"Size": (Value(value="1"),)})))
    async with opened(scene._replace(state=scene.world.state), tmp_path) as it:
        await it.press("R")
        await it.sees("Run Nightly backup again?", "Left out, since not asked for any more: Size.")
        await it.press("y")
        assert it.session.sent == [StartRun(process="nightly", requester="ann")]


async def test_v5_sensitive_values_are_said_to_be_given_again_before_a_run_is_started_again(tmp_path):
    scene = scenes.idle()
    asked = {"Token": (Value(kind="prompt", prompt=Prompt(kind="sensitive", required=False)),)}
    scene.world.send(LoadModel(replace(scene.state.model, variables=asked)))
    scene.world.start("nightly", variables={"Token": "abcdefgh"})
    async with opened(scene._replace(state=scene.world.state), tmp_path) as it:
        await it.press("R")
        await it.sees("Run Nightly backup again?", "Sensitive, so not kept; give again: Token.")


async def test_a_paint_waits_less_for_the_last_one_than_textual_has_it_wait(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        assert it.app.screen._update_timer._interval == PAINT < UPDATE_PERIOD
