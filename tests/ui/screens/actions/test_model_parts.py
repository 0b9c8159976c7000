from pathlib import Path

from octotui.ui.screens.model_screen import ModelScreen
from tests import scenes
from tests.ui.opened import opened


async def test_where_nothing_is_under_the_cursor_that_is_said(tmp_path: Path) -> None:
    async with opened(scenes.idle(), tmp_path) as it:
        await it.press("m")
        await it.sees("nothing that Kraken declares is under the cursor")
        assert not isinstance(it.app.screen, ModelScreen)
