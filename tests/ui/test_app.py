import os

import pytest
from textual._compositor import Compositor
from textual.css.stylesheet import Stylesheet

from octotui.engine.commands import CancelRun
from octotui.store.errors import StoreError
from octotui.ui import app as app_module
from octotui.ui.app import OctotuiApp
from octotui.ui.dialogs.quit_dialog import QuitDialog
from octotui.ui.screens.board import Board
from tests import scenes
from tests.ui import headless
from tests.ui.fake import FakeSession
from tests.ui.opened import Opened, opened


async def test_q_quits_at_once_where_nothing_is_active(tmp_path):
    async with opened(scenes.idle(), tmp_path) as it:
        await it.press("q")
        assert it.app.return_value == "quit"


async def test_leaving_ends_at_once(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("q")
        await it.sees("4 runs are active")
        await it.press("l")
        assert it.app.return_value == "leave"
        assert it.session.sent == []


async def test_staying_stays(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("q", "escape")
        assert it.app.is_running
        await it.press("q", "q", "ctrl+q", "enter")
        assert not isinstance(it.app.screen, QuitDialog)
        assert it.app.return_value is None


async def test_waiting_quits_when_all_runs_have_ended(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("q", "w")
        await it.sees("quits when all runs have ended")
        assert it.app.return_value is None
        it.session.later(31)
        await it.until(lambda: it.app.return_value == "wait")


async def test_cancelling_cancels_every_open_run_and_then_quits(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("q", "c")
        assert it.session.sent == [CancelRun(run=f"run-{number}", by="ann") for number in (2, 3, 4, 5)]
        it.session.later(13)
        await it.until(lambda: it.app.return_value == "cancel")


async def test_esc_never_quits(tmp_path):
    async with opened(scenes.idle(), tmp_path) as it:
        await it.press("escape", "escape")
        assert it.app.is_running
        assert it.app.return_value is None


async def test_a_session_that_fails_ends_the_app_and_is_told(tmp_path):
    class Broken(FakeSession):
        async def states(self):
            yield self.state
            raise StoreError("the disk is full")

    session = Broken(scenes.idle(), tmp_path)
    app = OctotuiApp(session, now=session.now)
    async with app.run_test() as pilot:
        await pilot.pause()
    assert str(app.failure) == "the disk is full"
    assert app.return_code == 1


@pytest.mark.parametrize(("value", "mono"), [("1", True), ("", False), (None, False)])
async def test_no_color_counts_when_it_is_not_empty(tmp_path, monkeypatch, value, mono):
    if value is not None:
        monkeypatch.setenv("NO_COLOR", value)
    async with opened(scenes.idle(), tmp_path) as it:
        assert it.app.is_colourless is mono
    assert os.environ.get("NO_COLOR") == (value or None)


async def test_the_time_comes_from_the_clock(tmp_path):
    async with opened(scenes.idle(), tmp_path) as it:
        await it.sees("13:46:40")
        it.session.world.now += 61
        await it.sees("13:47:41")


async def test_a_bug_is_told_without_what_may_be_sensitive(tmp_path, capsys):
    """V5: a crash report has no local variables, as Textual's own has."""
    session = FakeSession(scenes.idle(), tmp_path)
    app = OctotuiApp(session, now=session.now)

    def broken():
        typed = "-".join(["hunter", "22"])
        return len(typed) // 0

    async def crash():
        async with app.run_test() as pilot:
            app.call_later(broken)
            await pilot.pause()

    with pytest.raises(ZeroDivisionError):
        await crash()
    told = capsys.readouterr().err
    assert "in broken" in told
    assert "hunter-22" not in told


async def test_q_detaches_where_runs_go_on_elsewhere(tmp_path):
    session = FakeSession(scenes.seed(), tmp_path)
    app = OctotuiApp(session, now=session.now, detaches=True)
    async with app.run_test(size=(80, 24)) as pilot:
        it = Opened(pilot, session)
        await it.sees("q detach")
        assert "q quit" not in it.text
        await pilot.press("q")
    assert app.return_value == "quit"


async def test_what_is_the_matter_with_the_model_is_said_and_goes_when_it_is_well_again(tmp_path):
    async with opened(scenes.seed(), tmp_path, (120, 40)) as it:
        it.session.trouble = "the model has errors and was not loaded: kraken.toml:3:1: This is not TOML."
        it.app._tick()
        await it.sees("kraken.toml:3:1: This is not TOML.", "the model has errors and was not loaded · ")
        it.app.notify("something else")
        it.session.trouble = ""
        it.app._tick()
        await it.until(lambda: "has errors" not in it.text)
        await it.sees("something else")


@pytest.mark.parametrize("key", ["escape", "D", "P", "question_mark", "slash", "s", "enter"])
async def test_ctrl_c_says_which_key_leaves_on_every_screen(tmp_path, key):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press(key, "ctrl+c")
        await it.sees("ctrl+q leaves octotui")
        assert len(it.app._notifications) == 1
        assert "[b]" not in it.text
        assert ("esc, then" in it.text) == it.app.screen.is_modal
        await it.press(*["escape"] * it.app.screen.is_modal, "ctrl+q")
        assert isinstance(it.app.screen, QuitDialog)


async def test_the_board_is_laid_out_once_and_its_stylesheet_parsed_once(tmp_path, monkeypatch):
    again = []

    def reparse(stylesheet: Stylesheet) -> None:
        again.append(stylesheet)

    monkeypatch.setattr(Stylesheet, "reparse", reparse)
    async with opened(scenes.seed(), tmp_path) as it:
        assert [type(each) for each in it.app.screen_stack] == [Board]
        assert not again


async def test_another_state_repaints_what_it_changes_not_the_whole_screen(tmp_path, monkeypatch):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.pilot.pause()
        updates: list[bool] = []

        def rendered(self, full=False, **more):
            updates.append(full or self.size.region in self._dirty_regions)
            return headless.draw(self, full=full, **more)

        monkeypatch.setattr(Compositor, "render_update", rendered)
        it.session.later(29)
        await it.sees("29s")
        assert updates
        assert not any(updates)


async def test_an_app_that_is_ended_before_the_board_is_drawn_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(app_module, "FIRST_PAINT", 0.05)
    monkeypatch.setattr(Board, "call_after_refresh", lambda *_: True)  # as it is when the screen goes before
    async with opened(scenes.seed(), tmp_path) as it:
        it.app.exit()


async def test_a_toast_replaces_an_equal_one(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        for said in ("not\there", "another", "not\there"):
            it.app.notify(said)
            await it.pilot.pause()
        assert len(it.app._notifications) == 2
        it.app.notify("another", title="Title")
        await it.pilot.pause()
        assert len(it.app._notifications) == 3


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_toast_leaves_the_question_and_the_keys_in_sight(tmp_path, size):
    async with opened(scenes.asking(), tmp_path, size) as it:
        it.app.notify("it was done")
        await it.sees("it was done")
        assert "a answer" in it.text.splitlines()[-2]
        assert "? help" in it.text.splitlines()[-1]
