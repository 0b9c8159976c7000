"""M5, W13: which worker checks a Kubernetes target."""

from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.decide.machines.cluster_checks import checking_worker
from octotui.engine.state.machine_health import CheckedFacts, FoundTool
from octotui.model.machines.kubernetes import KUBECTL, Kubernetes
from octotui.model.space import Engine, Model, Pool, Target, Worker
from tests.world import World, model


def space(pool: str | None, **more: object) -> Model:
    cluster = Kubernetes(context="staging", pool=pool)
    known = {
        "targets": {"cluster": Target(name="Cluster", roles=("k8s",), kubernetes=cluster)},
        "pools": {"tools": Pool(name="Tools", workers=("one", "two")), "empty": Pool(name="Empty")},
        "workers": {"one": Worker(name="One"), "two": Worker(name="Two")},
    }
    return replace(model({}), **{**known, **more})  # type: ignore[arg-type]


def lacks_kubectl(world: World, worker: str) -> None:
    world.send(commands.CheckHealth(machines=(worker,)))
    facts = CheckedFacts(tools={KUBECTL: FoundTool()})
    world.send(commands.ReportCheck(machine=worker, health="healthy", facts=facts))


def test_w13_the_first_of_the_pool_that_may_be_selected() -> None:
    world = World(space("tools"))
    assert checking_worker(world.state, "cluster").worker == "one"
    lacks_kubectl(world, "one")
    assert checking_worker(world.state, "cluster").worker == "two"


def test_w13_where_none_may_be_it_says_why_of_each() -> None:
    world = World(
        space("tools", workers={"one": Worker(name="One", enabled=False), "two": Worker(name="Two")})
    )
    lacks_kubectl(world, "two")
    chosen = checking_worker(world.state, "cluster")
    assert (chosen.worker, chosen.problem) == (
        "",
        "no worker of the pool tools can reach it: one is disabled, two is without kubectl",
    )


def test_w3_w13_without_a_pool_it_is_the_default_one() -> None:
    assert checking_worker(World(space(None)).state, "cluster").worker == "built-in"
    off = space(None, engine=Engine(built_in_worker=False))
    assert "has no worker" in checking_worker(World(off).state, "cluster").problem


def test_w13_an_empty_pool_has_none() -> None:
    chosen = checking_worker(World(space("empty")).state, "cluster")
    assert chosen.problem == "the pool empty has no worker that could reach it"


def test_m5_w13_a_cluster_is_checked_every_hour_as_what_is_elsewhere() -> None:
    world = World(space("tools"))
    world.send(commands.ReportCheck(machine="cluster", health="healthy"))
    due = world.state.machines["cluster"].due
    assert due is not None
