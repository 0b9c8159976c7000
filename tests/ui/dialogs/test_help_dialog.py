import pytest

from octotui.ui.dialogs.help_dialog import HelpDialog
from octotui.ui.key_actions import own_actions
from octotui.ui.keys.key_table import declaring
from tests import scenes
from tests.ui.opened import opened


async def test_it_is_about_the_pane_with_the_focus(tmp_path):
    async with opened(scenes.seed(), tmp_path, (120, 50)) as it:
        await it.press("question_mark")
        await it.sees("Runs that are open", "Keys here", "start", "next pane", "filter")
        assert "Scroll Left" not in it.text
        await it.press("j", "k", "escape", "tab", "question_mark")
        await it.sees("Pools and their workers")
        await it.press("question_mark")
        assert not isinstance(it.app.screen, HelpDialog)


async def test_keys_are_written_as_people_write_them(tmp_path):
    async with opened(scenes.seed(), tmp_path, (120, 90)) as it:
        await it.press("question_mark")
        await it.sees(
            "j down", "/                filter", "?                help", ": ctrl+p         palette"
        )


@pytest.mark.parametrize("width", [60, 80, 120])
async def test_each_key_says_in_a_sentence_what_it_does(tmp_path, width):
    async with opened(scenes.seed(), tmp_path, (width, 120)) as it:
        await it.press("question_mark")
        words = " ".join(it.text.replace("│", " ").split())
        assert "R run again: start the same runbook for the same environment and tenant, after a" in words
        assert "space mark: this line, and go on; again: unmark it" in words
        lines = it.text.splitlines()
        at = next(at for at, line in enumerate(lines) if "run again:" in line)
        column = lines[at].index("run again:")
        if width == 60:
            assert lines[at + 1][:column].strip("│ ") == ""
            assert lines[at + 1][column] != " "


def test_only_what_its_title_does_not_say_has_a_sentence():
    """All others are a movement, or say themselves what they do."""
    plain = {each.description for kind in declaring() for each in own_actions(kind) if not each.tooltip}
    assert plain == PLAIN


PLAIN = {
    *("back", "down", "up", "left", "right", "next", "to the end", "page down", "page up"),
    *("half a page down", "half a page up", "to the top", "next pane", "previous pane"),
    "choose",
}
