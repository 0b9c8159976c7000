"""The app of the demo: its line follows what is on the screen, and it quits without a question."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from octotui.ui.key_actions import declared_actions
from octotui.ui.settings.account_settings import AccountSettings
from octotui.ui.settings.keymap import Keymap
from octotui.ui.tour.tour_app import PRESSED, TourApp
from octotui.views.tour.steps import Tour
from tests import scenes
from tests.ui.fake import FakeSession
from tests.ui.tour.touring import touring


async def test_its_line_is_on_every_screen_and_follows_it(tmp_path: Path) -> None:
    async with touring(scenes.idle(), tmp_path) as it:
        assert "press s" in it.bar
        await it.press("s")
        await it.sees("type unleash and press enter")
        await it.press("escape")
        await it.sees("press s: starts a run")
        await it.press("question_mark")
        await it.sees("press esc: back to the board")
        await it.press("escape")
        await it.sees("press s: starts a run")


async def test_it_says_how_to_confirm_that_the_question_is_taken_and_the_run_goes_on(tmp_path: Path) -> None:
    async with touring(scenes.asking(), tmp_path) as it:
        it.app._tour = Tour(4, asked=True)  # type: ignore[attr-defined]
        await it.press("a", "p")
        await it.sees("Take the question, and proceed?", "press y: takes it, and the run goes on")
        await it.press("n", "x")
        await it.sees("Take the question, and abort?", "press n: back")


async def test_a_tour_that_was_left_is_left(tmp_path: Path) -> None:
    async with touring(scenes.idle(), tmp_path) as it:
        await it.press("Z")
        await it.until(lambda: not it.bar)
        assert "the tour was left" in await it.press("Z")
        await it.press("s")
        assert not it.bar


async def test_q_quits_also_while_runs_are_active(tmp_path: Path) -> None:
    async with touring(scenes.seed(), tmp_path) as it:
        await it.press("q")
        assert it.app.return_value == "quit"


async def test_r12_it_says_the_keys_that_the_account_has_given(tmp_path: Path) -> None:
    keys = {
        "board.start": ("f5",),
        "start.back": ("f6",),
        "start.choose": ("f7",),
        "demo.leave_the_tour": (),
        "help.back": ("z", "f8"),
    }
    account = AccountSettings(keymap=Keymap(keys))
    async with touring(scenes.idle(), tmp_path, account=account) as it:
        assert "press f5: starts a run" in it.bar
        assert "“Leave the tour” leaves the tour" in it.bar
        await it.press("f5")
        await it.sees("type unleash and press f7: chooses it")
        await it.press("f6")
        await it.sees("press f5: starts a run")
        await it.press("question_mark")
        await it.sees("press z: back to the board")


async def test_r12_an_action_without_a_key_is_chosen_in_the_palette(tmp_path: Path) -> None:
    account = AccountSettings(keymap=Keymap({"board.start": ()}))
    async with touring(scenes.idle(), tmp_path, account=account) as it:
        assert "choose “Start a run”: starts a run" in it.bar


def test_what_it_has_one_press_is_declared_there() -> None:
    for kind, action in PRESSED.values():
        assert action in {each.action for each in declared_actions(kind)}


async def test_t3_it_has_the_theme_of_the_account(tmp_path: Path) -> None:
    async with touring(scenes.idle(), tmp_path, account=AccountSettings(theme="light")) as it:
        assert it.app.theme == "light"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["narrow", "wide"])
def test_it_looks_as_it_did(snap_compare: Callable[..., bool], tmp_path: Path, size: tuple[int, int]) -> None:
    async def settle(pilot: Pilot[object]) -> None:
        await pilot.press("s")
        await pilot.pause(0.6)

    session = FakeSession(scenes.asking(), tmp_path, "ann")
    app = TourApp(session, now=session.now)
    assert snap_compare(app, terminal_size=size, run_before=settle)
