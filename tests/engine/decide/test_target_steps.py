"""Steps on targets: one job each, windows, child steps, turns, health and policy."""

from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.decide.target_steps import children_of, outermost
from octotui.engine.events import (
    JobEnded,
    JobQueued,
    JobStarted,
    RunEnded,
    StepSkipped,
    TargetExcluded,
    TargetSkipped,
)
from octotui.model.process import HealthCheck, Runbook, Simulate, Step
from octotui.model.space import Scope, Target, Value
from tests.world import START, World, engine, manual, model, on_targets, packages, rolling, script

FAILS = Simulate(takes=1.0, result="failure")


def started(world: World) -> list[tuple[float, str, str]]:
    """When which step started on which target."""
    found = []
    for event in world.happened(JobStarted):
        job = world.past.jobs[event.job]
        step = world.past.runs[job.run].runbook.steps[job.step or 0].name
        found.append((event.at - START, step, job.target or job.worker or ""))
    return found


def on(world: World, step: str) -> list[str]:
    """The targets that a step started on, in order."""
    return [target for _, name, target in started(world) if name == step]


class TestOneJobEach:
    def test_s6_every_target_with_the_role(self) -> None:
        world = World(model({"r": [on_targets("Deploy", "web")]}))
        world.start("r")
        world.run_out()
        assert started(world) == [(0.0, "Deploy", f"web{number}") for number in range(1, 5)]
        assert world.ends() == {"run-1": "succeeded"}
        assert world.steps("run-1") == ["succeeded"]

    def test_s6_targets_of_the_environment_and_the_tenant_only(self) -> None:
        targets = {
            "all": Target(name="All", roles=("web",)),
            "test": Target(name="Test", roles=("web",), environments=("test",)),
            "other": Target(name="Other", roles=("web",), environments=("production",)),
            "tenant": Target(name="Tenant", roles=("web",), tenants=("contoso",)),
            "off": Target(name="Off", roles=("web",), enabled=False),
        }
        world = World(model({"r": [on_targets("Deploy", "web")]}, targets=targets))
        world.start("r", environment="test")
        world.run_out()
        assert on(world, "Deploy") == ["all", "test"]

    def test_l1_each_step_takes_the_lock_of_its_target_for_itself(self) -> None:
        world = World(model({"r": [on_targets("Deploy", "web"), on_targets("Look", "web", shared=True)]}))
        world.start("r")
        world.run_out()
        modes = {(event.step, event.mode) for event in world.happened(JobQueued)}
        assert modes == {(0, "exclusive"), (1, "shared")}

    def test_l1_two_runs_take_turns_on_one_target_one_step_each(self) -> None:
        steps = [on_targets(name, "db") for name in ("One", "Two", "Three")]
        world = World(model({"r": steps}))
        for _ in range(2):
            world.start("r", environment="production")
        world.run_out()
        turns = [event.run for event in world.happened(JobStarted)]
        assert turns == ["run-1", "run-2"] * 3

    def test_s6_on_a_worker_for_each_target(self) -> None:
        world = World(model({"r": [script("Tell", roles=("web",), on="worker-for-each-target")]}))
        world.start("r")
        world.run_out()
        jobs = [world.past.jobs[event.job] for event in world.happened(JobStarted)]
        assert [(job.worker, job.target, job.mode) for job in jobs] == [
            ("worker1", f"web{number}", "shared") for number in range(1, 5)
        ]

    def test_s6_on_a_worker_it_runs_once(self) -> None:
        world = World(model({"r": [script("Tell", roles=("web",), on="worker")]}))
        world.start("r")
        world.run_out()
        assert on(world, "Tell") == ["worker1"]

    def test_s6_without_any_target_a_step_is_skipped(self) -> None:
        world = World(model({"r": [on_targets("Deploy", "db"), script("After")]}))
        world.start("r", environment="test")
        world.run_out()
        skipped = world.happened(StepSkipped)
        assert [event.reason for event in skipped] == [
            "no target with the role db is available for its environment and tenant"
        ]
        assert world.ends() == {"run-1": "succeeded"}

    def test_p2_packages_are_acquired_on_each_target(self) -> None:
        world = World(model({"r": [on_targets("Deploy", "web", packages=packages("tools"))]}))
        world.start("r")
        world.run_out()
        acquired = [event for event in world.happened(JobQueued) if event.kind == "acquire"]
        assert [(event.worker, event.mode) for event in acquired] == [
            (f"web{number}", "exclusive") for number in range(1, 5)
        ]
        assert world.ends() == {"run-1": "succeeded"}


class TestWindow:
    def test_s6_so_many_at_a_time(self) -> None:
        world = World(model({"r": [on_targets("Deploy", "web", window=2)]}))
        world.start("r")
        world.run_out()
        assert [(at, target) for at, _, target in started(world)] == [
            (0.0, "web1"),
            (0.0, "web2"),
            (2.0, "web3"),
            (2.0, "web4"),
        ]

    def test_s6_it_waits_for_a_place_as_any_job_does(self) -> None:
        world = World(model({"r": [on_targets("Deploy", "web")]}, **engine(max_parallelism=1)))
        world.start("r")
        world.run_out()
        assert [at for at, _, _ in started(world)] == [0.0, 2.0, 4.0, 6.0]

    def test_s6_after_a_failure_it_goes_to_no_further_target(self) -> None:
        world = World(model({"r": [on_targets("Deploy", "web", window=1, simulate=FAILS), script("After")]}))
        world.start("r")
        world.run_out()
        assert started(world) == [(0.0, "Deploy", "web1")]
        assert world.run("run-1").reason == "step “Deploy” failed on web1: exit code 1"
        assert world.steps("run-1") == ["failed", "skipped"]

    def test_s6_a_step_that_always_runs_goes_to_all(self) -> None:
        deploy = on_targets("Deploy", "web", window=1, simulate=FAILS, condition="always")
        world = World(model({"r": [deploy]}))
        world.start("r")
        world.run_out()
        assert len(on(world, "Deploy")) == 4
        assert world.ends() == {"run-1": "failed"}


class TestChildSteps:
    def children(self, **of_copy: object) -> list[Step]:
        stop, copy = on_targets("Stop"), on_targets("Copy", **of_copy)
        return [stop, copy, on_targets("Undo", condition="failure"), on_targets("Start")]

    def test_s6_they_go_through_one_target_before_the_next(self) -> None:
        roll = rolling("Roll", ("web",), *self.children(), window=1)
        world = World(model({"r": [roll, script("After")]}))
        world.start("r")
        world.run_out()
        expected = [(name, f"web{number}") for number in range(1, 5) for name in ("Stop", "Copy", "Start")]
        assert [(name, target) for _, name, target in started(world)] == [*expected, ("After", "worker1")]
        assert world.steps("run-1") == ["succeeded"] * 3 + ["skipped"] + ["succeeded"] * 2

    def test_s6_a_window_of_them(self) -> None:
        world = World(model({"r": [rolling("Roll", ("web",), *self.children(), window=2)]}))
        world.start("r")
        world.run_out()
        assert [target for at, _, target in started(world) if at == 0.0] == ["web1", "web2"]
        assert [target for at, _, target in started(world) if at == 6.0] == ["web3", "web4"]

    def test_s3_what_failed_is_what_failed_on_that_target(self) -> None:
        roll = rolling("Roll", ("web",), *self.children(simulate=FAILS), window=2)
        world = World(model({"r": [roll, script("After", condition="failure")]}))
        world.start("r")
        world.run_out()
        assert on(world, "Undo") == ["web1", "web2"]
        assert on(world, "Start") == []
        assert on(world, "After") == ["worker1"]
        assert world.steps("run-1")[0] == "failed"

    def test_s3_a_rolling_step_that_is_skipped_takes_its_child_steps_along(self) -> None:
        first = script("First", simulate=FAILS)
        world = World(model({"r": [first, rolling("Roll", ("web",), *self.children()), script("Last")]}))
        world.start("r")
        world.run_out()
        assert world.steps("run-1") == ["failed"] + ["skipped"] * 6
        reasons = [event.reason for event in world.happened(StepSkipped)]
        assert reasons == ["an earlier step failed", *["“Roll” is skipped"] * 4, "an earlier step failed"]

    def test_s4_a_rolling_step_that_is_disabled(self) -> None:
        roll = rolling("Roll", ("web",), *self.children(), enabled=False)
        world = World(model({"r": [roll]}))
        world.start("r")
        assert world.ends() == {"run-1": "succeeded"}

    def test_the_steps_of_a_run_are_flat(self) -> None:
        world = World(model({"r": [rolling("Roll", ("web",), *self.children()), script("After")]}))
        run = world.run(world.start("r"))
        assert [step.name for step in run.runbook.steps] == ["Roll", "Stop", "Copy", "Undo", "Start", "After"]
        assert [outermost(run, index) for index in range(6)] == [0, 0, 0, 0, 0, 5]
        assert list(children_of(run, 0)) == [1, 2, 3, 4]
        assert list(children_of(run, 5)) == []


class TestHealth:
    def checked(self, **more: object) -> Step:
        return replace(on_targets("Check", "web", simulate=FAILS), action=HealthCheck(**more))  # type: ignore[arg-type]

    def test_s1_a_check_says_how_a_target_is(self) -> None:
        world = World(model({"r": [self.checked()]}))
        world.start("r")
        world.run_out()
        assert world.state.health["web1"] == "unhealthy"
        assert world.ends() == {"run-1": "failed"}

    def test_s1_a_run_may_go_on_without_unhealthy_targets(self) -> None:
        world = World(model({"r": [self.checked(unhealthy="exclude"), on_targets("Deploy", "web")]}))
        world.send(commands.ReportHealth("web1", "has-warnings"))
        world.start("r")
        world.run_out()
        assert [event.target for event in world.happened(TargetExcluded)] == ["web1", "web2", "web3", "web4"]
        assert on(world, "Deploy") == []
        assert world.steps("run-1") == ["succeeded-with-warnings", "skipped"]
        assert world.happened(JobEnded)[0].warnings == (
            "the run continues without it: web1 is unhealthy: exit code 1",
        )

    def test_s6_an_unavailable_target_fails_the_run_while_planning(self) -> None:
        world = World(model({"r": [script("First"), on_targets("Deploy", "web")]}))
        world.send(commands.ReportHealth("web2", "unavailable"))
        world.start("r")
        assert world.ends() == {"run-1": "failed"}
        (ended,) = world.happened(RunEnded)
        assert ended.reason.startswith("target web2 is unavailable: bring it back, or leave it out")
        assert not world.happened(JobQueued)

    def test_s6_or_is_passed_over_by_policy(self) -> None:
        runbook = Runbook(name="R", steps=(on_targets("Deploy", "web"),), unavailable_targets="skip")
        world = World(model({"r": runbook}))
        world.send(commands.ReportHealth("web2", "unavailable"))
        world.start("r")
        world.run_out()
        assert on(world, "Deploy") == ["web1", "web3", "web4"]
        assert [(each.worker, each.reason) for each in world.run("run-1").selection.without] == [
            ("web2", "unavailable")
        ]
        assert world.ends() == {"run-1": "succeeded"}

    def test_v1_a_child_step_whose_condition_is_too_much_fails_on_its_target(self) -> None:
        """V1, S6: others come after it there."""
        loops = "#{each a in L}#{each b in L}#{each c in L}x#{/each}#{/each}#{/each}"
        children = (script("Much", condition=loops), script("Mend", condition="failure"))
        world = World(
            model({"r": [rolling("Roll", ("db",), *children)]}, variables={"L": (Value(value="," * 999),)})
        )
        world.start("r", environment="production")
        world.run_out()
        assert world.steps("run-1") == ["failed", "failed", "succeeded"]
        assert (
            "its condition cannot be evaluated: its text cannot be filled in"
            in world.run("run-1").progress.steps[1].reason
        )
        assert on(world, "Mend") == ["db1"]


class TestConditions:
    """S3, S6: an expression decides for each target."""

    ONLY = '#{if Octopus.Machine.Name == "Web 2"}yes#{/if}'

    def test_s3_each_target_is_judged_by_its_own_name(self) -> None:
        world = World(model({"r": [on_targets("Deploy", "web", condition=self.ONLY)]}))
        world.start("r")
        world.run_out()
        assert on(world, "Deploy") == ["web2"]
        assert [(each.target, each.reason) for each in world.happened(TargetSkipped)] == [
            (target, f"its condition {self.ONLY} is not met") for target in ("web1", "web3", "web4")
        ]
        assert world.steps("run-1") == ["succeeded"]

    def test_s3_by_values_that_are_scoped_to_roles_and_targets(self) -> None:
        declared = {
            "Deploy": (Value(value="False"), Value(value="True", scope=Scope(target=("web1", "web4"))))
        }
        step = on_targets("Deploy", "web", condition="#{Deploy}", window=1)
        world = World(model({"r": [step, on_targets("Look", "web")]}, variables=declared))
        world.start("r")
        world.run_out()
        assert on(world, "Deploy") == ["web1", "web4"]
        assert on(world, "Look") == ["web1", "web2", "web3", "web4"]

    def test_s3_a_worker_for_each_target_is_judged_by_the_target(self) -> None:
        step = on_targets("Call", "web", on="worker-for-each-target", condition=self.ONLY)
        world = World(model({"r": [step]}))
        world.start("r")
        world.run_out()
        assert [event.target for event in world.happened(JobQueued)] == ["web2"]

    def test_s3_child_steps_go_to_the_targets_that_their_step_goes_to(self) -> None:
        steps = [on_targets("Stop"), on_targets("Swap")]
        world = World(model({"r": [rolling("Roll", ("web",), *steps, condition=self.ONLY, window=1)]}))
        world.start("r")
        world.run_out()
        assert on(world, "Stop") == on(world, "Swap") == ["web2"]
        assert world.steps("run-1") == ["succeeded"] * 3

    def test_s3_where_it_holds_on_no_target_the_step_is_skipped(self) -> None:
        never = '#{if Octopus.Machine.Name == "Nobody"}yes#{/if}'
        steps = [on_targets("Deploy", "web", condition=never, packages=packages("image")), script("Then")]
        world = World(model({"r": steps}))
        world.start("r")
        world.run_out()
        assert [each.reason for each in world.happened(StepSkipped)] == [f"its condition {never} is not met"]
        assert (world.happened(TargetSkipped), world.steps("run-1")) == ([], ["skipped", "succeeded"])
        assert [job.kind for job in world.past.jobs.values()] == ["script"], "nothing is acquired for it"

    def test_s3_what_a_step_has_begun_on_goes_on_as_it_was_judged(self) -> None:
        """It is judged once, when the step starts, whatever becomes of a target meanwhile."""
        sure = "#{unless Octopus.Deployment.Error}yes#{/unless}"
        step = on_targets("Deploy", "web", condition=sure, window=1, simulate=FAILS)
        world = World(model({"r": [step]}))
        world.start("r")
        world.run_out()
        assert on(world, "Deploy") == ["web1", "web2", "web3", "web4"]

    def test_s3_plain_conditions_are_those_of_the_whole_step(self) -> None:
        steps = [on_targets("Break", "db", simulate=FAILS), on_targets("Tell", "web", condition="failure")]
        world = World(model({"r": [*steps, on_targets("Deploy", "web")]}))
        world.start("r", environment="production")
        world.run_out()
        assert (on(world, "Tell"), on(world, "Deploy")) == (["web1", "web2", "web3", "web4"], [])

    def test_w7_after_an_answer_it_is_queued_again_where_it_is_due_on_one_target(self) -> None:
        steps = [manual("Ask"), on_targets("Deploy", "web", condition=self.ONLY)]
        world = World(model({"r": steps}))
        world.start("r")
        world.answer("abort")
        world.run_out()
        assert on(world, "Deploy") == ["web2"]
