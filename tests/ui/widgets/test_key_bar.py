from octotui.ui.dialogs.start_dialog import StartDialog
from octotui.ui.widgets.key_bar import KeyBar
from tests import scenes
from tests.ui.opened import opened


def last(text: str) -> str:
    return text.splitlines()[-1]


async def test_it_shows_the_keys_of_the_pane_with_the_focus(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        await it.sees(" enter open  space mark  right unfold  / filter  s start  w why  ? help  q quit")
        await it.press("right", "j")
        await it.sees(" enter open  space mark  / filter  s start  w why  l log  ? help  q quit")
        await it.press("tab")
        assert last(it.text) == " enter open  s start  w why  l log  c cancel  ? help  q quit"


async def test_what_makes_no_sense_is_not_shown(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        await it.press("G")
        await it.until(lambda: "cancel" not in last(it.text))


async def test_what_does_not_fit_is_left_out_as_a_whole(tmp_path):
    async with opened(scenes.seed(), tmp_path, (40, 10)) as it:
        assert last(it.text) == " enter open  space mark  ? help  q quit"


async def test_help_and_quit_stay_longest(tmp_path):
    """At 60 by 20, on every screen."""
    for keys in ((), ("enter",), ("l",), ("tab",)):
        async with opened(scenes.seed(), tmp_path, (60, 20)) as it:
            await it.press(*keys)
            await it.until(lambda: "? help" in last(it.text) and "q quit" in last(it.text))


async def test_a_click_does_it(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        await it.press("tab")
        await it.pilot.click(KeyBar, offset=(76, 0))
        assert not it.app.screen.is_modal
        await it.pilot.click(KeyBar, offset=(15, 0))
        await it.until(lambda: isinstance(it.app.screen, StartDialog))
