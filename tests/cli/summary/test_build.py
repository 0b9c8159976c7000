"""What a Summary says of runs, their steps, jobs and machines."""

from pathlib import Path

from octotui.cli.summary import summary
from octotui.engine.state.run_parts import with_progress
from tests.scenes import SCENES, takes
from tests.world import World, child, model, on_targets, replay, script


def test_only_steps_that_ran_have_a_worker_and_only_the_family_is_told() -> None:
    world = World(
        model({"a": [child("Start", "b"), script("Never", condition="failure")], "b": [script("Run")]})
    )
    world.start("b")
    root = world.start("a", environment="test")
    world.run_out()
    told = summary(replay(world.events), root)
    assert [(run["id"], run["parent"], run["workers"]) for run in told["runs"]] == [
        ("run-2", None, {"Start": "worker1"}),
        ("run-3", "run-2", {"Run": "worker2"}),
    ]
    assert told["runs"][0]["environment"] == "test"


def test_v7_files_are_told_with_their_path() -> None:
    state = SCENES["telling"]().state
    (run,) = summary(state, "run-1", lambda *names: Path("/kept", *names))["runs"]
    path = "/kept/run-1/job-1.1/kraken-weight.csv"
    assert run["artifacts"] == (
        {"step": "Measure it", "name": "kraken-weight.csv", "size": 12_600, "path": path},
    )


def test_a_step_on_targets_names_every_machine() -> None:
    world = World(model({"a": [on_targets("Deploy", "web")]}))
    root = world.start("a")
    world.run_out()
    (run,) = summary(replay(world.events), root)["runs"]
    (step,) = run["steps"]
    assert step["machines"] == ("web1", "web2", "web3", "web4")
    assert tuple(job["machine"] for job in step["jobs"]) == step["machines"]
    assert tuple(job["target"] for job in step["jobs"]) == step["machines"]
    assert run["workers"] == {"Deploy": "web4"}


def test_a_failure_says_why_and_how_often_it_was_tried() -> None:
    world = World(model({"a": [script("Poke", retries=1, backoff=5.0, simulate=takes(4, "failure"))]}))
    root = world.start("a")
    world.run_out()
    told = summary(replay(world.events), root)
    (run,) = told["runs"]
    (step,) = run["steps"]
    (job,) = step["jobs"]
    assert (told["exit_code"], run["state"], step["state"]) == (1, "failed", "failed")
    assert "Poke" in run["reason"]
    assert (job["attempt"], len(job["attempts"]), job["exit_code"]) == (2, 1, 1)
    assert job["reason"] == job["attempts"][0]["reason"] != ""
    assert run["queued_at"] <= run["started_at"] <= step["started_at"] < step["ended_at"] <= run["ended_at"]


def test_what_waits_says_for_what_since_when_and_in_words() -> None:
    state = SCENES["lock_wait"]().state
    waits = [
        (job["wait"]["for"], job["wait"]["told"])
        for root in state.families
        for run in summary(state, root)["runs"]
        for each in (*run["steps"], {"jobs": run["acquisitions"]})
        for job in each["jobs"]
        if job["wait"] is not None and job["wait"]["for"] == "worker1"
    ]
    assert waits
    assert all("waits for exclusive use of worker1" in sentence for _, sentence in waits)


def test_a_question_says_who_may_answer_and_who_has_it() -> None:
    state = SCENES["taken"]().state
    (run,) = summary(state, "run-1")["runs"]
    (question,) = run["questions"]
    assert (question["teams"], question["responsible"], question["answer"]) == (("finance",), "ann", None)
    assert run["requester"] == state.runs["run-1"].request.requester
    assert [step["state"] for step in run["steps"]] == ["succeeded", "started", "pending", "pending"]
    assert run["steps"][1]["jobs"][0]["wait"]["for"] == "an answer"


def test_v5_outputs_are_shown_and_of_sensitive_ones_the_names_alone() -> None:
    from msgspec.structs import replace as changed

    world = World(model({"a": [script("Set")]}))
    root = world.start("a")
    world.run_out()
    state = replay(world.events)
    run = with_progress(
        state.runs[root],
        outputs=(("Set", "Colour", "red"), ("Set", "Colour", "blue"), ("Set", "Token", "was plain")),
        target_outputs=(("Set", "web1", "Port", "80"),),
        secret_outputs=(("Set", None, "Token"),),
    )
    (told,) = summary(changed(state, runs=state.runs.insert(root, run)), root)["runs"]
    assert [(each["target"], each["name"], each["value"], each["sensitive"]) for each in told["outputs"]] == [
        (None, "Colour", "blue", False),
        (None, "Token", None, True),
        ("web1", "Port", "80", False),
    ]


def test_e1_e2_e3_estimates_are_told_as_times() -> None:
    """E1 to E4: null where nobody can say."""
    scene = SCENES["estimated"]()
    now = scene.state.at
    (running,) = summary(scene.state, "run-17")["runs"]
    assert running["ends_about"] == running["steps"][0]["jobs"][0]["ends_about"]
    assert running["steps"][0]["jobs"][0]["expected"] == 30.5
    (queued,) = summary(scene.state, "run-18")["runs"]
    assert (queued["wait"]["until"] < queued["ends_about"], queued["wait"]["until"] > now) == (True, True)
    (waiting,) = summary(scene.state, "run-19")["runs"]
    assert waiting["ends_about"] is None
    assert waiting["acquisitions"][0]["wait"]["until"] == running["ends_about"]
