from octotui.ui.dialogs.quit_dialog import QuitDialog
from tests import scenes
from tests.ui.opened import opened


async def test_it_says_what_each_way_means(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        await it.press("q")
        assert isinstance(it.app.screen, QuitDialog)
        await it.sees(
            "4 runs are active",
            "quit when all have ended",
            "4 jobs continue; later steps wait until you return",
        )


async def test_the_safe_way_is_under_the_cursor_and_lists_choose(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        await it.press("q", "enter")
        assert not isinstance(it.app.screen, QuitDialog)
        await it.press("q", "G", "enter")
        assert it.app.return_value == "leave"
