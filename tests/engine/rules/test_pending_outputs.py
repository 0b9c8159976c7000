"""S3: steps of which nobody can say whether they run, since an output that decides it is not set yet."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from octotui.engine.rules.pending_outputs import undecided
from octotui.engine.state import State, manual_of
from octotui.model.process import HealthCheck, Manual, Runbook, Simulate, Step
from octotui.model.space import Project, Value
from octotui.model.values import Prompt
from tests.engine.shop import deploy, release, shop
from tests.world import World, child, manual, model, on_targets, packages, rolling, script

SET = "Octopus.Action[Set].Output"
WHEN = f"#{{{SET}.Ready}}"
IN_TEST = '#{if Octopus.Environment.Name == "Test"}yes#{/if}'


def reads(condition: str, name: str = "Read", **more: object) -> Step:
    return script(name, condition=condition, **more)


def played(*steps: Step, **more: object) -> dict[str, str]:
    """How each step stands in a prediction: `may run`, or its state."""
    declared = more.pop("declared", None) or model({"r": list(steps)}, **more)  # type: ignore[arg-type]
    world = World(declared, State(predicted=True, keep_ended=True))  # type: ignore[arg-type]
    world.start("r", environment="test")
    while world.step() or world.state.asking:
        if world.state.asking:
            question = world.state.interruptions[world.state.asking.first()[1]]  # type: ignore[index]
            values = {"Size": "small"} if manual_of(world.state, question).fields else {}
            world.answer("proceed" if question.kind == "manual" else "fail", values=values)
    return standing(world.state)


def standing(state: State, run: str = "run-1") -> dict[str, str]:
    found = {}
    of = state.runs[run]
    for step, progress in zip(of.runbook.steps, of.progress.steps, strict=True):
        may = any(state.jobs[job].undecided for job in progress.jobs)
        found[step.name] = "may run" if may else progress.state
    return found


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        (WHEN, "may run"),
        (f"#{{if {SET}.Ready}}yes#{{/if}}", "may run"),
        (f"#{{unless {SET}.Ready}}yes#{{/unless}}", "may run"),
        (f'#{{if {SET}.Ready == "True"}}yes#{{/if}}', "may run"),
        (f"#{{unless Octopus.Deployment.Error}}{WHEN}#{{/unless}}", "may run"),
        (f"#{{if Octopus.Deployment.Error}}{WHEN}#{{/if}}", "skipped"),
        (f'#{{if Octopus.Environment.Name == "Test"}}{WHEN}#{{/if}}', "may run"),
        (f'#{{if Octopus.Environment.Name == "Live"}}{WHEN}#{{/if}}', "skipped"),
        (f"#{{if {SET}.Ready}}yes#{{else}}ja#{{/if}}", "succeeded"),
        (f'#{{if {SET}.Ready}}#{{if Octopus.Environment.Name == "Live"}}yes#{{/if}}#{{/if}}', "skipped"),
        (f"#{{each one in {SET}.List}}#{{one}}#{{/each}}", "may run"),
        ("#{each one in Octopus.Action}#{if one.Output.Ready}yes#{/if}#{/each}", "may run"),
        ("#{Ready}", "may run"),
        ('#{if Ready.Size == "9"}yes#{/if}', "may run"),
        ("#{Octopus.Action[SET].output.ready | Trim}", "may run"),
        (IN_TEST, "succeeded"),
        ("#{Octopus.Action[Nobody].Output.Ready}", "skipped"),
        ("#{if Octopus.Action[Nobody].Output.Ready}yes#{/if}", "skipped"),
        ("#{unless Octopus.Action[Nobody].Output.Ready}yes#{/unless}", "succeeded"),
        ("#{Octopus.Action[Read].Output.Ready}", "skipped"),
        ("#{Octopus.Action[Later].Output.Ready}", "skipped"),
        ("#{Octopus.Action[Left out].Output.Ready}", "skipped"),
        ("#{Octopus.Action[Not due].Output.Ready}", "skipped"),
        (f"#{{if {SET}[Web 1].Ready}}yes#{{/if}}", "skipped"),
        ("#{Octopus.Action[Set].Nonsense}", "skipped"),
        ("#{Octopus.Action[Set]}", "skipped"),
        ("#{if Octopus.Action.Nonsense}yes#{/if}", "skipped"),
        ('#{if Octopus.Step[Set].Status.Code == "Succeeded"}yes#{/if}', "succeeded"),
    ],
)
def test_s3_a_prediction_says_of_each_condition_what_can_be_said(condition: str, says: str) -> None:
    ready = {"Ready": (Value(value=WHEN),)}
    steps = [script("Set"), script("Left out", enabled=False), script("Not due", condition="failure")]
    found = played(*steps, reads(condition), script("Later"), variables=ready)
    assert found["Read"] == says
    assert found["Later"] == "succeeded"


def test_s3_what_may_run_goes_on_as_if_it_ran_and_what_hangs_from_it_may_too() -> None:
    """Its own outputs, and how it came out."""
    found = played(
        script("Set"),
        reads(WHEN, "One"),
        reads("#{Octopus.Action[One].Output.Ready}", "Two"),
        reads('#{if Octopus.Step[One].Status.Code == "Succeeded"}yes#{/if}', "Three"),
        reads(
            "#{unless Octopus.Action[One].IsSkipped == Octopus.Action[Set].IsSkipped}yes#{/unless}", "Four"
        ),
        reads("#{unless Octopus.Action[Set].IsSkipped}#{Octopus.Action[Three].IsSkipped}#{/unless}", "Five"),
    )
    wanted = ["succeeded", "may run", "may run", "may run", "may run", "may run"]
    assert [*found.values()] == wanted


def test_s3_the_steps_beside_one_are_judged_with_it_and_those_behind_it_after() -> None:
    """S2, I1: a question of the group comes once its other steps are over."""
    beside = {"start": "with-previous"}
    found = played(
        script("Set"), reads(WHEN, **beside), manual("Ask", condition=WHEN, **beside), reads(WHEN, "Last")
    )
    assert found == {"Set": "succeeded", "Read": "skipped", "Ask": "may run", "Last": "may run"}


QUESTION = replace(
    manual("Ask"), action=Manual(instructions="x", fields={"Size": Prompt(), "Other": Prompt(required=False)})
)


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("Size", "may run"),
        ("other", "may run"),
        ("Colour", "skipped"),
        ("Manual.Notes", "may run"),
        ("Manual.ResponsibleUser.Username", "may run"),
        ("Manual.Approved", "succeeded"),
        ("Manual.Nonsense", "skipped"),
    ],
)
def test_s3_what_people_will_fill_in_is_open_and_that_they_proceed_is_taken_for_granted(
    output: str, says: str
) -> None:
    assert played(QUESTION, reads(f"#{{if Octopus.Action[Ask].Output.{output}}}yes#{{/if}}"))["Read"] == says


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("Run[Set].Ready", "may run"),
        ("Deployment[set].Ready", "may run"),
        ("Run[In it].Run[Set].Ready", "may run"),
        ("Deployment[In it].Deployment[Set].Ready", "may run"),
        ("Run[Not due].Ready", "skipped"),
        ("Run[Nobody].Ready", "skipped"),
        ("Run[In it].Run[Nobody].Ready", "skipped"),
        ("Run[Ask].Size", "may run"),
        ("Run[Ask].Manual.Notes", "skipped"),
        ("Run[Set][Web 1].Ready", "skipped"),
        ("Run[Set]", "skipped"),
        ("Guidance.Notes", "skipped"),
        ("Ready", "skipped"),
    ],
)
@pytest.mark.parametrize("wait", [True, False])
def test_s3_outputs_of_a_child_run_come_where_it_is_waited_for(output: str, says: str, wait: bool) -> None:
    steps = {
        "r": [child("Make", "b", wait=wait), reads(f"#{{Octopus.Action[Make].Output.{output}}}")],
        "b": [
            script("Set"),
            child("In it", "c", wait=True),
            script("Not due", condition="failure"),
            QUESTION,
        ],
        "c": [script("Set")],
    }
    assert played(declared=model(steps))["Read"] == (says if wait else "skipped")  # type: ignore[arg-type]


class TestS3OnTargets:
    @pytest.mark.parametrize(
        ("output", "says"),
        [("Ready", "may run"), ("[Web 2].Ready", "may run"), ("[DB 1].Ready", "skipped")],
    )
    @pytest.mark.parametrize(
        "reader",
        [
            script("Read"),
            on_targets("Read", "web"),
            script("Read", roles=("web",), on="worker-for-each-target"),
        ],
    )
    def test_s3_of_a_target_that_a_step_goes_to(self, output: str, says: str, reader: Step) -> None:
        name = f"{SET}{output}" if output.startswith("[") else f"{SET}.{output}"
        found = played(on_targets("Set", "web"), replace(reader, condition=f"#{{if {name}}}yes#{{/if}}"))
        assert found["Read"] == says

    def test_s3_of_any_target_there_may_be(self) -> None:
        found = played(on_targets("Set", "web"), reads(f"#{{each one in {SET}}}#{{one.Ready}}#{{/each}}"))
        assert found["Read"] == "may run"
        assert played(script("Set"), reads(f"#{{each one in {SET}}}yes#{{/each}}"))["Read"] == "skipped"

    def test_s3_child_steps_are_judged_on_each_target(self) -> None:
        own = f'#{{if Octopus.Machine.Name == "Web 2"}}{WHEN}#{{/if}}'
        steps = (
            script("Set", pool=None),
            reads(own, pool=None),
            reads("#{Octopus.Action[Nobody].Output.X}", "Never", pool=None),
        )
        declared = model({"r": [rolling("Roll", ("web",), *steps, window=2)]})
        world = World(declared, State(predicted=True, keep_ended=True))
        world.start("r")
        world.run_out()
        jobs = [job for job in world.state.jobs.values() if job.step == 2]
        assert {(job.target, job.undecided) for job in jobs} == {("web2", (f"{SET}.Ready",))}
        assert standing(world.state)["Never"] == "skipped"

    def test_s3_a_child_step_by_the_name_of_a_target(self) -> None:
        roll = rolling("Roll", ("web",), script("Set", pool=None))
        for target, says in (("Web 2", "may run"), ("DB 1", "skipped")):
            assert played(roll, reads(f"#{{{SET}[{target}].Ready}}"))["Read"] == says

    def test_s3_a_rolling_step_itself_sets_nothing(self) -> None:
        roll = rolling("Roll", ("web",), script("Inner", pool=None))
        never, ever = (f"#{{Octopus.Action[{name}].Output.X}}" for name in ("Roll", "Inner"))
        found = played(roll, reads(never), reads(ever, "Other"))
        assert (found["Read"], found["Other"]) == ("skipped", "may run")

    def test_s3_a_health_check_may_set_some(self) -> None:
        check = Step(name="Set", action=HealthCheck(), roles=("web",), on="target")
        assert played(check, reads(WHEN))["Read"] == "may run"


def test_s3_a_step_that_fails_may_have_set_some_before() -> None:
    broken = script("Set", simulate=Simulate(result="failure"))
    assert played(broken, reads(WHEN))["Read"] == "may run"
    assert (
        played(broken, reads(f"#{{unless Octopus.Deployment.Error}}{WHEN}#{{/unless}}"))["Read"] == "skipped"
    )


def test_s3_how_people_decide_of_a_failure_is_as_it_is_played() -> None:
    """I7: a prediction lets fail what fails."""
    broken = script("Set", simulate=Simulate(result="failure"))
    steps = (broken, reads(f'#{{if {SET}.Guidance.Answer == "ignore"}}yes#{{/if}}'))
    declared = model({"r": Runbook(name="R", steps=steps, guided_failure="on")})
    assert played(declared=declared)["Read"] == "skipped"


def test_s3_a_variable_that_a_step_before_publishes_is_open_where_the_run_sees_it() -> None:
    """V4: only in the variable sets of its project."""
    setting = script("Set", publish={"Url": "dns"})
    reading = reads('#{if URL.Host == "#"}#{else}#{URL}#{/if}')
    later = script("Later", publish={"Url": "dns"})
    for sets, steps, says in (
        (("dns",), (setting, reading), "may run"),
        ((), (setting, reading), "skipped"),
        (("dns",), (reading, later), "skipped"),
    ):
        declared = model(
            {"r": Runbook(name="R", project="shop", steps=steps)},
            projects={"shop": Project(deployment=Runbook(name="Shop"), variable_sets=sets)},
            variable_sets={"dns": {}},
        )
        assert played(declared=declared)["Read"] == says


def test_s3_p2_packages_of_a_step_that_may_run_are_acquired() -> None:
    """It would have them, and hold up others on its worker meanwhile."""
    declared = model({"r": [script("Set"), reads(WHEN, packages=packages("tools"))]})
    world = World(declared, State(predicted=True, keep_ended=True))
    world.start("r")
    world.run_out()
    kinds = {job.kind: (job.worker, job.undecided) for job in world.state.jobs.values()}
    assert kinds["acquire"] == ("worker2", ())
    assert standing(world.state)["Read"] == "may run"


def test_s3_a_deployment_is_predicted_so_too() -> None:
    world = World(shop(script("Set"), reads(WHEN)), State(predicted=True, keep_ended=True))
    release(world, version="1.0")
    deploy(world, "1.0", "test")
    assert standing(world.state) == {"Set": "succeeded", "Read": "may run"}


class TestS3InARealRun:
    def of(self, world: World, index: int = 1) -> tuple[str, ...]:
        return undecided(world.state, world.state.runs["run-1"], index)

    def started(self, *steps: Step, **more: object) -> World:
        world = World(model({"r": list(steps)}, **more))  # type: ignore[arg-type]
        world.start("r", environment="test")
        return world

    def test_s3_it_is_open_until_the_step_is_over_and_then_judged_as_ever(self) -> None:
        world = self.started(script("Set"), script("Then"), reads(WHEN))
        assert self.of(world, 2) == (f"{SET}.Ready",)
        world.report("job-1.1", outputs={"Other": "1"})
        assert self.of(world, 2) == ()
        world.run_out()
        assert world.steps("run-1") == ["succeeded", "succeeded", "skipped"]

    def test_s3_nothing_is_taken_for_met_that_is_not(self) -> None:
        world = self.started(script("Set"), reads(WHEN))
        world.report("job-1.1", outputs={"Ready": "False"})
        assert world.steps("run-1")[1] == "skipped"
        assert all(not job.undecided for job in world.past.jobs.values())

    def test_s3_a_target_may_still_change_what_another_has_set(self) -> None:
        world = self.started(on_targets("Set", "web", window=1), reads(WHEN))
        world.report("job-1.1", outputs={"Ready": "True"})
        assert self.of(world) == (f"{SET}.Ready",)
        for number in (2, 3, 4):
            world.report(f"job-1.{number}")
        assert world.steps("run-1")[1] == "started"

    @pytest.mark.parametrize(
        "more", [{"enabled": False}, {"environments": ("production",)}, {"condition": "failure"}]
    )
    def test_s3_what_is_left_out_sets_nothing(self, more: dict[str, object]) -> None:
        world = self.started(script("First"), script("Set", **more), script("Then"), reads(WHEN))
        world.step()
        assert self.of(world, 3) == ()

    def test_s3_plain_conditions_are_never_open(self) -> None:
        world = self.started(script("Set"), *(reads(each, each) for each in ("success", "failure", "always")))
        assert [self.of(world, index) for index in range(4)] == [()] * 4

    def test_s3_a_child_run_under_way(self) -> None:
        steps: dict[str, Sequence[Step]] = {
            "r": [child("Make", "b", wait=True), reads("#{Octopus.Action[Make].Output.Run[Set].Ready}")],
            "b": [script("First"), script("Set", condition=IN_TEST)],
        }
        for environment, names in (
            ("test", ("Octopus.Action[Make].Output.Run[Set].Ready",)),
            ("staging", ()),
        ):
            world = World(model({slug: list(each) for slug, each in steps.items()}))
            world.start("r", environment=environment)
            assert self.of(world), "as long as nobody has judged it"
            world.report("job-2.1")
            if names:
                assert self.of(world) == names
            else:
                assert world.steps("run-1") == ["succeeded", "skipped"]
