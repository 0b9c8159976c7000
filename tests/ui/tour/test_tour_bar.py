"""The line of the tour fits, whole sentences at 80 columns, and is ASCII where all is."""

from pathlib import Path

import pytest

from octotui.views.tour.steps import Tour, tour_line
from tests import scenes
from tests.ui.tour.touring import touring
from tests.views.tour.test_steps import PLACES


@pytest.mark.parametrize("columns", [60, 80, 120])
async def test_it_says_what_to_press(tmp_path: Path, columns: int) -> None:
    async with touring(scenes.idle(), tmp_path, (columns, 24), glyphs="ascii") as it:
        assert it.bar.startswith(" Tour 1/5  press s: starts a run")
        assert it.bar.endswith("Z leaves the tour")
        assert it.bar.isascii()
        await it.press("s")
        await it.sees(" Tour 1/5  type unleash and press enter")


async def test_every_sentence_is_whole_at_80_columns(tmp_path: Path) -> None:
    async with touring(scenes.asking(), tmp_path, (80, 24)) as it:
        it.app._tour = None  # type: ignore[attr-defined]
        for step in range(1, 7):
            for place in PLACES:
                line = tour_line(Tour(step), it.session.state, place, "ann", it.app._key_of)  # type: ignore[attr-defined]
                it.app.line = line  # type: ignore[attr-defined]
                await it.until(lambda text=line.text: text in it.bar, lambda: it.bar)
                assert it.bar.endswith("Z leaves the tour")
