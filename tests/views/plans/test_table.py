"""Two plans as lines of plain text."""

from octotui.engine.plans.what_if import WhatIf
from octotui.views.plans.table import table
from tests import scenes
from tests.views.plans.test_step_text import plan
from tests.world import World


def test_e6_a_table_has_a_line_for_each_step_its_waits_and_the_ends():
    world = World(scenes.kraken())
    as_is, less = plan(world, "unleash"), plan(world, "unleash", WhatIf(pools={"setup": 4}, task_cap=1))
    lines = [*table(as_is, less)]
    assert lines[0].split("  ")[-1] == "what if"
    assert lines[1].startswith("run-1 Unleash the kraken")
    assert any(
        each.strip().startswith("what if: waits for a slot") or "waits for its turn" in each for each in lines
    )
    assert "as is: ends about 13:47:10, in about 30s" in lines
    assert lines[-2:] == [
        "  setup has 4 workers instead of 3: copy-1-of-worker1 is a simulated copy",
        "  a task cap of 1 instead of 5",
    ]


def test_e6_long_names_are_cut():
    world = World(scenes.kraken())
    (name,) = [
        each for each in table(plan(world, "unleash"), plan(world, "unleash")) if "Development" in each
    ]
    assert "Create AWS RDS in Development" in name
