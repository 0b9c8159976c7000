"""The app of the demo: its line follows what is on the screen, and it quits without a question."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from octotui.ui.tour.tour_app import TourApp
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


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["narrow", "wide"])
def test_it_looks_as_it_did(snap_compare: Callable[..., bool], tmp_path: Path, size: tuple[int, int]) -> None:
    async def settle(pilot: Pilot[object]) -> None:
        await pilot.press("s")
        await pilot.pause(0.3)

    session = FakeSession(scenes.asking(), tmp_path, "ann")
    app = TourApp(session, now=session.now)
    assert snap_compare(app, terminal_size=size, run_before=settle)
