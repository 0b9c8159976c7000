"""The dialog of spaces, in narrow terminals too."""

from pathlib import Path

import pytest

from octotui.ui.dialogs.spaces_dialog import SpacesDialog
from octotui.views.lists.space_columns import SpaceRow
from tests import scenes
from tests.ui.opened import opened
from tests.ui.test_space_switch import ROWS


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_the_present_space_comes_first_and_the_cursor_is_on_the_next(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(scenes.idle(), tmp_path, size) as it:
        chosen: list[SpaceRow | None] = []
        it.app.push_screen(SpacesDialog(ROWS[::-1]), chosen.append)
        await it.sees("space", "state", "runs", "asks", "folder", "/s/hydra")
        lines = [line for line in it.text.splitlines() if "/s/" in line]
        assert [line.split("/s/")[1].split()[0] for line in lines] == ["kraken", "hydra", "old"]
        assert "Hydra" in next(line for line in lines if "▌" in line)
        await it.press("enter")
        assert chosen == [ROWS[1]]


@pytest.mark.parametrize("key", ["escape", "o", "q"])
async def test_no_space_is_chosen(tmp_path: Path, key: str) -> None:
    async with opened(scenes.idle(), tmp_path) as it:
        chosen: list[SpaceRow | None] = []
        it.app.push_screen(SpacesDialog(ROWS), chosen.append)
        await it.sees("Switch to which space?")
        await it.press(key)
        assert chosen == [None]
        assert it.app.is_running
