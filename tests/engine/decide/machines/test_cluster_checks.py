"""M5, W13: which worker checks a Kubernetes target."""

import pytest
from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.decide.machines.cluster_checks import awaited_pool, checking_worker, clusters_of
from octotui.engine.state.machine_health import CheckedFacts, FoundTool
from octotui.model.machines.kubernetes import KUBECTL, Kubernetes
from octotui.model.space import Engine, Model, Pool, Target, Worker
from tests.leases import MINUTE, TAKES, LeaseWorld, hosted
from tests.world import World, model, script


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


def _hosted(*, default: bool = False, **more: object) -> Model:
    step = replace(script("Work"), pool=None, roles=("k8s",), on="target")
    cluster = Kubernetes(context="staging", pool=None if default else "setup")
    known = {"cluster": Target(name="Cluster", roles=("k8s",), kubernetes=cluster)}
    made = hosted({"go": [step]}, more={"targets": known}, idle=MINUTE, **more)
    return replace(made, pools={"setup": replace(made.pools["setup"], default=default)})


def test_w12_w13_of_a_cluster_whose_dynamic_pool_is_empty_nothing_is_told() -> None:
    """W12, W13: it is no failure; a run asks for the machine, and the cluster is checked by that."""
    world = LeaseWorld(_hosted())
    world.until(5)
    assert "cluster" not in world.state.health
    assert not world.happened(events.CheckStarted)
    with pytest.raises(commands.Refused, match="as soon as the dynamic pool setup has a machine"):
        world.send(commands.CheckHealth(machines=("cluster",)))
    run = world.start("go")
    assert world.state.runs[run].selection.awaits == ("setup",)
    world.until(TAKES + 5)
    assert world.ends()[run] == "succeeded"
    assert [each.machine for each in world.happened(events.CheckStarted)] == ["setup-1", "cluster"]
    assert world.state.health["cluster"] == "healthy"


def test_w12_w13_what_was_told_of_a_cluster_is_forgotten_with_the_last_machine() -> None:
    """W12, W13: so that the next run asks for a machine, though the last one did not reach the cluster."""
    world = LeaseWorld(_hosted())
    world.start("go")
    world.until(TAKES + 5)
    world.send(commands.CheckHealth(machines=("cluster",)))
    world.send(commands.ReportCheck(machine="cluster", health="unavailable", reason="refused"))
    assert world.state.health["cluster"] == "unavailable"
    world.until(2 * MINUTE)
    assert not world.state.machine_leases
    known = world.state.machines["cluster"]
    assert "cluster" not in world.state.health
    assert (known.due, known.reason, known.history[-1].health) == (None, "", "unavailable")
    run = world.start("go")
    world.until(TAKES + 5)
    assert world.ends()[run] == "succeeded"


def test_w12_w13_a_default_pool_that_is_dynamic_has_no_built_in_worker_for_clusters() -> None:
    world = LeaseWorld(_hosted(default=True))
    assert world.state.model.default_pool == "setup"
    chosen = checking_worker(world.state, "cluster")
    assert (chosen.worker, chosen.problem) == ("", "the pool setup has no machine now")
    assert awaited_pool(world.state, "cluster") == "setup"
    world.start("go")
    world.until(TAKES + 5)
    assert checking_worker(world.state, "cluster").worker == "setup-1"
    assert (awaited_pool(world.state, "cluster"), clusters_of(world.state, "setup")) == (None, ("cluster",))


def test_m5_w13_a_cluster_is_checked_every_hour_as_what_is_elsewhere() -> None:
    world = World(space("tools"))
    world.send(commands.ReportCheck(machine="cluster", health="healthy"))
    due = world.state.machines["cluster"].due
    assert due is not None
