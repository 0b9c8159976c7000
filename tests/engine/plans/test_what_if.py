"""What-if: pools of other sizes, and another task cap."""

import pytest

from octotui.engine.commands import Refused
from octotui.engine.plans.what_if import WhatIf, changed_space, pool_size
from octotui.engine.state import State
from octotui.engine.state.machine_health import CheckedFacts, MachineHealth
from octotui.model.space import Worker
from tests.leases import hosted
from tests.scenes import kraken
from tests.world import World


def test_e6_added_workers_are_copies_named_so():
    """E6: of the first that is eligible, with its health and tools, whatever names there are."""
    taken = {**kraken().workers, "copy-1-of-worker2": Worker(name="A machine of that name")}
    world = World(kraken(workers=taken))
    facts = CheckedFacts(system="Linux")
    state = world.state
    known = MachineHealth(facts=facts, failures=2, due=5.0)
    state = State(
        model=state.model,
        health=state.health.insert("worker1", "unavailable").insert("worker2", "has-warnings"),
        machines=state.machines.insert("worker2", known),
    )
    found = changed_space(state, state.model, WhatIf(pools={"setup": 5}))
    (change,) = found.pools
    assert (change.before, change.size, change.left_out) == (3, 5, ())
    assert change.added == ("copy-2-of-worker2", "copy-3-of-worker2")
    assert found.model.pools["setup"].workers == ("worker1", "worker2", "worker3", *change.added)
    assert [found.model.workers[each].name for each in change.added] == list(change.added)
    assert {found.state.health[each] for each in change.added} == {"has-warnings"}
    assert found.state.machines[change.added[0]] == MachineHealth(facts=facts)
    assert "copy-2-of-worker2" not in state.model.workers


def test_e6_a_smaller_pool_leaves_out_its_last_workers_which_stay_in_the_model():
    model = kraken()
    found = changed_space(State(model=model), model, WhatIf(pools={"setup": 1, "west": 2}, task_cap=5))
    (change,) = found.pools
    assert (change.pool, change.added, change.left_out) == ("setup", (), ("worker2", "worker3"))
    assert found.model.pools["setup"].workers == ("worker1",)
    assert found.model.workers == model.workers
    assert found.task_cap is None  # as it is


def test_e6_a_disabled_worker_is_copied_as_an_enabled_one():
    disabled = {name: Worker(name=name, enabled=False) for name in ("west1", "west2")}
    model = kraken(workers=disabled)
    found = changed_space(State(model=model), model, WhatIf(pools={"west": 3}, task_cap=9))
    assert found.model.workers["copy-1-of-west1"].enabled
    assert found.task_cap == (5, 9)


def test_e6_the_size_of_a_dynamic_pool_is_how_many_machines_it_leases():
    model = hosted({}, max=2, warm=2)
    found = changed_space(State(model=model), model, WhatIf(pools={"setup": 1}))
    pool = found.model.pools["setup"]
    assert pool.dynamic is not None
    assert (pool_size(pool), pool.dynamic.warm, found.pools[0].before) == (1, 1, 2)


@pytest.mark.parametrize(
    ("what_if", "sentence"),
    [
        (WhatIf(pools={"setpu": 4}), 'there is no pool “setpu”; did you mean "setup"?'),
        (
            WhatIf(pools={"setup": 0}),
            "pool setup with a size of 0 cannot be tried, since nothing would run:"
            " give a number from 1 to 1,000",
        ),
        (
            WhatIf(pools={"setup": -3}),
            "pool setup with a size of -3 cannot be tried: give a number from 1 to 1,000",
        ),
        (
            WhatIf(pools={"setup": 10**9}),
            "pool setup with a size of 1,000,000,000 cannot be tried: give a number from 1 to 1,000",
        ),
        (
            WhatIf(task_cap=0),
            "a task cap of 0 cannot be tried, since nothing would run: give a number from 1 to 10,000",
        ),
    ],
)
def test_e6_what_cannot_be_is_refused(what_if: WhatIf, sentence: str):
    with pytest.raises(Refused) as refused:
        changed_space(State(model=kraken()), kraken(), what_if)
    assert str(refused.value) == sentence
