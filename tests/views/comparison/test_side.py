"""One of two runs, from its events."""

import pytest
from msgspec.structs import replace

from octotui.engine import commands
from octotui.views.comparison.side import Side
from tests import scenes
from tests.world import World, script
from tests.world import model as world_model


def test_it_has_the_model_that_was_in_force_when_it_was_queued() -> None:
    """R14: a model that is loaded later makes no difference to it."""
    declared = world_model({"one": [script("A")]})
    world = World(declared)
    world.start("one")
    world.send(commands.LoadModel(replace(declared, environments={})))
    world.run_out()
    world.start("one")
    world.start("one")
    world.run_out()
    digests = [Side(f"run-{number}", world.events, world.now).model for number in (1, 2, 3)]
    assert digests[0] != digests[1] == digests[2]
    assert all(len(each) == 12 for each in digests)


def test_how_long_it_took_ends_with_it_or_now() -> None:
    scene = scenes.approved()
    assert Side("run-1", scene.world.events, scene.now).seconds == 52
    scene.world.run_out()
    assert Side("run-1", scene.world.events, 1e9).seconds == 63


def test_a_run_that_is_not_there_is_no_side() -> None:
    with pytest.raises(KeyError):
        Side("run-9", scenes.seed().world.events, 0)
