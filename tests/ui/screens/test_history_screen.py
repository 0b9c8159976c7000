"""Any run of the space back and forth, without exporting it."""

import gc
from pathlib import Path

from octotui.store.errors import StoreError
from octotui.ui.screens.board import Board
from octotui.ui.screens.history_screen import HistoryScreen
from tests import scenes
from tests.ui.fake import away
from tests.ui.opened import opened


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


async def test_the_output_is_that_up_to_the_moment_and_its_copies_go(tmp_path):
    async with opened(ended(), tmp_path, size=(120, 30)) as it:
        await it.press("j", "h")
        await it.sees("Replay", "creating an instance for Development")
        screen = it.app.screen
        assert isinstance(screen, HistoryScreen)
        folder = Path(screen._folder.name)
        assert folder.is_dir()
        await it.press("l")
        assert screen.has_class("-log")
        await it.press("escape", "escape")
        await it.until(lambda: not folder.exists())
        del screen
        gc.collect()


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
