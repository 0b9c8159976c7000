from octotui.ui.settings.account_settings import AccountSettings
from octotui.ui.settings.pane_layouts import PaneLayouts
from tests import scenes
from tests.ui.opened import opened


async def test_the_app_opens_with_a_faulty_file_and_says_so_in_one_line(tmp_path):
    faulty = AccountSettings(problems=("The usual keys are in force: keys.toml:2:1: no such action",))
    async with opened(scenes.seed(), tmp_path, account=faulty) as it:
        await it.sees("The usual keys are in force", "s start")
        assert [each.message for each in it.app._notifications] == list(faulty.problems)


def test_i11_unsaved_settings_are_the_same_and_write_nothing():
    saved = []
    account = AccountSettings(
        panes=PaneLayouts({"board": {"halves": 300}}, saved.append), theme="light", keep_theme=saved.append
    )
    found = account.unsaved()
    assert found.theme == "light"
    assert found.keep_theme is None
    assert found.panes.shares("board") == {"halves": 300}
    found.panes.change("board", "halves", 400)
    found.panes.save(found.panes.take_changed())
    assert saved == []
    assert account.panes.shares("board") == {"halves": 300}
