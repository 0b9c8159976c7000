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


async def test_a_click_on_a_head_sorts_by_its_column_and_is_kept(tmp_path):
    kept: list[tuple[str, ListSetting]] = []
    async with opened(scenes.many(), tmp_path, keep=lambda *each: kept.append(each)) as it:
        head = it.text.splitlines()[2]
        for sort, sign in (("state", "state↑"), ("-state", "state↓"), ("", "state ")):
            await it.pilot.click(offset=(head.index("state"), 2))
            await it.sees(sign)
            assert kept[-1] == ("runs", ListSetting((), sort))
        await it.pilot.click(offset=(0, 2))
        await it.until(lambda: len(kept) == 4)
        assert kept[-1][1].sort == "sign"
        await it.pilot.click(offset=(59, 2))
        await it.pilot.pause()
        assert len(kept) == 4
