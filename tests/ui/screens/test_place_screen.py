"""The pages' screen: the way there and back, key by key."""

from octotui.store.errors import StoreError
from octotui.ui.screens.board import Board
from octotui.ui.screens.dashboard_screen import DashboardScreen
from octotui.ui.screens.place_screen import PlaceScreen
from octotui.ui.screens.run_screen import RunScreen
from tests import scenes
from tests.ui.opened import opened


async def test_enter_goes_on_and_backspace_back_along_the_way(tmp_path):
    async with opened(scenes.lock_wait(), tmp_path) as it:
        await it.press("tab", "enter")
        await it.sees("Kraken > Setup > worker1")
        await it.press("backspace")
        await it.sees("Kraken > Setup ─", "Workers")
        await it.press("j", "enter")
        await it.sees("Kraken > Setup > worker2")
        await it.press("enter")
        assert isinstance(it.app.screen, RunScreen)
        await it.sees("run-8 Tame the kraken")
        await it.press("backspace")
        await it.sees("Kraken > Setup > worker2")
        await it.press("backspace")
        await it.sees("Kraken > Setup ─")
        assert it.app.screen.query_one("#page").key == "worker worker2"
        await it.press("backspace")
        assert isinstance(it.app.screen, Board)


async def test_esc_leaves_all_pages_at_once(tmp_path):
    async with opened(scenes.lock_wait(), tmp_path) as it:
        await it.press("tab", "enter", "escape")
        assert isinstance(it.app.screen, Board)


async def test_the_space_leads_to_an_environment_and_the_dashboard_does(tmp_path):
    async with opened(scenes.deployed(), tmp_path) as it:
        await it.press("P")
        await it.sees("Environments", "3 workers")
        await it.press("G", "enter")
        await it.sees("Kraken > Production", "Deployed last", "Billing service")
        await it.press("backspace", "backspace")
        assert isinstance(it.app.screen, Board)
        await it.press("D")
        await it.sees("4 projects")
        await it.press("k", "enter")
        await it.sees("Kraken > Development")
        await it.press("backspace")
        assert isinstance(it.app.screen, DashboardScreen)


async def test_keys_are_about_the_run_or_worker_under_the_cursor(tmp_path):
    async with opened(scenes.lock_wait(), tmp_path) as it:
        await it.press("tab", "enter")
        await it.sees("Last runs")
        await it.press("w")
        await it.sees("Why: run-6")
        await it.press("escape", "c")
        await it.sees("Cancel run-6")
        await it.press("n", "G", "w")
        await it.sees("run-1 Unleash the kraken")
        await it.press("escape", "l")
        assert isinstance(it.app.screen, RunScreen)
        await it.press("escape", "backspace", "g", "w")
        await it.sees("Why: worker1")


async def test_what_the_journal_cannot_say_is_said(tmp_path, monkeypatch):
    async with opened(scenes.seed(), tmp_path) as it:

        async def broken(*_: object, **more: object) -> None:
            raise StoreError("the journal cannot be read")

        monkeypatch.setattr(it.session, "history", broken)
        await it.press("tab", "enter")
        await it.sees("the journal cannot be read", "looking them up")
        assert isinstance(it.app.screen, PlaceScreen)


async def test_a_run_that_is_not_among_the_newest_can_be_looked_at(tmp_path, monkeypatch):
    async with opened(scenes.deployed(), tmp_path) as it:
        await it.press("P", "G", "enter")
        await it.sees("Kraken > Production", "run-4")
        it.app.past = ()
        await it.press("G", "enter")
        await it.sees("run-1 Shop 2.4.0", "✔ Deploy")


async def test_a_run_that_is_not_kept_is_said(tmp_path, monkeypatch):
    async with opened(scenes.released(), tmp_path) as it:
        monkeypatch.setattr(type(it.session), "_ended", lambda _: [])
        it.app.past = ()
        await it.press("D")
        await it.sees("1 project", "1.2.0")
        await it.press("enter")
        await it.sees("run-1 is not kept any more")
