"""What jobs on targets leave behind: outputs of each target, the worst result, who is excluded."""

from msgspec.structs import replace

from octotui.engine.events import TargetExcluded
from octotui.engine.evolve.targets import excluded
from octotui.engine.rules.variable_context import values_for
from tests.world import World, model, on_targets, script


def test_v7_each_targets_outputs_by_its_name_and_the_last_one_without() -> None:
    world = World(model({"r": [on_targets("Deploy", "web"), script("After")]}))
    world.start("r")
    for number in range(1, 5):
        world.report(f"job-1.{number}", outputs={"Address": f"10.0.0.{number}"})
    values = values_for(world.state, world.state.runs["run-1"])
    assert values["Octopus.Action[Deploy].Output[Web 2].Address"] == "10.0.0.2"
    assert values["Octopus.Action[Deploy].Output.Address"] == "10.0.0.4"


def test_s6_a_step_is_as_well_as_the_worst_of_its_jobs() -> None:
    world = World(model({"r": [on_targets("Deploy", "web")]}))
    world.start("r")
    for number, state in enumerate(("succeeded", "lost", "succeeded-with-warnings"), start=1):
        world.report(f"job-1.{number}", state, reason="so it is")  # type: ignore[arg-type]
    assert world.steps("run-1") == ["started"]
    world.report("job-1.4")
    world.answer("fail")
    progress = world.run("run-1").progress.steps[0]
    assert (progress.state, progress.failed_on, progress.open) == ("lost", ("web2",), 0)
    assert progress.reason == "web2: so it is"


def test_i7_a_target_is_excluded_once() -> None:
    world = World(model({"r": [on_targets("Deploy", "web")]}))
    world.start("r")
    event = TargetExcluded(run="run-1", target="web1", by="ann", reason="broken")
    state = excluded(excluded(world.state, event), replace(event, by="bob"))
    assert state.runs["run-1"].selection.excluded == ("web1",)
