"""Two plans side by side: their steps, what is different, and how they end."""

from typing import Literal

from octotui.engine.plans.what_if import WhatIf
from octotui.model.space import Policy, Pool
from octotui.views.plans.comparison import changes, compared, difference, end_of, others, unused
from tests import scenes
from tests.engine.plans.test_plan_start import ALONE
from tests.engine.test_forecast import takes
from tests.leases import hosted
from tests.views.plans.test_step_text import plan
from tests.world import World, model, script


def test_e6_steps_stand_beside_each_other_in_the_order_of_the_tree():
    world = World(scenes.kraken())
    rows = compared(plan(world, "unleash"), plan(world, "unleash", WhatIf(task_cap=1)))
    assert [(each.depth, each.title) for each in rows[:5]] == [
        (0, "run-1 Unleash the kraken"),
        (1, "Create AWS RDS in Development"),
        (2, "run-2 Create AWS RDS"),
        (3, "Create the instance"),
        (1, "Create AWS RDS in Test"),
    ]
    assert not rows[6].is_same
    assert compared(plan(world, "unleash"), None)[0].what_if is None
    assert compared(plan(world, "unleash"), plan(world, "unleash"))[0].is_same


def test_e6_what_is_different_is_told():
    world = World(scenes.kraken())
    found = plan(world, "unleash", WhatIf(pools={"setup": 5, "west": 1}, task_cap=3))
    assert [*changes(found.changed)] == [
        "setup has 5 workers instead of 3: copy-1-of-worker1 and copy-2-of-worker1 are simulated copies",
        "west has 1 worker instead of 2: west2 is left out",
        "a task cap of 3 instead of 5",
    ]
    leased = World(hosted({"dump": [script("Dump")]}, max=1))
    more = plan(leased, "dump", WhatIf(pools={"setup": 4}))
    assert [*changes(more.changed)] == ["setup leases 4 machines at most instead of 1"]


def test_e6_ends_are_told_with_the_difference_and_those_of_others():
    world = World(model({"dump": [script("Dump", **takes(30))]}, pools=ALONE))
    world.start("dump")
    world.start("dump")
    as_is, wider = plan(world, "dump"), plan(world, "dump", WhatIf(pools={"setup": 2}))
    assert end_of(as_is) == "ends about 13:48:10, in about 1m30s"
    assert difference(as_is, wider) in ("30s sooner", "1m00s sooner")
    assert difference(wider, as_is).endswith("later")
    assert difference(as_is, as_is) == "at the same time"
    assert [*others(as_is, as_is)] == []


def test_e6_a_plan_that_fails_at_once_says_why():
    world = World(model({"dump": [script("Dump", pool="gone")]}))
    assert end_of(plan(world, "dump")).startswith("would fail: step “Dump”: pool gone is not in the model")


def pool(policy: Policy, affinity: Literal["run", "step"], steps: int = 2, before: int = 0) -> str:
    """Why no step goes to a copy, or ""."""
    workers = ("worker1", "worker2")
    pools = {"setup": Pool(name="Setup", workers=workers, policy=policy, affinity=affinity, default=True)}
    world = World(model({"dump": [script(f"Dump {each}") for each in range(steps)]}, pools=pools))
    for _ in range(before):
        world.start("dump")
    return " / ".join(unused(plan(world, "dump", WhatIf(pools={"setup": 3}))))


def test_e6_why_no_step_would_go_to_a_copy_is_told():
    """E6, W5, W6: by the policy of the pool, and whether the steps of a run share a worker."""
    fewest = "worker1 has the fewest leases, or as few and an earlier place"
    head = "no step would go to a copy: "
    shared = f'{head}these steps share one worker (affinity = "run"), and '
    assert pool("least-leases", "run") == f"{shared}{fewest}"
    assert pool("least-leases", "run", steps=1) == f"{head}{fewest}"
    assert pool("round-robin", "run") == f"{shared}round-robin selects worker1 next"
    assert pool("round-robin", "step") == f"{head}round-robin selects worker1 and worker2 next"
    assert pool("least-leases", "run", before=2) == pool("least-leases", "step", steps=3) == ""
    other = World(scenes.kraken())
    assert [*unused(plan(other, "create-aws-rds", WhatIf(pools={"west": 3})))] == [
        "no step would go to a copy: none would get a worker of west"
    ]
    assert [*unused(plan(other, "create-aws-rds", WhatIf(pools={"west": 1})))] == []
