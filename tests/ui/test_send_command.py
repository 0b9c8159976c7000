from octotui.engine.commands import CancelRun
from octotui.store.errors import StoreError
from octotui.ui.send_command import send
from tests import scenes
from tests.ui.opened import opened


async def test_events_come_back_and_refusals_are_told(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        assert await send(it.app, it.session, CancelRun(run="run-2"))
        assert await send(it.app, it.session, CancelRun(run="run-99")) == ()
        await it.sees("run-99 is not open: it has ended, or there never was one")


async def test_a_session_that_has_ended_takes_nothing_more(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:

        async def broken(command):
            raise StoreError("the disk is full")

        it.session.send = broken
        assert await send(it.app, it.session, CancelRun(run="run-2")) == ()
