from octotui.ui.dialogs.help_dialog import HelpDialog
from tests import scenes
from tests.ui.opened import opened


async def test_it_is_about_the_pane_with_the_focus(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("question_mark")
        await it.sees("Runs that are open", "Keys here", "start", "next pane", "filter")
        assert "Scroll Left" not in it.text
        await it.press("j", "k", "escape", "tab", "question_mark")
        await it.sees("Pools and their workers")
        await it.press("question_mark")
        assert not isinstance(it.app.screen, HelpDialog)


async def test_keys_are_written_as_people_write_them(tmp_path):
    async with opened(scenes.seed(), tmp_path, (120, 60)) as it:
        await it.press("question_mark")
        await it.sees(
            "j down", "/                filter", "?                help", ": ctrl+p         palette"
        )
