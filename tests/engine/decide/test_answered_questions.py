"""What follows from answers."""

from octotui.engine.events import (
    InterruptionRaised,
    JobEnded,
    JobRetried,
    JobStarted,
    RunRequeued,
    TargetExcluded,
)
from octotui.engine.evolve.evolve import evolve
from octotui.engine.rules.variable_context import values_for
from octotui.engine.state import State
from octotui.model.process import Runbook, Simulate, Step
from tests.world import World, manual, model, on_targets, rolling, script

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
    assert (run.state, run.progress.warnings) == ("succeeded", ("ann ignored the failure: exit code 1",))
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


def on_web(*later: Step, **more: object) -> World:
    """A run whose first step failed on web1 of four targets, two at a time, and asks."""
    steps = (on_targets("Deploy", "web", window=2, **more), *later)
    world = World(model({"go": Runbook(name="Go", steps=steps, guided_failure="on")}))
    world.start("go")
    world.report("job-1.1", "failed", reason="disk full")
    return world


def test_exclude_goes_on_without_a_target() -> None:
    """I7, S6: its job is cancelled, later steps leave it out, and the run does not fail for it."""
    world = on_web(on_targets("Test", "web"), script("C", condition="failure"))
    (raised,) = world.happened(InterruptionRaised)
    assert raised.choices == ("retry", "ignore", "fail", "exclude")
    assert world.state.runs["run-1"].progress.steps[0].open == 2
    world.answer("exclude", "it is old")
    world.run_out()
    (excluded,) = world.happened(TargetExcluded)
    reason = "ann excluded web1: disk full"
    assert (excluded.target, excluded.by, excluded.reason) == ("web1", "ann", reason)
    past, run = world.past, world.run("run-1")
    assert (past.jobs["job-1.1"].state, past.jobs["job-1.1"].reason) == ("cancelled", reason)
    assert [past.jobs[name].target for name in run.progress.steps[1].jobs] == ["web2", "web3", "web4"]
    assert world.steps("run-1") == ["succeeded-with-warnings", "succeeded", "skipped"]
    assert (run.state, run.progress.failed, run.selection.excluded) == ("succeeded", False, ("web1",))


def test_a_window_waits_for_a_target_that_asks() -> None:
    """I7, S6: it is as many at a time as before; the others go on."""
    world = on_web()
    world.run_out()
    jobs = [world.state.jobs[name] for name in world.state.runs["run-1"].progress.steps[0].jobs]
    assert [(job.target, job.state) for job in jobs] == [
        ("web1", "asking"),
        ("web2", "succeeded"),
        ("web3", "succeeded"),
        ("web4", "succeeded"),
    ]
    assert max_at_once(world) == 2
    world.answer("ignore")
    world.run_out()
    assert world.ends() == {"run-1": "succeeded"}


def max_at_once(world: World) -> int:
    """How many jobs of the first step were open at a time."""
    state, most = State(keep_ended=True), 0
    for event in world.events:
        state = evolve(state, event)
        most = max(most, state.runs["run-1"].progress.steps[0].open if "run-1" in state.runs else 0)
    return most


def test_child_steps_leave_an_excluded_target_too() -> None:
    """I7, S6: the next target is up."""
    roll = rolling("Roll", ("web",), on_targets("Stop"), on_targets("Start"), window=1)
    world = World(model({"go": Runbook(name="Go", steps=(roll,), guided_failure="on")}))
    world.start("go")
    world.report("job-1.1", "failed", reason="it hangs")
    world.answer("exclude")
    world.run_out()
    past = world.past
    stopped, started = (
        [past.jobs[name].target for name in past.runs["run-1"].progress.steps[at].jobs] for at in (1, 2)
    )
    assert stopped == ["web1", "web2", "web3", "web4"]
    assert started == ["web2", "web3", "web4"]
    assert world.ends() == {"run-1": "succeeded"}


def test_a_required_step_offers_neither_ignore_nor_exclude() -> None:
    """I7, S4: on a target or not."""
    for step in (on_targets("Deploy", "web", required=True), script("A", required=True)):
        world = World(model({"go": Runbook(name="Go", steps=(step,), guided_failure="on")}))
        world.start("go")
        world.report("job-1.1", "failed")
        assert world.happened(InterruptionRaised)[0].choices == ("retry", "fail")


def test_an_answer_about_a_target_is_read_by_its_name_too() -> None:
    """I4, I7: as output variables of targets are."""
    world = on_web()
    world.answer("retry", "again")
    values = values_for(world.state, world.state.runs["run-1"])
    assert values["Octopus.Action[Deploy].Output[Web 1].Guidance.Answer"] == "retry"
    assert values["Octopus.Action[Deploy].Output.Guidance.Notes"] == "again"
