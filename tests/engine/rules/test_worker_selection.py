"""Which worker, and why."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.events import RunQueued, WorkersSelected
from octotui.engine.rules.targets.cluster_workers import worker_needs
from octotui.engine.rules.worker_selection import select
from octotui.engine.state import CheckedFacts, FoundTool, Pick, RejectedCandidate
from octotui.model.process import Simulate, Step
from octotui.model.space import BUILT_IN, Model, Pool, Scope, Tenant, Value, Worker
from tests.world import World, child, engine, manual, model, packages, script

KRAKEN = {
    "create-aws-rds": [script("Create the instance", simulate=None)],
    "unleash": [
        child(f"Create AWS RDS in {where.title()}", "create-aws-rds", environment=where)
        for where in ("development", "test", "staging", "production")
    ],
}


def picked(world: World, process: str, **where: str) -> list[str]:
    """The worker of each step of one more run, played to its end."""
    name = world.start(process, **where)
    world.run_out()
    run = world.run(name)
    return [run.selection.picks[each.pick].worker for each in run.progress.steps if each.pick is not None]


def test_the_seed_example_comes_out_as_published() -> None:
    """W5, W6: the first and the second Unleash."""
    world = World(model(KRAKEN))
    first = world.start("unleash")
    world.run_out()
    second = world.start("unleash")
    world.run_out()
    workers = world.workers()
    names = [step.name for step in KRAKEN["unleash"]]
    assert workers[first] == dict.fromkeys(names, "worker1")
    made = [workers[f"run-{number}"]["Create the instance"] for number in range(2, 6)]
    assert made == ["worker1", "worker2", "worker3", "worker1"]
    assert workers[second] == dict.fromkeys(names, "worker2")
    made = [workers[f"run-{number}"]["Create the instance"] for number in range(7, 11)]
    assert made == ["worker2", "worker3", "worker1", "worker2"]
    assert set(world.ends().values()) == {"succeeded"}
    assert not world.state.runs


class TestPools:
    def test_a_step_names_a_pool_or_runs_in_the_default_one(self) -> None:
        """W1, W2: the pool that is named, else the one marked default."""
        pools = {
            "setup": Pool(name="Setup", workers=("worker1",)),
            "main": Pool(name="Main", workers=("worker2",), default=True),
        }
        world = World(model({"go": [script("A"), script("B", pool=None)]}, pools=pools))
        assert picked(world, "go") == ["worker1", "worker2"]

    def test_a_worker_belongs_to_several_pools(self) -> None:
        """W1: each pool has its own cursor."""
        pools = {name: Pool(name=name, workers=("worker1", "worker2")) for name in ("setup", "west")}
        world = World(model({"go": [script("A"), script("B", pool="west")]}, pools=pools))
        assert picked(world, "go") == ["worker1", "worker1"]
        assert picked(world, "go") == ["worker2", "worker2"]

    def test_the_default_pool_without_members_is_the_built_in_worker(self) -> None:
        """W3: this machine."""
        world = World(model({"go": [script("A", pool=None)]}))
        assert picked(world, "go") == [BUILT_IN]
        assert world.run("run-1").selection.picks[0].policy == BUILT_IN

    def test_one_member_ends_the_use_of_the_built_in_worker(self) -> None:
        """W3: healthy or not."""
        pools = {"main": Pool(name="Main", workers=("worker1",), default=True)}
        world = World(model({"go": [script("A", pool=None)]}, pools=pools))
        world.send(commands.ReportHealth("worker1", "unhealthy"))
        assert picked(world, "go") == []
        assert world.run("run-1").reason == "step “A”, pool main: no worker is eligible: worker1 is unhealthy"

    def test_the_built_in_worker_can_be_disabled(self) -> None:
        """W3, W11."""
        world = World(model({"go": [script("A", pool=None)]}, **engine(built_in_worker=False)))
        picked(world, "go")
        assert world.run("run-1").reason == (
            "step “A”, pool default: the default pool has no workers, and the built-in worker is disabled"
        )


class TestEligible:
    def test_who_is_disabled_or_unhealthy_is_passed_over_with_the_reason(self) -> None:
        """W4, W8, M4: the policy, the cursor before and after, who was passed over and why."""
        declared = model({"go": [script("A")]})
        workers = declared.workers | {"worker1": Worker(name="worker1", enabled=False)}
        world = World(msgspec.structs.replace(declared, workers=workers))
        world.send(commands.ReportHealth("worker2", "unavailable"))
        assert picked(world, "go") == ["worker3"]
        (pick,) = world.run("run-1").selection.picks
        assert (pick.policy, pick.cursor_before, pick.cursor_after) == ("round-robin", None, "worker3")
        assert pick.rejected == (
            RejectedCandidate("worker1", "disabled"),
            RejectedCandidate("worker2", "unavailable"),
        )

    def test_warnings_do_not_matter(self) -> None:
        """W4: `has-warnings` is eligible."""
        world = World(model({"go": [script("A")]}))
        world.send(commands.ReportHealth("worker1", "has-warnings"))
        assert picked(world, "go") == ["worker1"]


class TestRoundRobin:
    def test_the_cursor_belongs_to_pool_and_process(self) -> None:
        """W5: two runbooks do not move each other's cursor."""
        world = World(model({"one": [script("A")], "two": [script("A")]}))
        assert [picked(world, each)[0] for each in ("one", "one", "two", "one")] == [
            "worker1",
            "worker2",
            "worker1",
            "worker3",
        ]

    def test_a_plan_that_fails_moves_no_cursor_and_takes_no_lease(self) -> None:
        """W5."""
        world = World(model({"go": [script("A"), script("B", pool_variable="Nowhere", pool=None)]}))
        world.start("go")
        assert world.ends() == {"run-1": "failed"}
        assert not world.happened(WorkersSelected)
        assert not world.state.cursors
        assert not world.state.leases

    def test_a_cursor_on_a_worker_that_is_gone_starts_at_the_first(self) -> None:
        """W5."""
        before = model({"go": [script("A")]})
        world = World(before)
        picked(world, "go")
        pools = {"setup": Pool(name="Setup", workers=("worker3", "worker2"))}
        world.send(commands.LoadModel(msgspec.structs.replace(before, pools=pools)))
        assert picked(world, "go") == ["worker3"]

    def test_many_runs_lease_one_worker_at_once(self) -> None:
        """W9: workers take several tasks simultaneously."""
        world = World(model({"go": [script("A")]}, workers=1))
        runs = [world.start("go") for _ in range(3)]
        assert [name for _, name in world.state.leases["worker1"]] == runs
        assert all(world.run(name).progress.steps[0].state == "started" for name in runs)


class TestLeaseKey:
    def test_steps_of_one_key_share_a_worker(self) -> None:
        """W6: (pool, nothing) is a key too, also after a manual step; the pick knows its steps."""
        steps = [script("A"), manual("Ask"), script("B"), child("C", "other"), script("Off", enabled=False)]
        world = World(model({"go": steps, "other": []}))
        run = world.run(world.start("go"))
        assert [pick.steps for pick in run.selection.picks] == [(0, 2, 3)]
        assert run.progress.steps[4].pick is None

    def test_packages_in_another_order_are_another_key(self) -> None:
        """W6: ordered ids without versions, and the container image."""
        steps = [
            script("A", packages=packages("image", "tools")),
            script("B", packages=packages("image@1.2.0", "tools")),
            script("C", packages=packages("tools", "image")),
            script("D", packages=packages("image", "tools"), container="alpine"),
            script("E"),
        ]
        world = World(model({"go": steps}, workers=9))
        assert picked(world, "go") == ["worker1", "worker1", "worker2", "worker3", "worker4"]

    def test_create_region_workers(self) -> None:
        """W6: of six steps, 2 to 6 share one image and one worker."""
        regions = [script(f"Region {number}", packages=packages("worker-image")) for number in range(2, 7)]
        world = World(model({"create-region-workers": [script("Prepare"), *regions]}))
        assert picked(world, "create-region-workers") == ["worker1", *["worker2"] * 5]
        assert picked(world, "create-region-workers") == ["worker3", *["worker1"] * 5]

    def test_affinity_step_makes_every_step_its_own_pick(self) -> None:
        """W6: `affinity = "step"`."""
        pools = {"setup": Pool(name="Setup", workers=("worker1", "worker2"), affinity="step")}
        world = World(model({"go": [script("A"), script("B"), script("C")]}, pools=pools))
        assert picked(world, "go") == ["worker1", "worker2", "worker1"]


class TestPoolVariables:
    def where(self) -> Model:
        pools = {name: Pool(name=name, workers=(f"{name}1",)) for name in ("near", "far", "tiny")}
        values = (
            Value(value="near", kind="pool", scope=Scope(environment=("development", "test"))),
            Value(value="far", kind="pool", scope=Scope(environment=("test",), tenant_tag=("region/west",))),
            Value(value="tiny", kind="pool", scope=Scope(step=("Small",))),
        )
        tenants = {"contoso": Tenant(name="Contoso", tags=("region/west",)), "other": Tenant(name="Other")}
        steps = [script(name, pool=None, pool_variable="Where") for name in ("Big", "Small")]
        return model({"go": steps}, pools=pools, tenants=tenants, variables={"Where": values})

    @pytest.mark.parametrize(
        ("where", "worker"),
        [
            ({"environment": "development"}, "near1"),
            ({"environment": "test", "tenant": "other"}, "near1"),
            ({"environment": "test", "tenant": "contoso"}, "far1"),
        ],
    )
    def test_the_most_specific_value_wins(self, where: dict[str, str], worker: str) -> None:
        """W10, V2, V3: by environment, tenant tag and step."""
        assert picked(World(self.where()), "go", **where) == [worker, "tiny1"]

    def test_v8_the_variable_is_found_by_its_name_in_any_case(self) -> None:
        declared = self.where()
        lower = msgspec.structs.replace(declared, variables={"where": declared.variables["Where"]})
        assert picked(World(lower), "go", environment="development") == ["near1", "tiny1"]

    def test_a_pool_that_has_gone_is_named(self) -> None:
        """W10, W11: the value of the variable is a pool the model no longer has."""
        declared = self.where()
        world = World(msgspec.structs.replace(declared, pools={"far": declared.pools["far"]}))
        world.start("go", environment="development")
        assert world.run("run-1").reason == (
            "step “Big”: pool near is not in the model any more; "
            "step “Small”: pool tiny is not in the model any more"
        )


def test_one_message_lists_every_problem_of_a_plan() -> None:
    """W11, S8: pool, step and reason of each; no step has run."""
    pools = {
        "setup": Pool(name="Setup", workers=("worker1",)),
        "empty": Pool(name="Empty"),
        "bare": Pool(name="Bare", workers=("worker2",), containers=False),
        "gone": Pool(name="Gone", workers=("worker3",)),
    }
    steps = [
        script("Fine"),
        script("Nobody", pool="empty"),
        script("Nowhere", pool=None, pool_variable="Where"),
        script("Boxed", pool="bare", container="alpine"),
        script("Sick", pool="gone"),
        script("Default", pool=None),
        script("Sick too", pool="gone"),
    ]
    world = World(model({"go": steps}, pools=pools, **engine(built_in_worker=False)))
    world.send(commands.ReportHealth("worker3", "unhealthy"))
    run = world.run(world.start("go", environment="test"))
    assert run.state == "failed"
    assert run.reason.split("; ") == [
        "step “Nobody”, pool empty: the pool has no workers: name some in workers = [...]",
        "step “Nowhere”: the pool variable Where has no value for environment test, tenant none",
        "step “Boxed”, pool bare: the pool says containers = false, but the step wants container alpine",
        "step “Sick”, pool gone: no worker is eligible: worker3 is unhealthy",
        "step “Default”, pool default: the default pool has no workers, and the built-in worker is disabled",
        "step “Sick too”, pool gone: no worker is eligible: worker3 is unhealthy",
    ]
    assert {each.state for each in run.progress.steps} == {"pending"}
    assert len(world.happened(RunQueued)) == 1


class TestLeastLeases:
    def test_the_worker_with_the_fewest_live_leases_and_of_a_tie_the_first(self) -> None:
        """W5: least-leases counts leases, not runs, and those of its own selection too."""
        steps = [script("A"), script("B", container="alpine"), script("C", container="debian")]
        last = [script("A", simulate=Simulate(takes=9.0))]
        world = World(least_leases({"three": steps, "one": last, "two": [*steps[:2]]}))

        def start(process: str) -> list[str]:
            return [pick.worker for pick in world.run(world.start(process)).selection.picks]

        assert start("three") == ["worker1", "worker2", "worker3"]
        assert start("one") == ["worker1"]
        assert start("two") == ["worker2", "worker3"]
        assert start("one") == ["worker1"]
        assert start("one") == ["worker2"]
        world.run_out()
        assert not world.state.cursors
        assert start("one") == ["worker1"]

    def test_each_worker_that_it_has_picked_counts_as_one_lease(self) -> None:
        """W5: with one free worker and one that has a lease, the free one has the first two."""
        three = [script("A"), script("B", container="alpine"), script("C", container="debian")]
        short, long = script("A"), script("A", simulate=Simulate(takes=9.0))
        workers = {
            name: Worker(name=name, enabled=name != "worker3") for name in ("worker1", "worker2", "worker3")
        }
        world = World(least_leases({"three": three, "short": [short], "long": [long]}, workers=workers))
        world.start("short")
        world.start("long")
        world.run_until(5)
        picks = world.run(world.start("three")).selection.picks
        assert [pick.worker for pick in picks] == ["worker1", "worker1", "worker2"]

    def test_why_names_the_leases(self) -> None:
        """W8: and a worker that is not eligible is passed over with its reason."""
        workers = {
            name: Worker(name=name, enabled=name != "worker1") for name in ("worker1", "worker2", "worker3")
        }
        world = World(least_leases({"go": [script("A")]}, workers=workers))
        world.start("go")
        pick = world.run("run-1").selection.picks[0]
        assert (pick.worker, pick.policy, pick.leases) == ("worker2", "least-leases", 0)
        assert [each.worker for each in pick.rejected] == ["worker1"]


def least_leases(runbooks: dict[str, list[Step]], **more: Any) -> Model:
    """A model whose pool selects by leases."""
    found = model(dict(runbooks))
    pools = {"setup": msgspec.structs.replace(found.pools["setup"], policy="least-leases")}
    return msgspec.structs.replace(found, pools=pools, **more)


class TestTools:
    """M4: steps go to workers that have what they need."""

    def world(self, *needs: str, **tools: dict[str, str]) -> World:
        """Steps A, which needs something, and B; workers with the versions of their tools."""
        world = World(model({"go": [script("A", needs=needs), script("B")]}))
        for worker, versions in tools.items():
            found = {
                name: FoundTool(f"/bin/{name}" if each != "-" else "", each.strip("-"))
                for name, each in versions.items()
            }
            world.send(commands.CheckHealth(machines=(worker,)))
            facts = CheckedFacts(system="Linux", tools=found)
            world.send(commands.ReportCheck(machine=worker, health="healthy", facts=facts))
        return world

    def test_m4_one_without_the_tool_or_with_another_version_is_passed_over(self) -> None:
        """M4, W8."""
        world = self.world(
            "kubectl>=1.28",
            "docker",
            worker1={"kubectl": "1.30", "docker": "-"},
            worker2={"kubectl": "1.25.3", "docker": "24"},
            worker3={"kubectl": "1.28.4", "docker": "24"},
        )
        name = world.start("go")
        (pick,) = world.state.runs[name].selection.picks
        assert (pick.worker, pick.steps, pick.needs) == ("worker3", (0, 1), ("docker", "kubectl>=1.28"))
        assert [(each.worker, each.reason) for each in pick.rejected] == [
            ("worker1", "without docker"),
            ("worker2", "without kubectl>=1.28 (it has 1.25.3)"),
        ]

    def test_m4_a_step_that_needs_more_than_its_worker_has_is_another_pick(self) -> None:
        """W6, M4: and those after it share the first that has what they need."""
        steps = [script("A"), script("B", needs=("docker",)), script("C"), script("D", needs=("docker",))]
        world = World(model({"go": steps}))
        world.send(commands.CheckHealth(machines=("worker1",)))
        facts = CheckedFacts(system="Linux", tools={"docker": FoundTool()})
        world.send(commands.ReportCheck(machine="worker1", health="healthy", facts=facts))
        assert picked(world, "go") == ["worker1", "worker2", "worker1", "worker2"]

    def test_m4_steps_share_a_worker_that_has_what_both_need(self) -> None:
        """W6, M4."""
        world = self.world("docker", worker1={"docker": "24"})
        name = world.start("go")
        (pick,) = world.state.runs[name].selection.picks
        assert (pick.worker, pick.steps, pick.needs) == ("worker1", (0, 1), ("docker",))

    def test_m4_what_no_check_has_looked_for_counts_as_there(self) -> None:
        assert picked(self.world("docker"), "go") == ["worker1", "worker1"]
        assert picked(self.world("docker", worker1={"git": "2"}), "go") == ["worker1", "worker1"]

    def test_m4_a_version_that_a_tool_does_not_say_is_not_believed(self) -> None:
        world = self.world("docker>=20", worker1={"docker": ""}, worker2={"docker": "24"})
        name = world.start("go")
        assert world.state.runs[name].selection.picks[0].rejected == (
            RejectedCandidate("worker1", "without docker>=20 (it has an unknown version)"),
        )

    def test_m4_where_no_worker_has_it_the_run_fails_and_says_what_is_missing(self) -> None:
        """W11."""
        lacking = {f"worker{number}": {"docker": "-"} for number in (1, 2, 3)}
        world = self.world("docker", **lacking)
        reasons = ", ".join(f"{worker} is without docker" for worker in lacking)
        sentence = f"step “A”, pool setup: no worker is eligible: {reasons}"
        assert world.run(world.start("go")).reason == sentence


class TestUnchecked:
    """W4: a worker elsewhere whose first check is still to come."""

    def space(self) -> World:
        far = {name: Worker(name=name, endpoint=f"ssh://{name}") for name in ("worker1", "worker2")}
        near = {"worker3": Worker(name="worker3")}
        return World(replace(model({"go": [script("A")]}, 3), workers=far | near))

    def picked(self, world: World) -> Pick:
        run = world.start("go")
        return world.state.runs[run].selection.picks[0]

    def test_w4_is_passed_over_where_another_one_can_be_selected(self) -> None:
        world = self.space()
        pick = self.picked(world)
        assert pick.worker == "worker3"
        assert [(each.worker, each.reason) for each in pick.rejected] == [
            ("worker1", "not checked yet"),
            ("worker2", "not checked yet"),
        ]
        assert pick.cursor_after == "worker3"
        world.send(commands.Tick())
        world.send(commands.ReportCheck(machine="worker2", health="healthy"))
        assert self.picked(world).worker == "worker2"
        world.send(commands.ReportCheck(machine="worker1", health="unavailable", reason="key unknown"))
        assert self.picked(world).worker == "worker3"

    def test_w4_and_is_awaited_where_there_is_no_other(self) -> None:
        world = self.space()
        world.send(commands.ReportHealth("worker3", "unhealthy"))
        run = world.start("go")
        assert world.state.runs[run].selection.checks == ("worker1", "worker2")
        world.send(commands.Tick())
        world.send(commands.ReportCheck(machine="worker2", health="healthy"))
        pick = world.state.runs[run].selection.picks[0]
        assert pick.worker == "worker2"
        assert pick.rejected == (RejectedCandidate("worker1", "not checked yet"),)

    def test_w4_a_prediction_takes_it_for_a_healthy_one(self) -> None:
        world = self.space()
        world.send(commands.ReportHealth("worker3", "unhealthy"))
        queued = world.run(world.start("go"))
        needs = worker_needs(world.state, queued)
        assert select(world.state, queued, needs).unchecked == ("worker1", "worker2")
        predicted = replace(world.state, predicted=True)
        assert [pick.worker for pick in select(predicted, queued, needs).picks] == ["worker1"]
