"""The list of what differs between two runs."""

import pytest

from octotui.model.space import Value
from octotui.model.values import Prompt
from octotui.ui.screens.board import Board
from octotui.ui.timeline.differences_dialog import DifferencesDialog
from tests import scenes
from tests.ui.opened import opened
from tests.world import World, model, script


def twice() -> scenes.Scene:
    """The nightly backup ran twice, the second time in a hurry and on another worker."""
    world = World(scenes.kraken())
    for where in ("production", "production", "test"):
        world.start("nightly", environment=where)
        world.run_out()
    return scenes.Scene(world.state, world.now, world)


async def test_the_selected_run_is_compared_with_the_one_before_it(tmp_path):
    async with opened(twice(), tmp_path) as it:
        await it.press("j", "d")
        await it.sees("Differences: run-1 and run-2", "Dump: worker", "worker1", "worker2")
        assert "environment" not in it.text
        await it.press("d")
        assert isinstance(it.app.screen, Board)


async def test_two_marked_runs_are_compared(tmp_path):
    async with opened(twice(), tmp_path) as it:
        await it.press("space", "j", "space", "d")
        await it.sees("Differences: run-1 and run-3", "environment", "production", "test")
        assert isinstance(it.app.screen, DifferencesDialog)
        await it.press("j")
        await it.sees("run-1: ", "run-3: ")


async def test_more_marks_are_refused_and_so_is_a_run_without_one_before(tmp_path):
    async with opened(twice(), tmp_path) as it:
        await it.press("d")
        await it.sees("no run like run-3 has ended before it: mark two runs")
        await it.press("asterisk", "d")
        await it.sees("mark two runs to compare them, or none")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (250, 70)])
async def test_it_fits_any_size_in_ascii(tmp_path, size):
    async with opened(twice(), tmp_path, size, glyphs="ascii") as it:
        await it.press("j", "d")
        await it.sees("Differences: run-1 and run-2", "Dump: worker")
        assert it.text.isascii()


def unlike() -> scenes.Scene:
    """Two runs differ in forty values, of which some are long."""
    names = [f"Value{number:02}" for number in range(40)]
    asked = {name: (Value(kind="prompt", prompt=Prompt(label=name, default="1")),) for name in names}
    world = World(model({"dump": [script("Dump")]}, variables=asked))
    for each in ("1", "2" * 400):
        world.start("dump", variables=dict.fromkeys(names, each))
        world.run_out()
    return scenes.Scene(world.state, world.now, world)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_the_key_line_stays_in_sight_and_heads_say_which_run_is_which(tmp_path, size):
    async with opened(unlike(), tmp_path, size) as it:
        await it.press("d")
        await it.sees(
            "Differences: run-1 and run-2", "esc back", "run-1 13:46:40", "run-2 13:46:42", "the same"
        )
        heads, line = (
            next(line for line in it.text.splitlines() if text in line) for text in ("run-1 13:", "Value00  ")
        )
        assert heads.index("run-2 13:") == line.index("222")
        await it.press("j")
        await it.sees("esc back", "run-1: 1", "run-2:", "the same")
