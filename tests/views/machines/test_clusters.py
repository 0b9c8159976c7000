"""W13: Kubernetes targets in words: on their page, in lists, and where `w` says why."""

from datetime import UTC

from msgspec.structs import replace

from octotui.engine import commands
from octotui.model.machines.kubernetes import Kubernetes
from octotui.model.process import Simulate
from octotui.model.space import Model, Pool, Target
from octotui.views import pools
from octotui.views.labels import UNICODE
from octotui.views.machines import clusters, health
from octotui.views.machines.clusters import facts, way
from octotui.views.pages.page import PagePlace
from octotui.views.pages.place_pages import PageScope, page
from octotui.views.tree import run_tree
from octotui.views.why import of_worker
from tests.world import World, engine, model, on_targets

URL = Kubernetes(url="https://cluster:6443/", namespace="shop", account="deployer", pool="setup")


def space(cluster: Kubernetes) -> Model:
    targets = {"cluster": Target(name="The cluster", roles=("k8s",), kubernetes=cluster)}
    step = on_targets("Deploy", "k8s", simulate=Simulate(takes=100.0))
    return model({"go": [step]}, targets=targets)


def test_w13_a_cluster_by_its_address() -> None:
    world = World(space(URL))
    assert facts(world.state, "cluster") == [
        "the Kubernetes cluster https://cluster:6443/",
        "namespace shop",
        "account deployer",
        "by workers of the pool setup, with kubectl",
    ]
    assert way(URL) == "kubernetes https://cluster:6443/shop"


def test_w13_a_cluster_by_a_context_of_the_only_worker() -> None:
    only = Pool(name="Only", workers=("worker2",))
    declared = replace(space(Kubernetes(context="staging", pool="only")), pools={"only": only})
    told = facts(World(declared).state, "cluster")
    assert told[0] == "the Kubernetes cluster of the context staging"
    assert told[2:] == ["the account of its context", "by worker2 of the pool only, with kubectl"]
    without = space(Kubernetes(context="staging"))
    assert facts(World(without).state, "cluster")[-1] == "by the pool default, with kubectl"


def test_w13_that_a_certificate_is_not_checked_is_said() -> None:
    assert facts(World(space(replace(URL, insecure=True))).state, "cluster")[-1].endswith("is not checked")


def test_w13_other_machines_have_none_of_it() -> None:
    assert clusters.facts(World(space(URL)).state, "worker1") == []


def test_w13_lists_say_which_cluster_and_namespace() -> None:
    world = World(space(URL))
    assert pools.worker_row(world.state, pools.TARGETS, "cluster").endpoint == way(URL)
    assert health.health_row(world.state, "cluster").endpoint == way(URL)
    assert health.policy(world.state, "cluster").startswith("by kubectl, every 1h")


def test_m5_w13_why_it_is_not_healthy_is_said_where_w_asks() -> None:
    world = World(space(URL))
    world.send(commands.CheckHealth(machines=("cluster",)))
    world.send(
        commands.ReportCheck(machine="cluster", health="unhealthy", reason="the namespace is forbidden")
    )
    told = dict(of_worker(world.state, "cluster", world.now))
    assert any("the namespace is forbidden" in line for line in told["Health"])
    assert "the Kubernetes cluster https://cluster:6443/" in told["Checks"]


def test_w13_its_page_shows_the_jobs_for_it() -> None:
    world = World(space(URL))
    world.start("go")
    lines = page(PagePlace("target", "cluster"), PageScope(world.state, world.now, UTC))
    texts = [line.text for line in lines]
    assert any("the Kubernetes cluster https://cluster:6443/ · namespace shop" in text for text in texts)
    assert [line.run for line in lines if line.table == "jobs" and line.row] == ["run-1"]
    assert not any("lock" in text.lower() for text in texts)


def test_w13_the_tree_says_which_worker_goes_there() -> None:
    world = World(space(URL))
    world.start("go")
    tree = "\n".join(run_tree.as_lines(run_tree.rows(world.state, "run-1", world.now), UNICODE))
    assert "on The cluster by worker1" in tree


def test_w13_lists_count_the_jobs_for_it_though_their_workers_have_the_locks() -> None:
    world = World(replace(space(URL), **engine(task_cap=9)))
    idle = pools.parts_of(world.state, pools.TARGETS, "cluster")
    assert pools.worker_row(world.state, pools.TARGETS, "cluster").runs == ""
    worker = replace(world.state.model.workers["worker1"], exclusive=True)
    only = {"setup": Pool(name="Setup", workers=("worker1",))}
    world.send(commands.LoadModel(replace(space(URL), workers={"worker1": worker}, pools=only)))
    for _ in range(2):
        world.start("go")
    row = pools.worker_row(world.state, pools.TARGETS, "cluster")
    assert (row.runs, row.doing, row.queue) == ("run-1", "run-1", 1)
    assert row.mark.word == "running"
    assert pools.worker_row(world.state, "setup", "worker1").runs == "run-1 has exclusive use"
    assert pools.parts_of(world.state, pools.TARGETS, "cluster") != idle
