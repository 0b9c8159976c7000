"""Any run of the space back and forth, without exporting it."""

from octotui.store.errors import StoreError
from octotui.store.logs.log_writer import LogWriter
from octotui.ui.screens.board import Board
from octotui.ui.screens.history_screen import HistoryScreen
from tests import scenes
from tests.ui.fake import away
from tests.ui.opened import opened
from tests.world import START


def ended() -> scenes.Scene:
    world = scenes.approved().world
    world.run_out()
    return scenes.Scene(world.state, world.now, world)


async def test_an_ended_run_is_gone_through_back_and_forth(tmp_path):
    """R14: every moment is there that events have left."""
    async with opened(ended(), tmp_path, size=(120, 30)) as it:
        await it.press("j", "h")
        assert isinstance(it.app.screen, HistoryScreen)
        await it.sees("Replay", "Tame the kraken", "succeeded")
        await it.press("left_curly_bracket")
        await it.sees("run-1 Tame the kraken", "queued")
        assert "succeeded" not in it.text
        await it.press("right_square_bracket")
        await it.sees("asks Finance", "Look at the bill")
        await it.press("full_stop", "full_stop")
        await it.sees("Replay")
        await it.press("right_curly_bracket")
        await it.sees("succeeded")
        await it.press("right_curly_bracket")
        await it.sees("this is the last moment")
        await it.press("escape")
        assert isinstance(it.app.screen, Board)


async def test_what_goes_on_meanwhile_does_not_change_the_past(tmp_path):
    async with opened(scenes.approved(), tmp_path, size=(120, 30)) as it:
        await it.press("h")
        await it.sees("Replay", "Tag the bill")
        before = it.app.screen.state
        it.session.later(200)
        await it.until(lambda: it.app.state.seq > before.seq)
        assert it.app.screen.state is before


async def test_nothing_can_be_changed_there(tmp_path):
    async with opened(scenes.approved(), tmp_path, size=(120, 30)) as it:
        await it.press("h")
        await it.sees("Replay")
        await it.press("c")
        await it.sees("this is a replay: nothing can be changed")
        assert it.session.sent == []


async def test_it_plays(tmp_path):
    async with opened(ended(), tmp_path, size=(120, 30)) as it:
        await it.press("j", "h")
        await it.sees("Replay")
        await it.press("space")
        await it.sees("plays x1")
        assert it.app.screen.playing
        await it.press("space")
        assert not it.app.screen.playing
        assert "plays" not in it.text


async def test_the_output_is_that_up_to_the_moment(tmp_path):
    async with opened(ended(), tmp_path, size=(120, 30)) as it:
        await it.press("j", "h")
        await it.sees("Replay", "creating an instance for Development")
        screen = it.app.screen
        assert isinstance(screen, HistoryScreen)
        await it.press("l")
        assert screen.has_class("-log")
        await it.press("escape", "escape")
        await it.until(lambda: isinstance(it.app.screen, Board))


async def test_r14_the_output_of_all_jobs_is_that_up_to_the_moment(tmp_path):
    """It is merged and folded there, too."""
    with LogWriter(tmp_path / "job-1.1.log") as log:
        log.append(b"first words\n", START + 1)
        log.append(b"last words\n", START + 1000)
    async with opened(ended(), tmp_path, size=(120, 30)) as it:
        it.session.log_path = lambda run, job: tmp_path / f"{job}.log"
        await it.press("j", "h")
        await it.sees("Replay", "succeeded")
        await it.press("l", "tab", "M")
        await it.sees("all jobs", "first words")
        assert "last words" not in it.text
        await it.press("z")
        await it.sees("by step", "1 line")
        await it.press("left_curly_bracket")
        await it.until(lambda: "1 line" not in it.text)


async def test_where_it_cannot_be_looked_up_a_toast_says_why(tmp_path):
    async with opened(ended(), tmp_path) as it:
        away(it.session, StoreError("the server cannot be reached: connecting again"))
        await it.press("j", "h")
        await it.sees("the server cannot be reached")
        await it.until(lambda: isinstance(it.app.screen, Board))


async def test_events_that_do_not_fit_are_refused(tmp_path):
    async with opened(scenes.approved(), tmp_path) as it:
        events = tuple(reversed(it.session.world.events))

        async def forged(run: str, *, others: bool = False) -> tuple:
            return events

        it.session.events_of = forged
        await it.press("h")
        await it.sees("its events do not fit", "octotui audit")
        await it.until(lambda: isinstance(it.app.screen, Board))
