import pytest

from octotui.ui.dialogs.start_dialog import StartDialog
from octotui.ui.widgets.key_bar import KeyBar
from tests import scenes
from tests.ui.opened import opened
from tests.ui.replayed import replayed
from tests.ui.test_space_switch import FakeSwitch


def last(text: str) -> str:
    return text.splitlines()[-1]


async def test_it_shows_the_keys_of_the_pane_with_the_focus(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        await it.sees(" enter open  space mark  right unfold  / filter  s start  w why  ? help  q quit")
        await it.press("right", "j")
        await it.sees(" enter open  space mark  / filter  s start  w why  l log  ? help  q quit")
        await it.press("tab")
        assert last(it.text) == " enter open  s start  w why  l log  c cancel  ? help  H check health  q quit"


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


MODES = {
    "marks": (scenes.asking, ("asterisk",), ("p proceed", "x abort", "c cancel", "esc unmark")),
    "a kept filter": (scenes.seed, ("slash", "r", "u", "n", "enter"), ("esc no filter",)),
    "a run that asks": (scenes.asking, (), ("a answer", "t take")),
    "a question": (scenes.asking, ("a",), ("t take", "esc back")),
    "a question that was taken": (scenes.taken, ("a",), ("p proceed", "x abort", "esc back")),
    "a failed step": (scenes.guided, ("t",), ("r retry", "i ignore", "F fail", "esc back")),
    "a search": (scenes.seed, ("l", "slash", "e", "enter"), ("n N next", "esc drop")),
    "a selection": (scenes.seed, ("l", "m"), ("y copy", "esc drop")),
    "the output alone": (scenes.seed, ("l",), ("J K step", "esc back")),
    "the choice of a space": (scenes.seed, ("o",), ("enter switch", "esc back")),
}


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("mode", MODES)
async def test_what_the_mode_is_about_is_shown_first_at_every_width(tmp_path, mode, width):
    scene, keys, shown = MODES[mode]
    async with opened(scene(), tmp_path, (width, 24), switch=FakeSwitch()) as it:
        await it.press(*keys)
        await it.sees(*shown)
        (bar,) = [line for line in it.text.splitlines() if all(each in line for each in shown)]
        assert bar[: bar.index(shown[0])].rstrip()[-1:] in ("", "│")


@pytest.mark.parametrize("width", [60, 80])
async def test_a_replay_shows_what_leads_through_it(tmp_path, width):
    async with replayed(tmp_path, (width, 24)) as it:
        await it.sees(" space play  , . event  [ ] what matters ")


async def test_the_keys_of_a_mode_stay_where_nothing_else_fits(tmp_path):
    async with opened(scenes.asking(), tmp_path, (22, 10)) as it:
        await it.press("asterisk")
        await it.until(lambda: last(it.text) == " p proceed  x abort")
