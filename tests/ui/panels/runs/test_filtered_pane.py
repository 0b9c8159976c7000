from octotui.ui.key_actions import actions_of
from octotui.ui.panels.runs.filtered_pane import FilteredPane
from octotui.ui.panels.runs_panel import RunsPanel
from tests import scenes
from tests.ui.opened import opened


def test_it_acts_on_each_of_its_keys():
    assert actions_of(RunsPanel) == actions_of(FilteredPane)
    for each in actions_of(FilteredPane):
        assert callable(getattr(FilteredPane, f"action_{each.action}")), each.action


async def test_esc_drops_the_filter_first_and_then_the_marks(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        keys = lambda: it.text.splitlines()[-1]  # noqa: E731
        assert "there is no filter to drop" in (await it.press("escape")).splitlines()[-1]
        await it.press("space", "slash", *"test", "enter")
        await it.sees("1 marked · 1/5", "esc no filter")
        await it.press("escape")
        await it.sees("1 marked · 5", "esc unmark")
        await it.press("escape")
        await it.until(lambda: "marked" not in it.text and "esc" not in keys())
