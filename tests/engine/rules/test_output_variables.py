"""V7, V8: output variables as later steps read them."""

import pytest

from octotui.engine.commands import Outcome, ReportOutcome
from octotui.engine.rules.output_variables import output_values, own_secrets, secret_outputs
from octotui.engine.state import State
from octotui.model.process import Runbook, Step
from octotui.model.space import Target
from octotui.model.values import HIDDEN
from tests.world import World, child, manual, model, on_targets, rolling, script

KEY = "Octopus.Action[Set].Output"


def seen(world: World, target: str | None = None, run: str = "run-1") -> dict[str, str]:
    """What a step of a run reads, without what begins the names of the step `Set`."""
    found = output_values(world.past, world.past.runs[run], target)
    return {name.removeprefix(f"{KEY}."): value for name, value in found.items()}


def on_every_target(world: World, step: int, **outputs: str) -> None:
    """End the jobs of a step, the first target's last."""
    jobs = [job for job in world.state.jobs.values() if job.step == step and job.state == "running"]
    for job in sorted(jobs, key=lambda each: each.target or "", reverse=True):
        world.report(job.id, outputs={name: f"{value} of {job.target}" for name, value in outputs.items()})


READERS = [
    on_targets("Read", "web", condition="always"),
    on_targets("Read", "web", window=1),
    script("Read", roles=("web",), on="worker-for-each-target"),
]


class TestV8OnATargetAnOutputWithoutIndexIsItsOwn:
    @pytest.mark.parametrize("reader", READERS)
    @pytest.mark.parametrize("setter", ["target", "worker-for-each-target"])
    def test_v8_across_steps_whoever_was_the_last_to_set_it(self, setter: str, reader: Step) -> None:
        first = script("Set", roles=("web",), on=setter, pool=None if setter == "target" else "setup")
        world = World(model({"r": [first, reader]}))
        world.start("r")
        on_every_target(world, 0, Url="the url")
        for number in range(1, 5):
            assert seen(world, f"web{number}")["Url"] == f"the url of web{number}"
            assert f"{KEY}[Web {number}].Url" in seen(world)
        assert seen(world)["Url"] == "the url of web1", "the one whose job ended last"

    def test_v8_in_child_steps_of_a_window_that_overtake_one_another(self) -> None:
        due = "#{if Octopus.Action[Set].Output.Url == Octopus.Machine.Name}yes#{/if}"
        steps = rolling("Roll", ("web",), script("Set", pool=None), script("Read", pool=None, condition=due))
        world = World(model({"r": [Step(**{**fields(steps), "window": 2})]}))
        world.start("r")
        for job, name in (("job-1.2", "Web 2"), ("job-1.1", "Web 1")):
            world.report(job, outputs={"Url": name})
        running = {(job.target, job.step) for job in world.state.jobs.values() if job.state == "running"}
        assert running == {("web1", 2), ("web2", 2)}, "each has judged by its own, none by the last one"
        assert seen(world, "web2")["Url"] == "Web 2"

    def test_v8_where_its_target_has_set_none_it_is_the_last_one(self) -> None:
        world = World(model({"r": [on_targets("Set", "web"), on_targets("Read", "web")]}))
        world.start("r")
        world.report("job-1.2", outputs={"Url": "two", "Only": "here"})
        world.report("job-1.1", outputs={"Url": "one"})
        world.report("job-1.3", outputs={})
        world.report("job-1.4", outputs={})
        assert (seen(world, "web1")["Only"], seen(world, "web3")["Url"]) == ("here", "one")
        assert seen(world, "db1")["Url"] == seen(world)["Url"] == "one"

    def test_v8_names_of_two_targets_that_differ_in_case_are_one_output(self) -> None:
        world = World(model({"r": [on_targets("Set", "web"), on_targets("Read", "web")]}))
        world.start("r")
        for job, name in (("job-1.1", "URL"), ("job-1.2", "Url"), ("job-1.3", "url"), ("job-1.4", "URL")):
            world.report(job, outputs={name: job})
        assert (seen(world, "web2")["Url"], seen(world)["URL"]) == ("job-1.2", "job-1.4")
        assert [name for name in seen(world, "web3") if name.lower() == "url"] == ["url"]

    def test_v8_also_what_people_have_answered_for_it(self) -> None:
        steps = (on_targets("Set", "web", window=1), on_targets("Read", "web", condition="always"))
        world = World(model({"r": Runbook(name="R", steps=steps, guided_failure="on")}))
        world.start("r")
        for answer in ("ignore", "exclude"):
            (job,) = [each for each in world.state.jobs.values() if each.state == "running"]
            world.report(job.id, "failed", reason="broken")
            world.answer(answer)  # type: ignore[arg-type]
        assert seen(world, "web1")["Guidance.Answer"] == "ignore"
        assert seen(world)["Guidance.Answer"] == seen(world, "web4")["Guidance.Answer"] == "exclude"

    def test_v8_after_a_retry_and_a_pause_it_is_still_its_own(self) -> None:
        steps = [on_targets("Set", "web", retries=1, backoff=1.0), manual("Ask"), on_targets("Read", "web")]
        world = World(model({"r": steps}))
        world.start("r")
        for number in (1, 2, 3):
            world.report(f"job-1.{number}", outputs={"Url": str(number)})
        world.report("job-1.4", "failed", outputs={"Url": "of what failed"})
        world.run_until(1.0)
        world.report("job-1.4", outputs={"Url": "4"})
        world.answer()
        assert [seen(world, f"web{number}")["Url"] for number in range(1, 5)] == ["1", "2", "3", "4"]


def fields(step: Step) -> dict[str, object]:
    return {name: getattr(step, name) for name in step.__struct_fields__}


def test_v7_a_child_run_gives_its_outputs_by_both_names() -> None:
    """Octopus has `Output.Deployment[STEP]` for the run that a step has started, as conditions read it."""
    due = '#{if Octopus.Action[Make].Output.Deployment[Inner].Deployment[Say].Size == "9"}yes#{/if}'
    steps = {
        "top": [child("Make", "middle", wait=True), script("Read", condition=due)],
        "middle": [child("Inner", "low", wait=True), script("Say")],
        "low": [script("Say")],
    }
    world = World(model(steps))  # type: ignore[arg-type]
    world.start("top")
    outcome = Outcome(state="succeeded", outputs={"Size": "9", "Run[x].y": "#{z}"})
    world.send(ReportOutcome(job="job-3.1", attempt=1, outcome=outcome))
    world.report("job-2.2", outputs={"Size": "8"})
    found = seen(world)
    for way in ("Run", "Deployment"):
        assert found[f"Octopus.Action[Make].Output.{way}[Inner].{way}[Say].Size"] == "9"
        assert found[f"Octopus.Action[Make].Output.{way}[Say].Size"] == "8"
    assert found["Octopus.Action[Make].Output.Deployment[Inner].Deployment[Say].Deployment[x].y"] == "##{z}"
    assert world.steps("run-1") == ["succeeded", "started"]


def test_v7_what_a_script_calls_so_itself_has_that_name_alone() -> None:
    world = World(model({"r": [script("Set"), script("Read")]}))
    world.start("r")
    world.report("job-1.1", outputs={"Run[x].y": "1"})
    assert seen(world) == {"Run[x].y": "1"}


def test_v5_v8_sensitive_outputs_are_its_own_too_and_never_another_ones() -> None:
    targets = {slug: Target(name=slug.title()) for slug in ("one", "two", "three")}
    state = State(model=model({"r": [script("Set")]}, targets=targets))
    plain = (f"{KEY}.Key", f"{KEY}[Two].Key")
    secrets = {f"{KEY}[One].key": "hunter-one", f"{KEY}.key": "hunter-one", "Password": "hunter22"}
    own = {target: own_secrets(state, target, plain, secrets) for target in (None, *targets)}
    assert own[None] == own["three"] == own["one"] == secrets
    assert own["two"] == {f"{KEY}[One].key": "hunter-one", "Password": "hunter22"}, "its own is not sensitive"
    both = {**secrets, f"{KEY}[Two].key": "hunter-two"}
    assert own_secrets(state, "one", (), both)[f"{KEY}.key"] == "hunter-one"
    assert own_secrets(state, "two", (), both)[f"{KEY}.key"] == "hunter-two"


def test_v8_a_sensitive_output_is_hidden_and_comes_before_others() -> None:
    """On a target, its own comes before another one's, be that sensitive or not."""
    steps = [on_targets("Set", "web"), on_targets("Read", "web", condition="always")]
    world = World(model({"r": steps}))
    world.start("r")
    world.report("job-1.1", secrets=("Key",))
    world.report("job-1.2", outputs={"key": "plain"})
    world.report("job-1.3", outputs={})
    world.report("job-1.4", outputs={})
    assert seen(world)["Key"] == seen(world, "web1")["Key"] == seen(world, "web3")["Key"] == HIDDEN
    assert seen(world, "web2")["key"] == "plain"
    assert seen(world)["Octopus.Action[Set].Output[Web 1].Key"] == HIDDEN
    assert secret_outputs(world.past, world.past.runs["run-1"]) == (f"{KEY}.Key", f"{KEY}[Web 1].Key")
