"""A plan in a few lines."""

from octotui.views.plans.preview import preview
from tests import scenes
from tests.engine.plans.test_plan_start import ALONE
from tests.engine.test_forecast import takes
from tests.views.plans.test_step_text import plan
from tests.world import World, engine, model, script


def test_e6_it_says_the_end_each_worker_and_each_wait():
    world = World(model({"dump": [script("Dump", **takes(30))]}, pools=ALONE))
    world.start("dump")
    assert [*preview(plan(world, "dump"), "If Dump started now", 5)] == [
        "If Dump started now: ends about 13:47:40, in about 1m00s",
        "worker1  30s–1m00s  Dump",
        "  waits for exclusive use of worker1 for 30s, until about 13:47:10, behind run-1",
    ]


def test_e6_a_wait_of_the_run_is_said_first():
    world = World(model({"dump": [script("Dump", **takes(30))]}, **engine(task_cap=1)))
    world.start("dump")
    lines = [*preview(plan(world, "dump"), "It", 5)]
    assert lines[1].startswith("waits for a slot: run-1 Dump has 1 of 1")


def test_e6_further_lines_are_counted():
    lines = [*preview(plan(World(scenes.kraken()), "unleash"), "It", 3)]
    assert len(lines) == 4
    assert lines[-1] == "and 6 more lines"
