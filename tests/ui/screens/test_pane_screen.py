import asyncio

import pytest

from octotui.ui.panels.output_panel import OutputPanel
from octotui.ui.panels.pools_panel import PoolsPanel
from octotui.ui.panels.runs_panel import RunsPanel
from octotui.ui.panels.tree_panel import TreePanel
from octotui.ui.screens.pane_screen import LEAST_COLUMNS, LEAST_LINES
from octotui.ui.settings.account_settings import AccountSettings
from octotui.ui.settings.keymap import Keymap
from octotui.ui.settings.pane_layouts import PaneLayouts
from octotui.ui.widgets.pane_heading import PaneHeading
from tests import scenes
from tests.ui.opened import Opened, opened
from tests.ui.replayed import replayed

WIDE, NARROW, LOW = (120, 40), (80, 24), (60, 20)
PANES = (RunsPanel, PoolsPanel, TreePanel, OutputPanel)


def sizes(it: Opened) -> dict[str, tuple[int, int]]:
    """The cells of each pane that is seen."""
    panes = [pane for kind in PANES for pane in it.app.screen.query(kind)]
    return {type(pane).__name__: pane.outer_size for pane in panes if pane.region}


async def test_keys_move_the_division_at_the_pane_with_the_focus(tmp_path):
    async with opened(scenes.seed(), tmp_path, WIDE) as it:
        before = sizes(it)
        await it.press("greater_than_sign")
        assert sizes(it)["RunsPanel"].width == before["RunsPanel"].width + 4
        assert sizes(it)["TreePanel"].width == before["TreePanel"].width - 4
        await it.press("less_than_sign")
        assert sizes(it) == before
        await it.press("left_curly_bracket")
        assert sizes(it)["RunsPanel"].height == before["RunsPanel"].height - 1
        assert sizes(it)["PoolsPanel"].height == before["PoolsPanel"].height + 1
        await it.press("tab", "tab", "right_curly_bracket")
        assert sizes(it)["TreePanel"].height == before["TreePanel"].height + 1
        assert sizes(it)["RunsPanel"].height == before["RunsPanel"].height - 1


async def test_no_pane_becomes_too_small_to_be_used(tmp_path):
    async with opened(scenes.seed(), tmp_path, WIDE) as it:
        text = await it.press(*["less_than_sign"] * 20)
        assert sizes(it)["RunsPanel"].width == LEAST_COLUMNS
        assert "the pane before it would become too small" in text
        await it.press(*["greater_than_sign"] * 30)
        assert sizes(it)["TreePanel"].width in (LEAST_COLUMNS, LEAST_COLUMNS - 1)  # beside the line
        await it.press(*["left_curly_bracket"] * 40)
        assert sizes(it)["RunsPanel"].height == LEAST_LINES
        await it.press(*["right_curly_bracket"] * 50)
        assert sizes(it)["PoolsPanel"].height == LEAST_LINES


async def test_a_pane_is_zoomed_and_all_come_back(tmp_path):
    async with opened(scenes.seed(), tmp_path, WIDE) as it:
        before = sizes(it)
        for kind in PANES:
            text = await it.press("plus")
            assert list(sizes(it)) == [kind.__name__]
            assert "+ shows all panes again" in text
            await it.press("tab")
            assert list(sizes(it)) == [kind.__name__]
            await it.press("plus")
            assert sizes(it) == before
            await it.press("tab")


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_heading_of_a_zoomed_pane_says_so_as_long_as_it_is(tmp_path, size):
    account = AccountSettings(keymap=Keymap({"board.zoom": ("f5",)}))
    async with opened(scenes.seed(), tmp_path, size, account=account) as it:
        await it.press("f5", "j")  # which ends the sentence in the key bar
        assert [line for line in it.text.splitlines() if "zoomed (f5)" in line and "Runs" in line]
        assert it.text.count("zoomed") == 1
        await it.press("f5")
        assert "zoomed" not in it.text


async def test_what_another_size_does_not_show_is_not_zoomed_there(tmp_path):
    async with opened(scenes.seed(), tmp_path, WIDE) as it:
        await it.press("tab", "tab", "plus")
        assert list(sizes(it)) == ["TreePanel"]
        await it.pilot.resize_terminal(*LOW)
        await it.until(lambda: "RunsPanel" in sizes(it))
        assert it.app.focused in it.app.screen.focus_chain
        await it.pilot.resize_terminal(*WIDE)
        await it.until(lambda: len(sizes(it)) == 4)


async def test_where_there_is_nothing_to_divide_keys_say_so(tmp_path):
    async with opened(scenes.seed(), tmp_path, LOW) as it:
        assert "no two panes are beside one another here" in await it.press("less_than_sign")
    async with opened(scenes.idle(), tmp_path, (60, 16)) as it:
        assert "no two panes are above one another here" in await it.press("left_curly_bracket")
        assert "the pane is alone on the screen already" in await it.press("plus")


async def test_a_division_is_dragged(tmp_path):
    async with opened(scenes.seed(), tmp_path, WIDE) as it:
        line = it.app.screen.query_one("#right").region.x
        await it.pilot.mouse_down(offset=(line, 10))
        await it.pilot.hover(offset=(line - 20, 12))
        await it.pilot.mouse_up(offset=(line - 20, 12))
        assert it.app.screen.query_one("#right").region.x == line - 20
        assert it.app.mouse_captured is None
        heading = it.app.screen.query_one(PoolsPanel).region
        await it.pilot.mouse_down(offset=(5, heading.y))
        await it.pilot.hover(offset=(5, heading.y - 6))
        await it.pilot.mouse_up(offset=(5, heading.y - 6))
        assert it.app.screen.query_one(PoolsPanel).region.y == heading.y - 6
        await it.pilot.hover(offset=(5, heading.y + 2))
        assert it.app.screen.query_one(PoolsPanel).region.y == heading.y - 6


async def test_a_click_on_a_heading_focuses_its_pane_and_two_zoom_it(tmp_path):
    async with opened(scenes.seed(), tmp_path, WIDE) as it:
        heading = it.app.screen.query_one(TreePanel).query_one(PaneHeading)
        await it.pilot.click(heading)
        await it.until(lambda: it.app.focused is not None and it.app.focused.id == "tree")
        await it.pilot.click(heading, times=2)
        await it.until(lambda: list(sizes(it)) == ["TreePanel"])
        await it.pilot.click(heading, times=2)
        await it.until(lambda: len(sizes(it)) == 4)


async def test_r13_sizes_are_kept_for_each_size_of_the_screen(tmp_path):
    saved: list[dict[str, dict[str, int]]] = []
    layouts = PaneLayouts(save=saved.append)
    async with opened(scenes.seed(), tmp_path, WIDE, account=AccountSettings(panes=layouts)) as it:
        await it.press("greater_than_sign")
        wide = sizes(it)
        await it.pilot.resize_terminal(*NARROW)
        await it.until(lambda: sizes(it)["RunsPanel"].width == 80)
        await it.press("left_curly_bracket")
        narrow = sizes(it)
        await it.pilot.resize_terminal(*WIDE)
        await it.until(lambda: sizes(it) == wide, lambda: f"{wide} not {sizes(it)}")
    assert set().union(*saved) == {"board-wide-high", "board-narrow-stacked"}
    kept = AccountSettings(panes=PaneLayouts(saved[-1] | saved[0]))
    async with opened(scenes.seed(), tmp_path, WIDE, account=kept) as it:
        await it.until(lambda: sizes(it) == wide, lambda: f"{wide} not {sizes(it)}")
        await it.pilot.resize_terminal(*NARROW)
        await it.until(lambda: sizes(it) == narrow, lambda: f"{narrow} not {sizes(it)}")


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_tree_and_output_of_a_run_are_divided_too(tmp_path, size):
    async with opened(scenes.seed(), tmp_path, size) as it:
        await it.press("enter")
        before = sizes(it)
        await it.press("right_curly_bracket", "right_curly_bracket")
        assert sizes(it)["TreePanel"].height == before["TreePanel"].height + 2
        await it.press("plus")
        assert list(sizes(it)) == ["TreePanel"]
        await it.press("plus", "l")
        assert list(sizes(it)) == ["OutputPanel"]
        await it.press("l")
        assert len(sizes(it)) == 2


async def test_in_a_replay_its_own_keys_lead_through_it(tmp_path):
    async with replayed(tmp_path, WIDE) as it:
        before = sizes(it)
        number = it.app.replay.number
        await it.press("less_than_sign")
        assert it.app.replay.number < number
        assert sizes(it) == before
        await asyncio.sleep(0)
