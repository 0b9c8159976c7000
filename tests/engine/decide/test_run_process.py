"""Steps, groups, conditions, pauses and selecting again."""

import time
from collections.abc import Mapping

import pytest

from octotui.engine import commands
from octotui.engine.events import (
    InterruptionRaised,
    JobQueued,
    JobStarted,
    RunEnded,
    RunPaused,
    RunRequeued,
    RunStarted,
    StepSkipped,
    WorkersSelected,
)
from octotui.model.process import Runbook, Simulate
from octotui.model.space import Value
from tests.world import World, child, engine, manual, model, on_targets, packages, replay, rolling, script

FAILS = Simulate(takes=1.0, result="failure")
SLOW = Simulate(takes=9.0)


def play(*steps: object, answer: str = "proceed", **where: str) -> World:
    """One run of these steps, with every question answered alike."""
    world = World(model({"go": list(steps), "other": [script("O")]}))  # type: ignore[dict-item]
    world.start("go", **where)
    world.run_out()
    while world.state.asking:
        world.answer(answer)  # type: ignore[arg-type]
        world.run_out()
    return world


class TestGroups:
    def test_a_step_starts_after_the_previous_one_or_with_it(self) -> None:
        """S2: A alone, then B and C side by side, then D; on the first step `with-previous` means nothing."""
        together: Mapping[str, str] = {"start": "with-previous"}
        world = play(script("A", **together), script("B"), script("C", **together), script("D"))
        at = {event.job: event.at - world.events[0].at for event in world.happened(JobStarted)}
        assert at == {"job-1.1": 0, "job-1.2": 2, "job-1.3": 2, "job-1.4": 4}

    def test_no_more_jobs_side_by_side_than_places(self) -> None:
        """L5: `max_parallelism`; waiting for a lock keeps the place."""
        steps = [script(name, start="with-previous") for name in "ABCD"]
        world = World(model({"go": steps}, **engine(max_parallelism=2)))
        run = world.run(world.start("go"))
        assert (run.progress.placed, list(run.progress.unplaced)) == (2, [(3, "job-1.3"), (4, "job-1.4")])
        world.run_out()
        assert world.steps("run-1") == ["succeeded"] * 4

    def test_more_places_take_effect_at_once(self) -> None:
        """L5: with the model that says so."""
        runbooks = {"go": [script(name, start="with-previous") for name in "ABCD"]}
        world = World(model(runbooks, **engine(max_parallelism=1)))
        world.start("go")
        world.send(commands.LoadModel(model(runbooks, **engine(max_parallelism=3))))
        assert world.run("run-1").progress.placed == 3

    def test_a_process_without_steps_succeeds(self) -> None:
        """R1."""
        assert play().ends() == {"run-1": "succeeded"}


class TestConditions:
    def test_success_failure_and_always(self) -> None:
        """S3: after a failure."""
        world = play(
            script("A", simulate=FAILS),
            script("B"),
            script("C", condition="failure"),
            script("D", condition="always"),
        )
        assert world.steps("run-1") == ["failed", "skipped", "succeeded", "succeeded"]
        assert world.ends() == {"run-1": "failed"}
        assert world.run("run-1").reason == "step “A” failed: exit code 1"
        assert world.run("run-1").progress.steps[1].reason == "an earlier step failed"

    def test_without_a_failure(self) -> None:
        """S3: a `failure` step is skipped, an `always` one runs."""
        world = play(script("A"), script("C", condition="failure"), script("D", condition="always"))
        assert world.steps("run-1") == ["succeeded", "skipped", "succeeded"]
        assert world.run("run-1").progress.steps[1].reason == "no earlier step failed"

    def test_a_group_is_judged_when_it_starts(self) -> None:
        """S2, S3: the failure of A does not keep B, which started with it, from its end."""
        world = play(script("A", simulate=FAILS), script("B", start="with-previous"), script("C"))
        assert world.steps("run-1") == ["failed", "succeeded", "skipped"]

    def test_what_does_not_apply_is_skipped(self) -> None:
        """S4: disabled, or for other environments."""
        steps = [
            script("A", enabled=False),
            script("B", environments=("staging",)),
            script("C", environments=("test",)),
            manual("D", environments=("staging",)),
        ]
        world = play(*steps, environment="test")
        assert world.steps("run-1") == ["skipped", "skipped", "succeeded", "skipped"]
        reasons = [event.reason for event in world.happened(StepSkipped)]
        assert reasons[:2] == ["it is disabled", "it does not apply to environment test"]

    def test_a_step_for_environments_does_not_apply_to_none(self) -> None:
        """S4."""
        world = play(script("B", environments=("staging",)))
        assert world.run("run-1").progress.steps[0].reason == "it does not apply to environment none"


class TestManual:
    def test_a_run_that_asks_holds_nothing(self) -> None:
        """Q3, W7: no slot, no lease, no lock."""
        world = World(model({"go": [script("A"), manual("Ask"), script("B")]}))
        world.start("go")
        world.run_out()
        run = world.state.runs["run-1"]
        assert (run.state, run.queueing.slot, run.selection.leases, len(world.state.slots)) == (
            "paused",
            False,
            (),
            0,
        )
        assert not world.state.leases
        assert not world.state.locks

    def test_what_runs_beside_it_ends_first(self) -> None:
        """I1: a slow script, an acquisition and a waited-for child of the same group."""
        beside = {"start": "with-previous"}
        steps = [
            manual("Ask"),
            script("Slow", simulate=SLOW, packages=packages("image"), **beside),
            child("Child", "other", wait=True, **beside),
            script("After"),
        ]
        world = World(model({"go": steps, "other": [script("O", simulate=Simulate(takes=20.0))]}))
        world.start("go")
        world.run_out()
        (raised,) = world.happened(InterruptionRaised)
        assert raised.at - world.events[0].at == 22.0
        assert world.steps("run-1") == ["started", "succeeded", "succeeded", "pending"]

    def test_its_condition_is_judged_when_those_have_ended(self) -> None:
        """I1: its neighbour failed, so nobody is asked."""
        world = play(manual("Ask"), script("A", simulate=FAILS, start="with-previous"))
        assert world.steps("run-1") == ["skipped", "failed"]
        assert not world.happened(InterruptionRaised)

    def test_several_of_one_group_ask_together_and_the_last_answer_queues_the_run(self) -> None:
        """I1."""
        world = World(model({"go": [manual("One"), manual("Two", start="with-previous"), script("A")]}))
        world.start("go")
        assert [event.interruption for event in world.happened(InterruptionRaised)] == [
            "question-1",
            "question-2",
        ]
        assert len(world.happened(RunPaused)) == 1
        world.answer()
        assert world.run("run-1").state == "paused"
        assert not world.happened(RunRequeued)
        world.answer()
        assert len(world.happened(RunRequeued)) == 1
        world.run_out()
        assert world.ends() == {"run-1": "succeeded"}

    def test_instructions_are_filled_in(self) -> None:
        """I1, V1: an unknown name stays, and is a warning of the run."""
        world = World(model({"go": [manual("Ask", (), "To #{Octopus.Environment.Name}, #{Who}?")]}))
        world.start("go", environment="test")
        assert world.happened(InterruptionRaised)[0].instructions == "To Test, #{Who}?"
        assert world.run("run-1").progress.warnings == ("there is no variable Who",)

    def test_it_is_queued_anew_at_the_end(self) -> None:
        """Q3, I3: behind a run that waited meanwhile."""
        world = World(model({"ask": [manual("Ask"), script("A")], "go": [script("A")]}, **engine(task_cap=1)))
        for process in ("ask", "go", "go"):
            world.start(process)
        world.answer()
        world.run_out()
        assert [event.run for event in world.happened(RunStarted)] == ["run-1", "run-2", "run-3", "run-1"]


class TestSelectingAgain:
    def test_workers_are_selected_again_and_the_cursor_goes_on(self) -> None:
        """W7: for every step neither started nor skipped."""
        world = play(script("A"), manual("Ask"), script("B"), script("C", enabled=False))
        first, second = world.happened(WorkersSelected)
        assert [(pick.worker, pick.steps) for pick in first.picks] == [("worker1", (0, 2))]
        assert [(pick.worker, pick.steps) for pick in second.picks] == [("worker2", (2,))]
        assert world.workers()["run-1"] == {"A": "worker1", "B": "worker2"}

    def test_a_selection_that_fails_ends_the_run_before_any_further_step(self) -> None:
        """W7: not even `always` steps."""
        world = World(model({"go": [script("A"), manual("Ask"), script("B", condition="always")]}))
        world.start("go")
        world.run_out()
        for number in (1, 2, 3):
            world.send(commands.ReportHealth(f"worker{number}", "unavailable"))
        world.answer()
        assert world.ends() == {"run-1": "failed"}
        assert world.steps("run-1") == ["succeeded", "succeeded", "pending"]

    def test_after_an_abort_failure_and_always_steps_run_once_queued_again(self) -> None:
        """I3, W7."""
        steps = [
            manual("Ask"),
            script("B"),
            script("C", condition="failure"),
            script("D", condition="always"),
        ]
        world = play(*steps, answer="abort")
        assert world.steps("run-1") == ["failed", "skipped", "succeeded", "succeeded"]
        assert len(world.happened(RunRequeued)) == 1
        assert world.ends() == {"run-1": "failed"}
        assert world.run("run-1").reason == "step “Ask” failed: aborted by ann"

    def test_where_nothing_can_run_any_more_it_is_not_queued_again(self) -> None:
        """W7, I3: either way, if anything can still run."""
        world = play(manual("Ask"), script("B"), answer="abort")
        assert not world.happened(RunRequeued)
        assert world.steps("run-1") == ["failed", "skipped"]
        world = play(manual("Ask"))
        assert not world.happened(RunRequeued)
        assert world.ends() == {"run-1": "succeeded"}

    def test_two_manual_steps_one_after_the_other(self) -> None:
        """I3, W7: the second asks after the run was queued again."""
        world = play(manual("One"), manual("Two"), script("A"))
        assert len(world.happened(RunRequeued)) == 2
        assert world.ends() == {"run-1": "succeeded"}


@pytest.mark.parametrize("wait", [True, False])
def test_a_child_is_a_run_of_the_same_family(wait: bool) -> None:
    """S1: with its parent's environment, unless the step says another."""
    steps = [child("Same", "other", wait=wait), child("Other", "other", environment="staging", wait=wait)]
    world = play(*steps, environment="test")
    children = [world.run(name) for name in ("run-2", "run-3")]
    assert [each.request.environment for each in children] == ["test", "staging"]
    assert {each.root for each in children} == {"run-1"}
    assert [each.parent for each in children] == ["job-1.1", "job-1.2"]
    waited = [event.run for event in world.happened(RunEnded)]
    assert waited.index("run-1") == (2 if wait else 0)


def test_acquiring_is_no_step() -> None:
    """P2: its job belongs to none."""
    world = play(script("A", packages=packages("image")))
    assert [event.step for event in world.happened(JobQueued)] == [None, 0]


def test_a_run_without_any_target_left_acquires_nothing_and_ends() -> None:
    """I7, P2, S6: all of them were excluded before the step that needs packages."""
    steps = (on_targets("Deploy", "db"), on_targets("Install", "db", packages=packages("tools")))
    world = World(model({"go": Runbook(name="Go", steps=steps, guided_failure="on")}))
    world.start("go", environment="production")
    world.report("job-1.1", "failed", reason="it is gone")
    world.answer("exclude")
    world.run_out()
    assert world.steps("run-1") == ["succeeded-with-warnings", "skipped"]
    assert world.ends() == {"run-1": "succeeded"}


def test_a_child_step_that_comes_with_nothing_acquires_nothing() -> None:
    """I3, P2, S6: its rolling step is skipped, though its own condition holds."""
    child_step = on_targets("Mend", condition="failure", packages=packages("tools"))
    roll = rolling("Roll", ("web",), child_step)
    world = World(model({"go": [manual("Ask"), roll]}))
    world.start("go")
    world.answer("abort")
    world.run_out()
    assert world.steps("run-1") == ["failed", "skipped", "skipped"]
    assert world.ends() == {"run-1": "failed"}
    assert [event.kind for event in world.happened(JobQueued)] == ["manual"]


DEEP = {f"V{n}": (Value(value=f"#{{V{n + 1}}}" * 10),) for n in range(1, 30)} | {"V30": (Value(value="x"),)}
TOO_MUCH = "the variable V23 in V1 cannot be filled in: this is too much work: "


class TestTextsThatAreTooMuch:
    """V1, S3, I1: a step fails whose condition or instructions are too much to fill in; the run goes on."""

    def test_v1_a_condition_that_is_too_much_fails_its_step(self) -> None:
        steps = [
            script("Much", condition="#{V1}", retries=2),
            script("Mend", condition="#{Octopus.Deployment.Error}"),
            script("Next"),
        ]
        world = World(model({"go": steps}, variables=DEEP))
        world.start("go")
        world.run_out()
        assert world.steps("run-1") == ["failed", "succeeded", "skipped"]
        assert world.ends() == {"run-1": "failed"}
        reason = world.run("run-1").progress.steps[0].reason
        assert reason.startswith(f"its condition cannot be evaluated: {TOO_MUCH}")
        assert [event.job for event in world.happened(JobStarted)] == ["job-1.2"]
        assert replay(world.events) == world.past

    def test_v1_so_do_instructions_that_are_too_much(self) -> None:
        world = World(
            model({"go": [manual("Ask", (), "#{V1}"), script("Mend", condition="failure")]}, variables=DEEP)
        )
        world.start("go")
        world.run_out()
        assert world.steps("run-1") == ["failed", "succeeded"]
        assert (
            world.run("run-1")
            .progress.steps[0]
            .reason.startswith(f"its instructions cannot be filled in: {TOO_MUCH}")
        )
        assert not world.happened(InterruptionRaised)
        assert not world.happened(RunPaused)

    def test_v1_others_of_its_group_are_asked(self) -> None:
        beside = manual("Ask", start="with-previous")
        steps = [manual("Much", condition="#{V1}"), beside, script("After", condition="always")]
        world = World(model({"go": steps}, variables=DEEP))
        world.start("go")
        world.run_out()
        assert world.steps("run-1") == ["failed", "started", "pending"]
        world.answer()
        world.run_out()
        assert world.steps("run-1") == ["failed", "succeeded", "succeeded"]

    def test_v1_many_of_them_do_not_hold_up_a_turn(self) -> None:
        slow = {"Slow": (Value(value="a" * 60 + "!"),)}
        condition = '#{Slow | Match "(a|aa)+$"}'
        steps = [script(f"Much {number}", condition=condition) for number in range(100)]
        world = World(model({"go": [*steps, script("After", condition="always")]}, variables=slow))
        start = time.process_time()
        world.start("go")
        assert time.process_time() - start < 2.0  # in fact 0.2 s; 100 patterns that each search for a second
        world.run_out()
        assert {*world.steps("run-1")[:-1]} == {"failed"}
        assert world.steps("run-1")[-1] == "succeeded"

    def test_v1_a_tag_that_is_too_much_is_the_tag_as_it_was_written(self) -> None:
        world = World(
            model({"go": Runbook(name="Go", concurrency="#{V1}", steps=(script("A"),))}, variables=DEEP)
        )
        world.start("go")
        assert world.state.runs["run-1"].queueing.tag == "#{V1}"
