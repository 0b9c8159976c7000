"""Two plans as JSON."""

import msgspec

from octotui.cli.plans.compared_plans import compared_plans
from octotui.engine.plans.what_if import WhatIf
from tests.engine.plans.test_plan_start import ALONE
from tests.engine.test_forecast import takes
from tests.views.plans.test_step_text import plan
from tests.world import World, model, script


def test_e6_json_has_both_plans_and_their_steps():
    world = World(model({"dump": [script("Dump", **takes(30))]}, pools=ALONE))
    world.start("dump")
    both = compared_plans(plan(world, "dump"), plan(world, "dump", WhatIf(pools={"setup": 2}, task_cap=7)))
    told = msgspec.json.decode(msgspec.json.encode(both))
    assert (told["type"], told["as_is"]["task_cap"], told["what_if"]["task_cap"]) == ("ComparedPlans", 5, 7)
    assert told["as_is"]["ends_about"] == told["at"] + 60
    assert told["what_if"]["pools"][0]["added"] == ["copy-1-of-worker1"]
    run, step = told["steps"]
    assert (run["kind"], step["kind"], step["depth"]) == (None, "script", 1)
    assert step["as_is"]["waits"] == [
        {"for": "worker1", "since": told["at"], "until": told["at"] + 30, "behind": ["run-1"]}
    ]
    assert step["what_if"]["waits"] == []
    assert step["what_if"]["worker"] == "copy-1-of-worker1"
    assert compared_plans(plan(world, "dump"), plan(world, "dump")).steps[0].as_is is not None
