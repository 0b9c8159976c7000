"""What can be tried on a plan."""

from octotui.engine.plans.what_if import AS_IS, WhatIf
from octotui.views.plans.what_if_choices import CAP, Knob, first_pool, knobs, turned
from tests import scenes
from tests.views.plans.test_step_text import plan
from tests.world import World


def test_e6_pools_and_the_task_cap_can_be_changed():
    model = scenes.kraken()
    assert [each.text for each in knobs(model, AS_IS)] == ["setup 3", "west 2", "task cap 5"]
    tried = WhatIf(pools={"setup": 4}, task_cap=2)
    assert [each.text for each in knobs(model, tried)] == ["setup 3→4", "west 2", "task cap 5→2"]
    assert knobs(model, tried)[0] == Knob("setup", "setup", 3, 4)


def test_e6_a_number_is_changed_by_one_within_its_bounds_and_back():
    model = scenes.kraken()
    more = turned(model, AS_IS, "setup", 1)
    assert more == WhatIf(pools={"setup": 4})
    assert turned(model, more, "setup", -1) == AS_IS
    fewer = turned(model, turned(model, AS_IS, "west", -1), "west", -1)
    assert fewer == WhatIf(pools={"west": 1})
    assert turned(model, WhatIf(task_cap=1), CAP, -1) == WhatIf(task_cap=1)
    assert turned(model, WhatIf(task_cap=4), CAP, 1) == AS_IS
    assert turned(model, WhatIf(pools={"west": 1000}), "west", 1) == WhatIf(pools={"west": 1000})


def test_e6_the_pool_of_the_first_worker_is_chosen_first():
    world = World(scenes.kraken())
    assert first_pool(plan(world, "unleash"), world.state.model) == "setup"
    empty = World(scenes.kraken(pools={}))
    assert first_pool(plan(empty, "unleash"), empty.state.model) == CAP
