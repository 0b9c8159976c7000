"""Columns are chosen on every screen that has a list in columns."""

from octotui.store.user_config import ListSetting
from octotui.ui.dialogs.columns_dialog import ColumnsDialog
from tests import scenes
from tests.ui.opened import opened


async def test_what_is_chosen_is_taken_and_kept_and_esc_keeps_nothing(tmp_path):
    kept: list[tuple[str, ListSetting]] = []
    async with opened(scenes.asking(), tmp_path, keep=lambda *each: kept.append(each)) as it:
        await it.press("Q", "C")
        assert isinstance(it.app.screen, ColumnsDialog)
        await it.sees("Columns: questions")
        await it.press("j", "s", "escape")
        assert kept == []
        await it.press("C", "j", "s", "enter")
        assert kept == [("questions", ListSetting((), "run"))]
        await it.sees("run↑")
        await it.press("escape", "Q")
        await it.sees("run↑")
