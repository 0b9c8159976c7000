"""The app switches to a space that its caller has opened."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from textual.events import Key

from octotui.ui import key_order
from octotui.ui.dialogs.spaces_dialog import SpacesDialog
from octotui.ui.screens.board import Board
from octotui.ui.space_switch import SpaceSwitch
from octotui.ui.widgets.line_list import LineList
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

    def __init__(self, problem: str = "", rows: Sequence[SpaceRow] = ROWS) -> None:
        self.problem = problem
        self.rows = rows
        self.opened: list[str] = []
        self.listing = threading.Event()  # until it is set, spaces are being listed
        self.listing.set()
        self.opening = asyncio.Event()  # until it is set, a space is being opened
        self.opening.set()

    def spaces(self) -> Sequence[SpaceRow]:
        self.listing.wait(30)
        return [msgspec.structs.replace(each, name=each.slug, active=None, asking=None) for each in self.rows]

    def count(self, row: SpaceRow) -> SpaceRow:
        return next(each for each in self.rows if each.slug == row.slug)

    async def open(self, slug: str) -> str:
        await self.opening.wait()
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
        await it.press("o", "down", "enter")
        await it.sees("old stays closed: its model is gone", "Runs")
        assert it.app.return_value is None


async def test_the_present_space_is_not_switched_to_and_esc_stays(tmp_path: Path) -> None:
    switch = FakeSwitch()
    async with opened(scenes.seed(), tmp_path, switch=switch) as it:
        text = await it.press("o", "up", "enter")
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


@pytest.mark.parametrize("rows", [(), ROWS[:1]])
async def test_where_there_is_no_other_space_it_is_said_without_a_dialog(
    tmp_path: Path, rows: Sequence[SpaceRow]
) -> None:
    async with opened(scenes.seed(), tmp_path, switch=FakeSwitch(rows=rows)) as it:
        await it.press("o")
        await it.sees("there is no other space", "Runs")
        assert [type(each) for each in it.app.screen_stack] == [Board]


async def test_i1_a_key_after_o_goes_to_the_dialog_that_o_opens(tmp_path: Path) -> None:
    async with opened(scenes.seed(), tmp_path, switch=FakeSwitch()) as it:
        for key in ("o", "down"):
            it.app.post_message(Key(key, key))
        await it.until(lambda: isinstance(it.app.screen, SpacesDialog))
        await it.until(lambda: it.app.screen.query_one(LineList).key == "old")


async def test_o_twice_while_spaces_are_listed_opens_one_dialog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_order, "PATIENCE", 0.05)
    switch = FakeSwitch()
    switch.listing.clear()
    async with opened(scenes.seed(), tmp_path, switch=switch) as it:
        for _ in range(2):
            before = set(it.app.workers)
            it.app.post_message(Key("o", "o"))
            await it.until(lambda before=before: set(it.app.workers) - before)
        switch.listing.set()
        await it.sees("Switch to which space?")
        await it.pilot.pause()
        assert [type(each) for each in it.app.screen_stack] == [Board, SpacesDialog]


async def test_which_space_is_being_opened_is_shown_and_no_other_can_be_chosen_meanwhile(
    tmp_path: Path,
) -> None:
    switch = FakeSwitch()
    switch.opening.clear()
    async with opened(scenes.seed(), tmp_path, switch=switch, detaches=True) as it:
        await it.press("o")
        await it.sees("Switch to which space?")
        await it.pilot.press("enter")
        await it.sees("opening Hydra…")
        await it.press("o")
        await it.sees("Hydra is being opened", "opening Hydra…")
        assert [type(each) for each in it.app.screen_stack] == [Board]
        switch.opening.set()
        await it.until(lambda: it.app.return_value == "switch")


async def test_nothing_is_being_opened_any_more_where_that_failed(tmp_path: Path) -> None:
    switch = FakeSwitch("hydra stays closed: no")
    async with opened(scenes.seed(), tmp_path, switch=switch, detaches=True) as it:
        await it.press("o", "enter")
        await it.sees("hydra stays closed: no")
        assert "opening" not in it.text
        await it.press("o")
        await it.sees("Switch to which space?")


@pytest.mark.parametrize(
    ("way", "told"), [("w", "switches when all runs have ended"), ("c", "cancels all runs, then switches")]
)
async def test_the_status_bar_says_that_it_switches(tmp_path: Path, way: str, told: str) -> None:
    async with opened(scenes.seed(), tmp_path, switch=FakeSwitch()) as it:
        await it.press("o", "enter", way)
        await it.sees(told)


async def test_who_stays_while_it_waits_to_switch_does_not_leave_when_runs_end(tmp_path: Path) -> None:
    switch = FakeSwitch()
    async with opened(scenes.seed(), tmp_path, switch=switch) as it:
        await it.press("o", "enter", "w")
        await it.sees("switches when all runs have ended")
        assert switch.opened == ["hydra"]
        await it.press("ctrl+q", "s")
        await it.until(lambda: "when all runs have ended" not in it.text)
        assert switch.opened == []
        it.session.later(31)
        await it.until(lambda: not len(it.app.state.families))
        await it.pilot.pause()
        assert it.app.return_value is None
        assert it.app.is_running


async def test_who_quits_instead_of_switching_closes_the_other_space(tmp_path: Path) -> None:
    switch = FakeSwitch()
    async with opened(scenes.seed(), tmp_path, switch=switch) as it:
        await it.press("o", "enter", "w", "ctrl+q", "w")
        await it.sees("quits when all runs have ended")
        assert switch.opened == []
