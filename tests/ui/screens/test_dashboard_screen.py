"""The dashboard's screen: how it is opened and left, and what its keys do."""

from octotui.store.errors import StoreError
from octotui.ui.screens.board import Board
from octotui.ui.screens.dashboard_screen import DashboardScreen
from octotui.ui.screens.run_screen import RunScreen
from tests import scenes
from tests.ui.opened import opened


async def test_a_key_opens_it_and_keys_lead_to_a_run_and_back(tmp_path):
    async with opened(scenes.deployed(), tmp_path) as it:
        await it.press("D")
        assert isinstance(it.app.screen, DashboardScreen)
        await it.sees("4 projects")
        await it.press("down", "right", "enter")
        assert isinstance(it.app.screen, RunScreen)
        await it.sees("Billing service 1.0.3", "failed")
        await it.press("backspace")
        assert isinstance(it.app.screen, DashboardScreen)
        await it.press("backspace")
        assert isinstance(it.app.screen, Board)
        await it.press("D", "escape")
        assert isinstance(it.app.screen, Board)


async def test_the_palette_opens_it(tmp_path):
    async with opened(scenes.deployed(), tmp_path) as it:
        await it.press("colon", *"dashboard")
        await it.pilot.pause(0.5)
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, DashboardScreen))


async def test_what_is_done_to_a_run_is_done_to_the_one_under_the_cursor(tmp_path):
    async with opened(scenes.deployed(), tmp_path) as it:
        await it.press("D")
        await it.sees("4 projects")
        await it.press("c")
        await it.sees("Cancel run-11 Shop 2.5.0-beta.1 · Development?")
        await it.press("n", "l")
        assert isinstance(it.app.screen, RunScreen)
        assert it.app.screen.run == "run-11"


async def test_what_the_journal_cannot_say_is_said(tmp_path, monkeypatch):
    async with opened(scenes.deployed(), tmp_path) as it:

        async def broken(*_: object, **more: object) -> None:
            raise StoreError("the journal cannot be read")

        monkeypatch.setattr(it.session, "history", broken)
        await it.press("D")
        await it.sees("the journal cannot be read", "2.5.0-beta.1")
