from operator import is_

from octotui.engine import commands
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import State
from octotui.model.space import Engine, Pool, Scope, Value
from octotui.views import pools
from tests.scenes import SCENES, kraken, takes
from tests.world import World, manual, model, on_targets, script


def row(name: str, worker: str, pool: str = "setup", process: str | None = None) -> pools.WorkerRow:
    return pools.worker_row(SCENES[name]().state, pool, worker, process)


def test_pools_stand_in_declared_order_with_their_workers():
    assert pools.order(kraken()) == (
        ("setup", ""), ("setup", "worker1"), ("setup", "worker2"), ("setup", "worker3"),
        ("west", ""), ("west", "west1"), ("west", "west2"),
    )  # fmt: skip


def test_the_implicit_default_pool_shows_where_a_step_may_use_it():
    """W3: the default pool with no members means the built-in worker."""
    used = model({"a": [script("S", pool=None)]})
    assert pools.order(used)[-2:] == (("default", ""), ("default", "built-in"))
    assert ("default", "") not in pools.order(model({"a": [script("S")]}))


def test_a_pool_says_its_policy_and_what_is_special():
    assert pools.pool_row(kraken(), "setup").policy == "round-robin · default"
    special = kraken(
        pools={"p": Pool(name="P", workers=("w",), exclusive=True, affinity="step"), "q": Pool(name="Q")}
    )
    assert pools.pool_row(special, "p").policy == "round-robin · exclusive · a worker for each step"
    assert pools.pool_row(special, "q").policy == "no workers"
    assert pools.pool_row(special, "default").policy == "default"


def test_a_worker_says_who_is_on_it():
    """W9: many runs may lease one worker at once."""
    both = row("seed", "worker1")
    assert (both.mark.word, both.doing, both.leases, both.queue) == ("running", "run-2 and run-5", "", 0)


def test_a_worker_held_alone_says_by_whom_who_leases_it_and_who_waits():
    """L1: acquire packages takes it exclusive."""
    held = row("lock_wait", "worker1")
    assert (held.doing, held.leases, held.queue) == ("run-6 acquires worker-image", "run-7 and run-9", 1)
    assert held.mark.sign == "lock"


def test_a_script_in_an_exclusive_pool_has_its_worker_alone():
    """L3: exclusive on a pool makes its scripts exclusive."""
    alone = {"setup": Pool(name="Setup", workers=("worker1",), exclusive=True)}
    world = World(model({"a": [script("S", simulate=takes(9))]}, pools=alone))
    world.start("a")
    assert pools.worker_row(world.state, "setup", "worker1").doing == "run-1 has exclusive use"


def test_idle_leased_disabled_and_ill_workers_differ():
    world = World(kraken())
    state = world.state
    assert pools.worker_row(state, "setup", "worker1").mark.word == "idle"
    assert pools.worker_row(state, "west", "west2").mark.word == "disabled"
    assert row("retrying", "worker1").doing == "leased"
    assert row("retrying", "worker1").leases == "run-1"
    world.send(commands.ReportHealth(worker="worker2", health="unhealthy"))
    world.send(commands.ReportHealth(worker="worker3", health="has-warnings"))
    assert pools.worker_row(world.state, "setup", "worker2").doing == "unhealthy"
    assert pools.worker_row(world.state, "setup", "worker3").doing == "has warnings"


def test_the_built_in_worker_may_be_disabled():
    """W3: the built-in worker can be disabled."""
    world = World(model({"a": [script("S", pool=None)]}, engine=Engine(built_in_worker=False)))
    assert pools.worker_row(world.state, "default", "built-in").doing == "disabled"


def test_the_arrow_marks_who_comes_next_for_a_process():
    """W5: the next eligible worker after the cursor."""
    state = SCENES["seed"]().state
    nexts = [pools.worker_row(state, "setup", f"worker{n}", "create-aws-rds").next for n in (1, 2, 3)]
    assert nexts == [False, True, False]
    assert not any(pools.worker_row(state, "setup", f"worker{n}").next for n in (1, 2, 3))
    assert not pools.worker_row(state, "west", "west1", "create-aws-rds").next  # it never runs there
    assert pools.next_worker(state, "west", "unleash") == "west1"
    assert pools.next_worker(state, "default", "unleash") is None


def test_a_pool_is_used_by_name_by_default_or_through_a_variable():
    """W2: a step names a pool, or a worker-pool variable, or nothing."""
    values = {"Where": (Value(value="west", kind="pool", scope=Scope(environment=("test",))),)}
    steps = {"name": script("S"), "none": script("S", pool=None)}
    steps["variable"] = script("S", pool=None, pool_variable="WHERE")
    space = model({name: [step, manual("Ask")] for name, step in steps.items()}, variables=values)
    used = {
        name: [pool for pool in ("setup", "west", "default") if pools.used_by(space, pool, name)]
        for name in steps
    }
    assert used == {"name": ["setup"], "none": ["default"], "variable": ["west"]}
    assert not pools.used_by(space, "setup", "gone")


def test_l1_targets_stand_below_the_pools_with_who_has_them():
    world = World(model({"r": [on_targets("Deploy", "web", "db")]}))
    for _ in range(2):
        world.start("r", environment="test")
    world.send(commands.ReportHealth("db1", "unhealthy"))
    assert pools.order(world.state.model)[4:6] == ((pools.TARGETS, ""), (pools.TARGETS, "web1"))
    assert pools.pool_row(world.state.model, pools.TARGETS).name == "Targets"
    row = pools.worker_row(world.state, pools.TARGETS, "web1", "r")
    assert (row.doing, row.queue, row.next, row.mark.word) == ("run-1", 1, False, "running")
    assert pools.worker_row(world.state, pools.TARGETS, "db1").doing == "unhealthy"
    world.run_out()
    assert pools.worker_row(world.state, pools.TARGETS, "web1").doing == "web"


def test_while_what_a_row_comes_from_is_the_same_the_row_is():
    """W5, L4: a row that is not made again shows the same jobs, leases, line, and arrow."""
    kept = 0
    for scene in SCENES.values():
        known: dict[tuple[str, ...], tuple[tuple[object, ...], pools.WorkerRow]] = {}
        state = State()
        for event in scene().world.events:
            state = evolve(state, event)
            for pool, worker in pools.order(state.model):
                for process in (None, *state.model.runbooks) if worker else ():
                    key, row = (pool, worker, process or ""), pools.worker_row(state, pool, worker, process)
                    parts = pools.parts_of(state, pool, worker, process)
                    assert not any(isinstance(part, State) for part in parts)
                    if key in known and all(map(is_, known[key][0], parts)):
                        assert known[key][1] == row
                        kept += 1
                    known[key] = parts, row
    assert kept


def test_s8_a_worker_that_pulls_an_image_says_so():
    world = World(model({"go": [script("Box", container="alpine", runs_contained=True)]}, workers=1))
    world.start("go")
    assert pools.worker_row(world.state, "setup", "worker1", None).doing == "run-1 pulls alpine"
