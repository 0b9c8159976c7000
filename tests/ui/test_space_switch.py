"""The app switches to a space that its caller has opened."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from octotui.ui.space_switch import SpaceSwitch
from octotui.views.lists.space_columns import SpaceRow
from tests import scenes
from tests.ui.opened import opened

ROWS = (
    SpaceRow(slug="kraken", name="Kraken", path="/s/kraken", running=True, here=True, active=2, asking=0),
    SpaceRow(slug="hydra", name="Hydra", path="/s/hydra", running=True, active=3, asking=1),
    SpaceRow(slug="old", name="Old", path="/s/old"),
)


class FakeSwitch(SpaceSwitch):
    """Spaces of which only some can be opened."""

    def __init__(self, problem: str = "") -> None:
        self.problem = problem
        self.opened: list[str] = []

    def spaces(self) -> Sequence[SpaceRow]:
        return ROWS

    async def open(self, slug: str) -> str:
        if not self.problem:
            self.opened.append(slug)
        return self.problem

    async def close(self) -> None:
        self.opened.clear()


async def test_another_space_is_chosen_and_the_app_left_for_it(tmp_path: Path) -> None:
    switch = FakeSwitch()
    async with opened(scenes.seed(), tmp_path, switch=switch, detaches=True) as it:
        await it.press("o")
        await it.sees("Switch to which space?", "Kraken", "here", "Hydra", "running", "closed")
        await it.pilot.press("enter")
        await it.until(lambda: it.app.return_value == "switch")
    assert switch.opened == ["hydra"]


async def test_a_space_that_cannot_be_opened_is_told_and_the_present_one_stays(tmp_path: Path) -> None:
    switch = FakeSwitch("old stays closed: its model is gone")
    async with opened(scenes.seed(), tmp_path, switch=switch, detaches=True) as it:
        await it.press("o", "j", "enter")
        await it.sees("old stays closed: its model is gone", "Runs")
        assert it.app.return_value is None


async def test_the_present_space_is_not_switched_to_and_esc_stays(tmp_path: Path) -> None:
    switch = FakeSwitch()
    async with opened(scenes.seed(), tmp_path, switch=switch) as it:
        text = await it.press("o", "k", "enter")
        assert "this space is on the screen already" in text
        text = await it.press("escape")
        assert "Switch to which space?" not in text
        assert switch.opened == []


@pytest.mark.parametrize(("way", "later"), [("l", 0), ("c", 13), ("w", 31)])
async def test_runs_that_this_process_has_are_asked_about_first(
    tmp_path: Path, way: str, later: float
) -> None:
    switch = FakeSwitch()
    async with opened(scenes.seed(), tmp_path, switch=switch) as it:
        await it.press("o", "enter")
        await it.sees("4 runs are active")
        await it.press(way)
        if later:
            assert it.app.return_value is None
            it.session.later(later)
        await it.until(lambda: it.app.return_value == "switch")
        assert len(it.session.sent) == (4 if way == "c" else 0)
    assert switch.opened == ["hydra"]


async def test_who_stays_after_all_does_not_switch_when_quitting_later(tmp_path: Path) -> None:
    switch = FakeSwitch()
    async with opened(scenes.seed(), tmp_path, switch=switch) as it:
        await it.press("o", "enter", "s")
        assert switch.opened == []
        await it.press("o", "enter", "w", "q", "c")
        it.session.later(31)
        await it.until(lambda: it.app.return_value == "cancel")


async def test_without_other_spaces_the_key_says_so(tmp_path: Path) -> None:
    async with opened(scenes.seed(), tmp_path) as it:
        assert "only this space can be shown here" in await it.press("o")
