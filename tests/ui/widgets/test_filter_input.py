from octotui.ui.widgets.filter_input import FilterInput
from tests import scenes
from tests.ui.opened import opened


async def test_typing_narrows_and_enter_keeps(tmp_path):
    async with opened(scenes.many(), tmp_path) as it:
        await it.press("slash", *"break queued")
        await it.sees("/96 ")
        await it.press("enter", "G")
        assert it.app.screen.query_one(FilterInput).display
        await it.sees("Break the kraken")
        assert "Tame" not in "\n".join(line[:54] for line in it.text.splitlines()[2:30])


async def test_esc_drops_it(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("slash", *"unleash")
        await it.sees("1/5")
        await it.press("escape")
        assert not it.app.screen.query_one(FilterInput).display
        assert "1/5" not in it.text
        await it.press("slash", "enter")
        assert not it.app.screen.query_one(FilterInput).display
