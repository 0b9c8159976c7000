import pytest

from octotui.engine.commands import CancelRun, Refused
from octotui.runtime.space_access import Undecided
from octotui.store.errors import StoreError
from octotui.ui.send_command import look_up, send
from tests import scenes
from tests.ui.fake import away
from tests.ui.opened import opened
from tests.ui.panels.test_runs_panel import ended


async def test_events_come_back_and_refusals_are_told(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        assert await send(it.app, it.session, CancelRun(run="run-2"))
        assert await send(it.app, it.session, CancelRun(run="run-99")) == ()
        await it.sees("run-99 cannot be cancelled: it has ended")


async def test_a_session_that_has_ended_takes_nothing_more(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:

        async def broken(command):
            raise StoreError("the disk is full")

        it.session.send = broken
        assert await send(it.app, it.session, CancelRun(run="run-2")) == ()


async def test_r10_what_nobody_knows_is_not_called_refused(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:

        async def lost(command):
            raise Undecided("the server went away: look")

        it.session.send = lost
        assert await send(it.app, it.session, CancelRun(run="run-2")) == ()
        await it.sees("Not known")


@pytest.mark.parametrize("problem", [Refused("the server is away"), StoreError("the server is away")])
async def test_r10_a_look_up_without_an_answer_is_told_unless_it_is_quiet(tmp_path, problem):
    async with opened(scenes.seed(), tmp_path) as it:
        away(it.session, problem)
        assert await look_up(it.app, it.session.history(), quiet=True) is None
        assert not it.app._notifications
        assert await look_up(it.app, it.session.history()) is None
        await it.sees("the server is away")


@pytest.mark.parametrize("problem", [Refused("the server is away"), StoreError("the server is away")])
@pytest.mark.parametrize(
    "keys",
    [
        ("slash", *"state:failed", "enter"),  # the board's pages and counts
        ("right", "asterisk", "R"),  # families of marked runs
        ("D",),  # the dashboard
        ("P", "j", "j", "enter"),  # pages of places
    ],
)
async def test_r10_no_screen_ends_with_a_server_that_is_away(tmp_path, problem, keys):
    scene = scenes.deployed()
    scene.world.run_until(scene.now + 100_000)
    async with opened(scene, tmp_path, (160, 40)) as it:
        it.session.older = ended(1, 150)
        await it.pilot.pause()
        away(it.session, problem)
        await it.press(*keys)
        await it.sees("the server is away")
        assert it.app.is_running


async def test_r10_a_run_is_looked_up_again_once_the_server_is_back_and_told_once(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        it.session.later(1000)
        await it.until(lambda: not len(it.app.state.runs))
        there = it.session.family
        away(it.session, Refused("the server is away"))
        screen = it.app.screen
        screen._ended.clear()
        for _ in range(3):
            screen._look()
            await it.until(lambda: screen._missed)
        assert len(it.app._notifications) == 1
        it.session.family = there
        screen._look()
        await it.until(lambda: screen._ended and not screen._missed)
