"""The dialog of spaces, in narrow terminals too."""

import threading
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.events import Key

from octotui.ui.dialogs.spaces_dialog import SpacesDialog
from octotui.ui.widgets.line_list import LineList
from octotui.views.lists.space_columns import SpaceRow
from tests import scenes
from tests.ui.opened import Opened, opened
from tests.ui.test_space_switch import ROWS


def same(row: SpaceRow) -> SpaceRow:
    """What counts nothing."""
    return row


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_the_present_space_comes_first_and_the_cursor_is_on_the_next(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(scenes.idle(), tmp_path, size) as it:
        chosen: list[SpaceRow | None] = []
        it.app.push_screen(SpacesDialog(ROWS[::-1], same), chosen.append)
        await it.sees("space", "state", "runs", "asks", "folder", "/s/hydra")
        lines = [line for line in it.text.splitlines() if "/s/" in line]
        assert [line.split("/s/")[1].split()[0] for line in lines] == ["kraken", "hydra", "old"]
        assert "Hydra" in next(line for line in lines if "▌" in line)
        await it.press("enter")
        assert chosen == [ROWS[1]]


async def test_no_space_is_chosen(tmp_path: Path) -> None:
    async with opened(scenes.idle(), tmp_path) as it:
        chosen: list[SpaceRow | None] = []
        it.app.push_screen(SpacesDialog(ROWS, same), chosen.append)
        await it.sees("Switch to which space?")
        await it.press("escape")
        assert chosen == [None]
        assert it.app.is_running


async def test_counts_are_filled_in_one_by_one_and_the_cursor_stays(tmp_path: Path) -> None:
    counts = {row.slug: threading.Event() for row in ROWS}

    def count(row: SpaceRow) -> SpaceRow:
        counts[row.slug].wait(30)
        return next(each for each in ROWS if each.slug == row.slug)

    uncounted = [replace(row, name=row.slug, active=None, asking=None) for row in ROWS]
    async with opened(scenes.idle(), tmp_path) as it:
        it.app.push_screen(SpacesDialog(uncounted, count))
        await it.until(lambda: cells(it, "hydra")[:4] == ["hydra", "running", "?", "?"])
        counts["kraken"].set()
        await it.until(lambda: cells(it, "kraken")[:3] == ["Kraken", "here", "2"])
        assert cells(it, "hydra")[:4] == ["hydra", "running", "?", "?"]
        await it.press("down")
        counts["hydra"].set()
        await it.until(lambda: cells(it, "hydra")[:4] == ["Hydra", "running", "3", "1"])
        assert it.app.screen.query_one(LineList).key == "old"
        counts["old"].set()
        await it.until(lambda: cells(it, "old")[:4] == ["Old", "closed", "?", "?"])


async def test_no_more_is_counted_once_the_dialog_is_closed(tmp_path: Path) -> None:
    goes_on, begun = threading.Event(), []

    def count(row: SpaceRow) -> SpaceRow:
        begun.append(row.slug)
        goes_on.wait(30)
        return row

    async with opened(scenes.idle(), tmp_path) as it:
        it.app.push_screen(SpacesDialog(ROWS, count))
        await it.until(lambda: begun)
        it.app.post_message(Key("escape", None))
        await it.until(lambda: not isinstance(it.app.screen, SpacesDialog))
        goes_on.set()
        await it.pilot.pause()
        assert begun == ["kraken"]


def cells(it: Opened, slug: str) -> list[str]:
    """The words of a space's line, without its frame and the cursor."""
    line = next((line for line in it.text.splitlines() if f"/s/{slug}" in line), "").replace("▌", " ")
    return line.replace("│", " ").split()


async def test_typing_filters_by_name_and_folder(tmp_path: Path) -> None:
    async with opened(scenes.idle(), tmp_path, (80, 24)) as it:
        chosen: list[SpaceRow | None] = []
        it.app.push_screen(SpacesDialog(ROWS, same), chosen.append)
        await it.sees("type to filter", "/s/hydra")
        await it.press(*"OLD")
        assert "/s/hydra" not in it.text
        await it.press(*"zzz")
        await it.sees("no space has this in its name or folder")
        await it.press("enter")
        assert chosen == []
        await it.sees("no space is listed")
        await it.press("backspace", "backspace", "backspace", "enter")
        assert chosen == [next(row for row in ROWS if row.slug == "old")]


async def test_the_present_space_is_not_switched_to(tmp_path: Path) -> None:
    async with opened(scenes.idle(), tmp_path, (80, 24)) as it:
        chosen: list[SpaceRow | None] = []
        it.app.push_screen(SpacesDialog(ROWS, same), chosen.append)
        await it.sees("/s/hydra")
        await it.press("up", "enter")
        await it.sees("this space is on the screen already")
        assert chosen == []


async def test_at_20_by_5_there_is_a_row_and_it_can_be_chosen(tmp_path: Path) -> None:
    async with opened(scenes.idle(), tmp_path, (20, 5)) as it:
        chosen: list[SpaceRow | None] = []
        it.app.push_screen(SpacesDialog(ROWS, same), chosen.append)
        await it.sees("▌Hydra")
        await it.press("down")
        await it.sees("▌Old")
        await it.press(*"hyd", "enter")
        assert chosen == [ROWS[1]]
