from octotui.engine.commands import CancelRun
from octotui.runtime.space_access import Undecided
from octotui.store.errors import StoreError
from octotui.ui.send_command import send
from tests import scenes
from tests.ui.opened import opened


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
