"""W13: which worker the steps on a Kubernetes target get, and what follows from it."""

from typing import Any

import pytest
from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.rules.targets.cluster_workers import WorkerNeed
from octotui.engine.state import ForLock, is_lost
from octotui.engine.state.machine_health import CheckedFacts, FoundTool
from octotui.model.machines.kubernetes import KUBECTL, Kubernetes
from octotui.model.process import HealthCheck, Simulate, Step
from octotui.model.space import Model, Pool, Target, Value, Worker
from tests.world import START, World, manual, model, on_targets, packages, rolling, script

CLUSTER = Kubernetes(context="staging", namespace="shop", pool="tools")
LONG = Simulate(takes=500.0)


def clusters(**more: Kubernetes) -> dict[str, Target]:
    return {slug: Target(name=slug, roles=("k8s",), kubernetes=each) for slug, each in more.items()}


def space(*steps: Step, targets: dict[str, Target] | None = None, **pools: Pool) -> Model:
    """A runbook `go`; the pools `setup` (the default one) and `tools` of three workers each."""
    names = {slug: tuple(f"{slug}{number}" for number in (1, 2, 3)) for slug in ("plain", "tools")}
    declared = {
        "setup": Pool(name="Setup", workers=names["plain"], default=True),
        "tools": Pool(name="Tools", workers=names["tools"]),
        **pools,
    }
    return replace(
        model({"go": list(steps)}),
        pools=declared,
        workers={name: Worker(name=name) for several in names.values() for name in several},
        targets=clusters(cluster=CLUSTER) if targets is None else targets,
    )


def played(declared: Model, **where: object) -> World:
    world = World(declared)
    world.start("go", **where)
    world.run_out()
    return world


def started(world: World) -> list[tuple[str | None, str | None]]:
    """Target and worker of each script job, in order."""
    jobs = [world.past.jobs[each.job] for each in world.happened(events.JobStarted)]
    return [(job.target, job.worker) for job in jobs if job.kind == "script"]


def lacks_kubectl(world: World, *workers: str) -> None:
    for worker in workers:
        world.send(commands.CheckHealth(machines=(worker,)))
        facts = CheckedFacts(tools={KUBECTL: FoundTool()})
        world.send(commands.ReportCheck(machine=worker, health="healthy", facts=facts))


class TestPool:
    def test_w13_a_step_that_names_no_pool_runs_in_that_of_its_target(self) -> None:
        world = played(space(on_targets("Deploy", "k8s")))
        assert started(world) == [("cluster", "tools1")]
        (pick,) = world.run("run-1").selection.picks
        assert (pick.pool, pick.steps, pick.needs) == ("tools", (), (KUBECTL,))
        assert [(each.step, each.targets) for each in pick.for_targets] == [(0, ("cluster",))]

    def test_w13_the_pool_of_a_step_overrides_that_of_its_target(self) -> None:
        other = Pool(name="Other", workers=("plain3",))
        world = played(space(replace(on_targets("Deploy", "k8s"), pool="other"), other=other))
        assert started(world) == [("cluster", "plain3")]

    def test_w13_a_step_on_the_default_pool_uses_that_of_its_target(self) -> None:
        """As in Octopus, also where it names the default pool."""
        world = played(space(replace(on_targets("Deploy", "k8s"), pool="setup")))
        assert started(world) == [("cluster", "tools1")]

    def test_w10_w13_a_pool_variable_says_which_too(self) -> None:
        step = on_targets("Deploy", "k8s", pool_variable="Pool")
        other = Pool(name="Other", workers=("plain3",))
        declared = replace(space(step, other=other), variables={"Pool": (Value(value="other", kind="pool"),)})
        assert started(played(declared)) == [("cluster", "plain3")]

    def test_w13_a_target_without_a_pool_is_reached_from_the_default_one(self) -> None:
        targets = clusters(cluster=Kubernetes(context="staging"))
        assert started(played(space(on_targets("Deploy", "k8s"), targets=targets))) == [("cluster", "plain1")]

    def test_w3_w13_which_may_be_the_built_in_worker(self) -> None:
        targets = clusters(cluster=Kubernetes(context="staging"))
        declared = model({"go": [on_targets("Deploy", "k8s")]}, targets=targets)
        world = played(replace(declared, pools={}, workers={}))
        assert started(world) == [("cluster", "built-in")]
        assert world.ends() == {"run-1": "succeeded"}

    def test_w13_targets_with_pools_of_their_own_get_a_worker_of_each(self) -> None:
        targets = clusters(
            a=CLUSTER, b=Kubernetes(context="other"), c=Kubernetes(context="third", pool="tools")
        )
        world = played(space(on_targets("Deploy", "k8s"), targets=targets))
        assert sorted(started(world)) == [("a", "tools1"), ("b", "plain1"), ("c", "tools1")]

    def test_s6_w13_machines_with_the_same_role_run_their_scripts_themselves(self) -> None:
        targets = clusters(cluster=CLUSTER) | {"web": Target(name="Web", roles=("k8s",))}
        world = played(space(on_targets("Deploy", "k8s"), targets=targets))
        assert sorted(started(world)) == [("cluster", "tools1"), ("web", "web")]

    def test_w13_a_worker_for_each_target_is_of_the_pool_of_a_cluster_too(self) -> None:
        targets = clusters(cluster=CLUSTER) | {"web": Target(name="Web", roles=("k8s",))}
        step = on_targets("Deploy", "k8s", on="worker-for-each-target")
        assert sorted(started(played(space(step, targets=targets)))) == [
            ("cluster", "tools1"),
            ("web", "plain1"),
        ]
        only = played(space(step))
        assert started(only) == [("cluster", "tools1")]
        assert [each.pool for each in only.run("run-1").selection.picks] == ["tools"]

    def test_w13_child_steps_and_health_checks_get_their_worker_as_well(self) -> None:
        check = Step(name="Check", action=HealthCheck(), roles=("k8s",), on="target")
        children = [script(name, pool=None, on="target") for name in ("One", "Two")]
        world = played(space(check, rolling("Roll", ("k8s",), *children)))
        assert started(world) == [("cluster", "tools1")] * 3
        assert len(world.run("run-1").selection.picks) == 1  # one lease key (W6)

    def test_w6_w13_a_step_of_its_pool_shares_the_worker(self) -> None:
        world = played(space(script("Build", pool="tools"), on_targets("Deploy", "k8s")))
        assert started(world) == [(None, "tools1"), ("cluster", "tools1")]
        (pick,) = world.run("run-1").selection.picks
        assert pick.all_steps == (0, 1)

    def test_w5_w13_the_next_run_goes_on_in_the_pool(self) -> None:
        world = played(space(on_targets("Deploy", "k8s")))
        world.start("go")
        world.run_out()
        assert [worker for _, worker in started(world)] == ["tools1", "tools2"]


class TestKubectl:
    def test_m4_w13_workers_without_kubectl_are_passed_over(self) -> None:
        world = World(space(script("Build", pool="tools"), on_targets("Deploy", "k8s")))
        lacks_kubectl(world, "tools1")
        world.start("go")
        world.run_out()
        assert started(world) == [(None, "tools1"), ("cluster", "tools2")]
        (picks,) = [each.picks for each in world.happened(events.WorkersSelected)]
        assert [(each.worker, each.needs) for each in picks] == [("tools1", ()), ("tools2", (KUBECTL,))]

    def test_w11_w13_where_none_has_it_the_run_fails_while_planning(self) -> None:
        world = World(space(on_targets("Deploy", "k8s")))
        lacks_kubectl(world, "tools1", "tools2", "tools3")
        run = world.start("go")
        (end,) = world.happened(events.RunEnded)
        assert (end.run, end.state) == (run, "failed")
        assert end.reason == (
            "step “Deploy”, pool tools: no worker is eligible: tools1 is without kubectl,"
            " tools2 is without kubectl, tools3 is without kubectl"
        )

    def test_w11_w13_a_pool_that_is_gone_is_one_sentence(self) -> None:
        targets = clusters(cluster=replace(CLUSTER, pool="gone"))
        world = played(space(on_targets("Deploy", "k8s"), targets=targets))
        (end,) = world.happened(events.RunEnded)
        assert end.reason == "step “Deploy”: pool gone is not in the model any more"

    def test_a_version_that_a_step_asks_for_is_not_asked_for_twice(self) -> None:
        world = played(space(on_targets("Deploy", "k8s", needs=("kubectl>=1.20", "helm"))))
        (pick,) = world.run("run-1").selection.picks
        assert pick.needs == ("helm", "kubectl>=1.20")


class TestLocks:
    def test_l1_w13_scripts_on_a_cluster_take_the_lock_of_their_worker(self) -> None:
        world = World(space(on_targets("Deploy", "k8s", simulate=LONG)))
        world.start("go")
        world.start("go")
        modes = {(job.worker, job.mode, job.state) for _, job in world.state.jobs.items()}
        assert modes == {("tools1", "shared", "running"), ("tools2", "shared", "running")}

    def test_l3_w13_which_may_be_exclusive(self) -> None:
        one = Pool(name="Tools", workers=("tools1",), exclusive=True)
        world = World(space(on_targets("Deploy", "k8s", simulate=LONG), tools=one))
        world.start("go")
        world.start("go")
        waiting = next(job for _, job in world.state.jobs.items() if job.state == "waiting")
        assert isinstance(waiting.wait, ForLock)
        assert waiting.wait.machine == "tools1"


class TestAcrossARun:
    def test_p2_w13_packages_are_acquired_on_the_worker(self) -> None:
        world = played(space(on_targets("Deploy", "k8s", packages=packages("chart"))))
        acquired = [each for each in world.past.jobs.values() if each.kind == "acquire"]
        assert [each.worker for each in acquired] == ["tools1"]
        assert world.ends() == {"run-1": "succeeded"}

    def test_w7_w13_a_worker_is_selected_again_after_people_were_asked(self) -> None:
        world = World(space(on_targets("One", "k8s"), manual("Ask"), on_targets("Two", "k8s")))
        world.start("go")
        world.run_out()
        world.answer()
        world.run_out()
        assert started(world) == [("cluster", "tools1"), ("cluster", "tools2")]

    @pytest.mark.parametrize("policy", ["reselect", "fail"])
    def test_m6_w13_what_a_lost_worker_means(self, policy: Any) -> None:
        tools = Pool(name="Tools", workers=("tools1", "tools2"), on_lost_worker=policy)
        declared = space(
            script("First", simulate=Simulate(takes=100.0)), on_targets("Deploy", "k8s"), tools=tools
        )
        workers = {name: replace(each, unreachable_limit=30.0) for name, each in declared.workers.items()}
        pools = {**declared.pools}
        world = World(replace(declared, workers=workers, pools=pools))
        run = world.start("go")
        world.send(commands.CheckHealth(machines=("tools1",)))
        world.send(commands.ReportCheck(machine="tools1", health="unavailable", reason="no route"))
        world.run_until(90.0)
        world.run_out()
        reselected = [("cluster", "tools2")] if policy == "reselect" else []
        assert started(world)[1:] == reselected
        assert world.run(run).state == ("succeeded" if reselected else "failed")

    def test_m6_w13_nothing_begins_on_a_lost_cluster(self) -> None:
        targets = {
            slug: replace(each, unreachable_limit=30.0) for slug, each in clusters(cluster=CLUSTER).items()
        }
        first = script("First", simulate=Simulate(takes=100.0))
        world = World(space(first, on_targets("Deploy", "k8s"), targets=targets))
        world.start("go")
        world.send(commands.CheckHealth(machines=("cluster",)))
        world.send(commands.ReportCheck(machine="cluster", health="unavailable", reason="no route"))
        world.run_until(90.0)
        assert is_lost(world.state, "cluster")
        world.run_out()
        (end,) = [each for each in world.happened(events.JobEnded) if each.state == "failed"]
        assert end.reason == "cluster is lost: no route"

    def test_m6_w13_jobs_that_wait_for_a_worker_fail_with_their_cluster(self) -> None:
        targets = {
            slug: replace(each, unreachable_limit=30.0) for slug, each in clusters(cluster=CLUSTER).items()
        }
        one = Pool(name="Tools", workers=("tools1",), exclusive=True)
        world = World(space(on_targets("Deploy", "k8s", simulate=LONG), targets=targets, tools=one))
        world.start("go")
        second = world.start("go")
        world.send(commands.CheckHealth(machines=("cluster",)))
        world.send(commands.ReportCheck(machine="cluster", health="unavailable", reason="no route"))
        world.run_until(90.0)
        assert world.run(second).state == "failed"
        assert world.now - START == 90.0
        world.run_out()
        assert (
            world.run("run-1").state == "succeeded"
        )  # its script reaches the cluster, or says that it cannot


def test_m5_w13_an_unavailable_cluster_is_left_out_or_fails_the_run() -> None:
    world = World(space(on_targets("Deploy", "k8s")))
    world.send(commands.CheckHealth(machines=("cluster",)))
    world.send(commands.ReportCheck(machine="cluster", health="unavailable", reason="no route"))
    world.start("go")
    (end,) = world.happened(events.RunEnded)
    assert end.reason == (
        "target cluster is unavailable (no route): bring it back, or leave it out"
        ' with unavailable_targets = "skip"'
    )


def test_what_a_need_asks_of_its_worker() -> None:
    assert WorkerNeed(step=0).tools == ()
    assert WorkerNeed(step=0, targets=("cluster",)).tools == (KUBECTL,)
