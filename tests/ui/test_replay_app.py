from unittest.mock import Mock

import pytest
from textual.timer import Timer

from octotui.engine.events import RunQueued
from octotui.ui.dialogs.quit_dialog import QuitDialog
from octotui.ui.replay_app import ReplayApp
from octotui.ui.timeline.replay_keys import FRAME
from tests import scenes
from tests.exported import write_log
from tests.ui.replayed import replayed
from tests.world import START


async def test_keys_go_from_event_to_event(tmp_path):
    async with replayed(tmp_path) as it:
        await it.sees("98/98", "run-4  failed", "idle")
        await it.press("comma")
        await it.sees("97/98", "run-4  “Tell everybody” succeeded")
        await it.press("full_stop", "full_stop")  # there is nothing after the last
        await it.sees("98/98")
        await it.press("less_than_sign")
        await it.sees("88/98")
        await it.press("less_than_sign", "greater_than_sign")
        await it.sees("88/98")
        await it.press("left_curly_bracket")
        await it.sees("1/98", "run-1  Tame the kraken is queued", "13:46:40")
        assert "run-2" not in it.text
        await it.press("right_curly_bracket")
        await it.sees("98/98", "run-2")


async def test_playing_is_not_taken_as_a_mark(tmp_path):
    async with replayed(tmp_path) as it:
        await it.press("left_curly_bracket")
        assert "nothing can be changed" not in await it.press("space")
        await it.until(lambda: it.app.playing)
        assert "nothing can be changed" in await it.press("asterisk")


async def test_keys_go_to_what_matters(tmp_path):
    async with replayed(tmp_path) as it:
        await it.press("left_curly_bracket", "right_square_bracket")
        await it.sees("23/98", "run-4  acquiring worker-image 1.0.0 waits for exclusive use of worker1")
        await it.press(*["right_square_bracket"] * 2)
        await it.sees("39/98", "run-2  asks Finance: Look at the bill (question-1)", "? run-2 asks Finance")
        await it.sees("─ run-2 Tame the kraken ─")  # that run is looked at
        await it.press("left_square_bracket")
        await it.sees("26/98", "run-1  “Build the image” waits for worker1")
        await it.press(*["left_square_bracket"] * 2)
        await it.sees(" 1/98")  # there is none before
        await it.press("right_curly_bracket", "right_square_bracket")
        await it.sees("98/98")


async def test_a_question_of_long_ago_calls_nobody(tmp_path, monkeypatch):
    rung = []
    monkeypatch.setattr(ReplayApp, "bell", rung.append)
    async with replayed(tmp_path) as it:
        await it.press("left_curly_bracket", *["right_square_bracket"] * 3)
    assert not rung


async def test_nothing_is_offered_that_would_change_anything(tmp_path):
    async with replayed(tmp_path) as it:
        await it.press("left_curly_bracket", *["right_square_bracket"] * 3)
        await it.sees("? run-2 asks Finance: Look at the bill  0s")
        assert "you may take it" not in it.text
        assert "a answer" not in it.text
        for action in ("start", "answer", "take", "cancel", "top", "again"):
            assert it.app.screen.check_action(action, ()) is False
        before = it.text.splitlines()[:-1]
        text = await it.press("s", "a", "t", "c", "T", "R")
        assert text.splitlines()[:-1] == before
        assert "this is a replay: nothing can be changed" in text
        await it.press("w")
        await it.sees("Why")  # looking goes on as ever
        await it.press("escape", "q")
        assert not isinstance(it.app.screen, QuitDialog)
        assert it.app.return_value == "quit"


async def test_time_passes_by_a_timer_of_its_own(tmp_path):
    async with replayed(tmp_path) as it:
        it.film.go(36)
        await it.press("plus", "space")
        await it.until(lambda: it.film.number > 36)  # it took 18 seconds


async def test_time_passes_as_it_did_or_faster(tmp_path):
    async with replayed(tmp_path) as it:
        app = it.app
        assert isinstance(app, ReplayApp)
        timer = app.player
        app.player = Mock(Timer)  # the test lets time pass

        async def passes(seconds: float) -> None:
            for _ in range(round(seconds / FRAME)):
                app._pass_time()
            await it.pilot.pause()

        it.film.go(36)
        await it.press("plus")
        await it.until(lambda: it.text.splitlines()[-2].endswith(" x10"))
        await it.press("space")
        await passes(FRAME)
        await it.sees("plays x10", "36/98")
        app.player.resume.assert_called_once_with()
        began = it.film.now()
        await passes(1)
        assert (it.film.number, it.film.now()) == (36, pytest.approx(began + 10))
        await passes(1)
        assert it.film.number > 36  # it took 18 seconds
        await it.press("minus")
        await it.until(lambda: it.text.splitlines()[-2].endswith("plays x1"))
        await it.press("space")
        await it.until(lambda: not app.playing)
        app.player.pause.assert_called_once_with()
        await it.press("plus", "plus", "plus", "space")
        await passes(5)
        assert it.film.ended
        await it.until(lambda: not app.playing)
        await it.sees("98/98", "idle")
        assert "plays x" not in it.text.splitlines()[-2]
        it.film.go(98)
        await it.press("minus", "minus", "space")
        await it.until(lambda: it.film.number < 40)  # from the beginning
        app.player = timer


async def test_a_run_is_looked_at_before_it_was_there_and_after(tmp_path):
    async with replayed(tmp_path, scene=scenes.seed()) as it:
        await it.press("right", "j", "j", "j", "j", "enter")
        await it.sees("run-5 Create AWS RDS", "Create the instance", "esc back")
        assert it.text.count("Replay") == 1
        await it.press("left_curly_bracket")
        await it.sees("No run is selected")
        queued = next(
            n
            for n, e in enumerate(it.film.timeline.events, 1)
            if isinstance(e, RunQueued) and e.run == "run-5"
        )
        it.film.go(queued)
        await it.press("full_stop")
        await it.sees("run-5 Create AWS RDS")


async def test_output_is_shown_as_far_as_it_had_come(tmp_path):
    write_log(tmp_path, "run-1", "job-1.2", (5, "first words"), (15, "second words"), (21, "last words"))
    async with replayed(tmp_path) as it:
        await it.press("left_curly_bracket", *["right_square_bracket"] * 3)
        await it.until(lambda: it.film.now() == START + 22)
        await it.press("k")
        await it.sees("first words", "second words", "last words")
        it.film.go_to(START + 6)
        it.app.take_moment()
        await it.until(lambda: "second words" not in it.text)
        await it.sees("first words")
        it.film.go_to(START + 16)
        it.app.take_moment()
        await it.sees("first words", "second words")
        assert "last words" not in it.text


async def test_the_palette_offers_ways_through_time(tmp_path):
    async with replayed(tmp_path) as it:
        titles = [each.title for each in it.app.get_system_commands(it.app.screen)]
        assert "To the first moment" in titles
        assert "Start a run" not in titles
        await it.press("colon")
        await it.press(*"first moment")
        await it.sees("To the first moment")
        await it.press("down", "enter")
        await it.sees("1/98")


async def test_help_names_the_keys(tmp_path):
    async with replayed(tmp_path, (120, 60)) as it:
        await it.press("question_mark")
        await it.sees("event: one back", "event: one on", "what matters: forward in the replay")


async def test_keys_that_lead_nowhere_say_so(tmp_path):
    async with replayed(tmp_path, (80, 24)) as it:
        for key in ("full_stop", "greater_than_sign", "right_curly_bracket", "right_square_bracket"):
            assert "this is the last moment" in await it.press(key)
            assert "this is the last moment" not in await it.press("j")
        await it.press("left_curly_bracket")
        for key in ("comma", "less_than_sign", "left_curly_bracket", "left_square_bracket"):
            assert "this is the first moment" in await it.press(key)
        assert "it goes no slower than x1" in await it.press("minus")
        assert "it goes no faster than x100" in await it.press("plus", "plus", "plus")
