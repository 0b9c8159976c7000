"""The screen of a timeline: of ended runs, while events come, in a replay, and without a server."""

from octotui.store.errors import StoreError
from octotui.ui.dialogs.start_dialog import StartDialog
from octotui.ui.screens.board import Board
from octotui.ui.screens.timeline_screen import TimelineScreen
from octotui.ui.timeline.timeline_panel import TimelinePanel
from tests import scenes
from tests.ui.fake import away
from tests.ui.opened import opened
from tests.ui.replayed import replayed


async def test_an_ended_run_has_one_and_esc_leads_back(tmp_path):
    scene = scenes.seed()
    scene.world.run_out()
    async with opened(scenes.Scene(scene.world.state, scene.world.now, scene.world), tmp_path) as it:
        await it.press("L")
        assert isinstance(it.app.screen, TimelineScreen)
        await it.sees("Timeline of run-", "30s", "critical path")
        assert "so far" not in it.text
        await it.press("escape")
        assert isinstance(it.app.screen, Board)


async def test_a_child_run_is_shown_with_its_whole_family(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("right", "j", "j", "L")
        await it.sees("Timeline of run-1 Unleash the kraken")


async def test_events_that_come_while_the_past_is_looked_up_are_not_lost(tmp_path):
    async with opened(scenes.approved(), tmp_path) as it:
        await it.press("L")
        screen = it.app.screen
        assert isinstance(screen, TimelineScreen)
        await it.sees("critical path", "??")
        known = len(it.session.world.events)
        screen._timeline = None
        it.session.later(80)
        assert len(screen._waiting) == len(it.session.world.events) - known > 0
        screen._load()
        await it.until(lambda: screen._timeline is not None)
        assert screen._timeline is not None
        assert screen._timeline.ended
        assert screen._waiting == []


async def test_where_the_past_cannot_be_looked_up_a_toast_says_why(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        away(it.session, StoreError("the server cannot be reached: connecting again"))
        await it.press("L")
        await it.sees("the server cannot be reached")


async def test_a_past_that_could_not_be_looked_up_is_asked_for_again(tmp_path):
    async with opened(scenes.approved(), tmp_path) as it:
        asked = it.session.events_of
        away(it.session, StoreError("the server cannot be reached: connecting again"))
        await it.press("L")
        screen = it.app.screen
        assert isinstance(screen, TimelineScreen)
        await it.sees("the server cannot be reached")
        await it.until(lambda: screen._loading == "failed")
        it.session.later(10)
        await it.until(lambda: screen._loading == "failed")
        assert screen._waiting == []
        it.session.events_of = asked
        it.session.later(80)
        await it.sees("critical path", "??")
        assert screen._timeline is not None
        assert screen._timeline.ended


async def test_events_that_do_not_fit_are_said_once_and_nothing_is_kept(tmp_path):
    async with opened(scenes.approved(), tmp_path) as it:
        events = tuple(each for each in it.session.world.events if type(each).__name__ != "JobQueued")
        asked = []

        async def forged(run: str, *, others: bool = False) -> tuple:
            asked.append(run)
            return events

        it.session.events_of = forged
        await it.press("L")
        await it.sees("its events contradict one another")
        it.session.later(80)
        await it.pilot.pause()
        assert it.app.screen._waiting == []
        assert len(asked) == 1


async def test_a_run_is_started_from_it(tmp_path):
    async with opened(scenes.approved(), tmp_path) as it:
        await it.press("L")
        await it.sees("critical path")
        await it.press("s")
        assert isinstance(it.app.screen, StartDialog)


async def test_in_a_replay_it_shows_what_had_happened_by_then(tmp_path):
    """R5: nothing after the moment is known yet."""
    async with replayed(tmp_path) as it:
        await it.press("L")
        await it.sees("Timeline of")
        whole = it.app.screen.query_one(TimelinePanel).timeline
        await it.press("left_curly_bracket")
        await it.until(lambda: it.app.screen.query_one(TimelinePanel).timeline is not whole)
        first = it.app.screen.query_one(TimelinePanel).timeline
        assert whole is not None
        assert first is not None
        assert first.changes < whole.changes
