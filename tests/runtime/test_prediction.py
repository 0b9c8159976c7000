"""Predictions: the same core in virtual time, which say the same each time and as the engine's own world."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.cli.summary import lock_waits
from octotui.engine.commands import DestroyMachine, StartRun
from octotui.engine.state import State
from octotui.model.process import Manual, Runbook, Script
from octotui.model.space import Team, Worker
from octotui.model.values import Prompt
from octotui.runtime.prediction import Prediction, predict
from octotui.store.space_folder import SpaceFolder
from tests.leases import HOUR, TAKES, LeaseWorld, hosted
from tests.scenes import takes
from tests.world import START, World, child, engine, manual, model, replay, script


def predicted(declared: object, before: State | None = None, process: str = "a") -> Prediction:
    command = StartRun(process=process, requester="bob")
    folder = SpaceFolder(Path("/nonexistent"), "none")
    return predict(declared, before or State(), command, START, folder)  # type: ignore[arg-type]


FAMILY = model(
    {
        "a": [
            script("First", simulate=takes(60)),
            child("Start", "b", wait=True),
            manual("Ask", ("finance",)),
            script("Last"),
        ],
        "b": [script("Hour", simulate=takes(3600))],
    }
)


def test_a_prediction_is_the_same_each_time() -> None:
    first, second = predicted(FAMILY), predicted(FAMILY)
    assert first.events == second.events
    assert first.state == second.state
    assert first.root == "run-1"
    assert [run.state for _, run in first.state.runs.items()] == ["succeeded", "succeeded"]


def test_time_is_virtual_and_as_the_steps_say() -> None:
    found = predicted(FAMILY)
    run = found.state.runs["run-1"]
    assert run.ended_at is not None
    assert run.ended_at - run.queued_at == pytest.approx(60 + 3600 + 1, abs=0.1)


def test_every_question_is_a_proceed_of_somebody_who_may_answer() -> None:
    answers = [each.responsible for each in predicted(FAMILY).state.interruptions.values()]
    assert answers == ["ann"]
    anyone = model({"a": [manual("One"), manual("Two", ("anyone",))]})
    answers = [each.responsible for each in predicted(anyone).state.interruptions.values()]
    assert answers == ["somebody", "somebody"]


def test_it_goes_on_from_cursors_and_health_and_numbers_but_not_from_open_runs() -> None:
    world = World(model({"a": [script("Run")]}, workers=3, **engine(task_cap=1)))
    world.start("a")
    from octotui.engine.commands import ReportHealth

    world.send(ReportHealth("worker2", "unavailable"))
    found = predicted(world.state.model, world.state)
    assert found.root == "run-2"
    assert [pick.worker for pick in found.state.runs["run-2"].selection.picks] == ["worker3"]
    assert found.state.runs["run-2"].state == "succeeded"
    assert len(found.state.runs) == 1


def test_one_that_fails_while_planning_says_why() -> None:
    from octotui.model.space import Pool

    found = predicted(model({"a": [script("Run")]}, pools={"setup": Pool(name="Setup")}))
    assert found.state.runs["run-1"].state == "failed"
    assert "the pool has no workers" in found.state.runs["run-1"].reason


def test_picks_are_those_of_the_engine_alone() -> None:
    names = ("development", "test", "staging", "production")
    seed = model({"a": [child(each, "b", environment=each) for each in names], "b": [script("Create")]})
    world = World(seed)
    world.start("a")
    world.run_out()
    found = predicted(seed)
    expected = {
        name: [pick.worker for pick in run.selection.picks] for name, run in replay(world.events).runs.items()
    }
    assert {
        name: [pick.worker for pick in run.selection.picks] for name, run in found.state.runs.items()
    } == expected
    again = predicted(seed, world.state)
    assert [pick.worker for pick in again.state.runs["run-6"].selection.picks] == ["worker2"]


def test_what_fails_in_a_guided_run_is_left_to_fail() -> None:
    """I7: a prediction asks nobody."""
    steps = (script("Fail", simulate=takes(1, "failure")), script("Mend", condition="failure"))
    found = predicted(model({"a": Runbook(name="A", steps=steps, guided_failure="on")}))
    assert [each.answer for each in found.state.interruptions.values()] == ["fail"]
    assert [each.state for each in found.state.runs["run-1"].progress.steps] == ["failed", "succeeded"]


def test_v1_what_a_step_will_set_is_no_warning_of_a_prediction() -> None:
    said = "echo #{Octopus.Action[First].Output.Where} #{Nothing}"
    reading = replace(script("Last"), action=Script(body=said))
    found = predicted(model({"a": [script("First"), reading]}))
    assert found.state.runs["run-1"].progress.warnings == ("there is no variable Nothing",)


def test_s3_a_step_whose_condition_reads_an_output_may_run_and_is_waited_for_as_if_it_did() -> None:
    """L4: it takes its time and its lock on the worker that it would have; what is decided stays so."""
    ready = "#{Octopus.Action[First].Output.Ready}"
    may = script("May", condition=ready, simulate=takes(60))
    never = script("Never", condition="#{if Octopus.Deployment.Error}" + ready + "#{/if}")
    beside = script("Beside", start="with-previous")
    workers = {"worker1": Worker(name="worker1", exclusive=True)}
    declared = replace(model({"a": [script("First"), may, beside, never]}, workers=1), workers=workers)
    found = predicted(declared)
    run = found.state.runs["run-1"]
    assert [each.state for each in run.progress.steps] == ["succeeded", "succeeded", "succeeded", "skipped"]
    jobs = {job.step: job for job in found.state.jobs.values()}
    assert {step: job.undecided for step, job in jobs.items()} == {
        0: (),
        1: ("Octopus.Action[First].Output.Ready",),
        2: (),
    }
    assert jobs[1].worker == "worker1"
    assert lock_waits(found.events) == {jobs[2].id: "would wait 1m00s for worker1, behind run-1"}


def test_as_many_people_answer_as_it_takes() -> None:
    """I6: different ones, none of whom started it, with something in every field."""
    fields = {
        "Size": Prompt(kind="select", options=("small", "large")),
        "Key": Prompt(kind="sensitive"),
        "Ticket": Prompt(required=False),
    }
    two = Manual(instructions="x", approvals=2, not_requester=True, fields=fields)
    money = replace(two, teams=("money",))
    steps = [replace(manual("One"), action=two), replace(manual("Two"), action=money)]
    teams = {"money": Team(name="Money", members=("somebody", "bob", "ann", "cem"))}
    found = predicted(model({"a": steps}, teams=teams))
    asked = (found.state.interruptions[name] for name in ("question-1", "question-2"))
    assert [[each.user for each in one.answers] for one in asked] == [
        ["somebody", "somebody 2"],
        ["somebody", "ann"],
    ]
    assert found.state.runs["run-1"].progress.outputs[:2] == (("One", "Size", "small"), ("One", "Ticket", ""))
    assert found.state.runs["run-1"].state == "succeeded"


def test_what_nobody_may_answer_is_left_or_expires() -> None:
    """I6: it does not go on for ever."""
    mine = Manual(instructions="x", teams=("mine",), not_requester=True)
    teams = {"mine": Team(name="Mine", members=("bob",))}
    left = predicted(model({"a": [replace(manual("One"), action=mine), script("B")]}, teams=teams))
    assert left.state.runs["run-1"].state == "paused"
    soon = replace(mine, expires=60.0)
    over = predicted(model({"a": [replace(manual("One"), action=soon), script("B")]}, teams=teams))
    assert over.state.runs["run-1"].reason.endswith("expired: nobody answered within 1m")


@pytest.mark.parametrize(
    ("seconds", "phase"),
    [(1, "requested"), (TAKES + 0.05, "starting"), (5 * TAKES, "ready"), (TAKES + HOUR, "ending")],
)
def test_w12_a_plan_beside_a_lease_in_every_phase(seconds: float, phase: str) -> None:
    """W12: its events follow on the leases that there are."""
    world = LeaseWorld(hosted({"go": [script("Work", simulate=takes(1))]}, idle=HOUR - TAKES))
    world.unbroken = ["busy"] * 99
    world.start("go")
    world.until(seconds)
    assert world.leases == {"lease-1": phase}
    found = predicted(world.state.model, world.state, "go")
    assert lock_waits(found.events, found.first) == {}


def test_w12_a_plan_beside_a_lease_that_drains() -> None:
    world = LeaseWorld(hosted({"go": [script("Work", simulate=takes(9))]}))
    world.start("go")
    world.until(TAKES + 1)
    world.send(DestroyMachine(lease="lease-1"))
    assert world.leases == {"lease-1": "draining"}
    found = predicted(world.state.model, world.state, "go")
    assert lock_waits(found.events, found.first) == {}
