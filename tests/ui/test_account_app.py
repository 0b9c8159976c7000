"""T3, R12: the app as its account has set it."""

from octotui.store.errors import StoreError
from octotui.ui.settings.account_settings import AccountSettings
from octotui.ui.settings.pane_layouts import PaneLayouts
from tests import scenes
from tests.ui.opened import opened


async def test_t3_a_theme_that_cannot_be_kept_is_shown_and_that_is_said(tmp_path):
    def full(name: str) -> None:
        raise StoreError(f"no room for {name}")

    async with opened(scenes.seed(), tmp_path, account=AccountSettings(keep_theme=full)) as it:
        await it.app.choose_theme("light")
        assert it.app.theme == "light"
        await it.sees("not kept: no room for light")


async def test_t3_the_app_opens_with_the_theme_that_was_kept(tmp_path):
    async with opened(scenes.seed(), tmp_path, account=AccountSettings(theme="high-contrast")) as it:
        assert it.app.theme == "high-contrast"


async def test_r12_a_faulty_file_of_the_account_is_told_as_the_app_opens(tmp_path):
    account = AccountSettings(problems=("keys.toml:1:1: no such place",))
    async with opened(scenes.seed(), tmp_path, account=account) as it:
        await it.sees("keys.toml:1:1: no such place")


async def test_r13_sizes_of_panes_that_cannot_be_kept_are_said(tmp_path):
    def full(changed: object) -> None:
        raise StoreError("no room for sizes")

    account = AccountSettings(panes=PaneLayouts(save=full))
    async with opened(scenes.seed(), tmp_path, account=account) as it:
        await it.press("greater_than_sign")
        it.app.keep_panes()
        await it.sees("not kept: no room for sizes")
        await it.press("greater_than_sign")  # and as it ends, without a fault
