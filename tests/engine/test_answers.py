"""What follows from answers."""

from octotui.engine.context import values_for
from octotui.engine.events import JobEnded, JobRetried, JobStarted, RunRequeued
from octotui.model.process import Runbook, Simulate
from tests.world import World, manual, model, script

FAILS = Simulate(takes=1.0, result="failure")


def asking(*later: object) -> World:
    """A run whose first step failed and asks."""
    steps = (script("A", simulate=FAILS), *later)
    world = World(model({"go": Runbook(name="Go", steps=steps, guided_failure="on")}))  # type: ignore[arg-type]
    world.start("go")
    world.run_out()
    return world


def test_proceed_and_abort() -> None:
    """I3: success, or a failure that names who said so."""
    for answer, end, reason in (("proceed", "succeeded", ""), ("abort", "failed", "aborted by ann")):
        world = World(model({"go": [manual("May it?")]}))
        world.start("go")
        world.answer(answer)  # type: ignore[arg-type]
        (ended,) = world.happened(JobEnded)
        assert (ended.state, ended.reason) == (end, reason)


def test_retry_is_another_attempt_at_once() -> None:
    """I7: on the same worker, without the queue."""
    world = asking(script("B"))
    world.now += 100
    world.answer("retry")
    assert len(world.happened(JobRetried)) == 1
    assert [(event.attempt, event.job) for event in world.happened(JobStarted)] == [
        (1, "job-1.1"),
        (2, "job-1.1"),
    ]
    assert not world.happened(RunRequeued)
    world.report("job-1.1")
    world.run_out()
    assert world.steps("run-1") == ["succeeded", "succeeded"]


def test_ignore_goes_on_with_a_warning_that_says_who_ignored_what() -> None:
    """I7, S7: later steps run as after a success."""
    world = asking(script("B"), script("C", condition="failure"))
    world.answer("ignore", "it is only the cache")
    world.run_out()
    assert world.steps("run-1") == ["succeeded-with-warnings", "succeeded", "skipped"]
    run = world.run("run-1")
    assert (run.state, run.warnings) == ("succeeded", ("ann ignored that it failed: exit code 1",))
    assert world.happened(JobEnded)[0].exit_code == 1


def test_fail_fails_the_step_and_conditions_decide_about_the_rest() -> None:
    """I7, S3: as without guidance."""
    world = asking(script("B"), script("C", condition="failure"), script("D", condition="always"))
    world.answer("fail")
    world.run_out()
    assert world.steps("run-1") == ["failed", "skipped", "succeeded", "succeeded"]
    assert world.run("run-1").reason == "step “A” failed: exit code 1"


def test_the_answer_is_read_by_later_steps() -> None:
    """I4, I7: what was said, by whom, and the notes."""
    world = asking(script("B"))
    world.answer("ignore", "it is only the cache")
    output = "Octopus.Action[A].Output.Guidance"
    values = values_for(world.state, world.state.runs["run-1"], 1)
    told = {name: value for name, value in values.items() if name.startswith(output)}
    assert told == {
        f"{output}.Answer": "ignore",
        f"{output}.Notes": "it is only the cache",
        f"{output}.ResponsibleUser.Username": "ann",
    }


def test_the_last_answer_counts() -> None:
    """I7: after a retry that failed, what was said then."""
    world = asking(script("B"))
    world.answer("retry")
    world.run_out()
    world.answer("ignore", "enough")
    values = values_for(world.state, world.state.runs["run-1"], 1)
    assert values["Octopus.Action[A].Output.Guidance.Answer"] == "ignore"
