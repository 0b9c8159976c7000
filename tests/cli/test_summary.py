"""The Summary, and the exit code of several runs."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.cli.summary import exit_code, lock_waits, summary
from tests.scenes import SCENES, takes
from tests.world import World, child, model, replay, script


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


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        ("succeeded succeeded", 0),
        ("succeeded failed", 1),
        ("timed-out paused", 1),
        ("cancelled failed", 1),
        ("cancelled paused", 5),
        ("paused succeeded", 4),
        ("queued succeeded", 4),
    ],
)
def test_of_several_runs_the_worst_decides(ends: str, code: int) -> None:
    world = World(model({"a": [child("Start", "b")], "b": [script("Run")]}))
    root = world.start("a")
    world.run_out()
    state = replay(world.events)
    runs = state.runs
    for name, end in zip(("run-1", "run-2"), ends.split(), strict=True):
        runs = runs.insert(name, replace(runs[name], state=end))  # type: ignore[arg-type]
    assert exit_code(replace(state, runs=runs), root) == code


def test_v7_files_are_told_with_their_path() -> None:
    state = SCENES["telling"]().state
    (run,) = summary(state, "run-1", lambda *names: Path("/kept", *names))["runs"]
    path = "/kept/run-1/job-1.1/kraken-weight.csv"
    assert run["artifacts"] == [
        {"step": "Measure it", "name": "kraken-weight.csv", "size": 12_600, "path": path}
    ]


def test_only_those_who_waited_are_told_and_whom_they_waited_for() -> None:
    steps = [script("Run", simulate=takes(30))]
    world = World(model({"a": steps}, workers=1, **alone()))
    for _ in range(3):
        world.start("a")
    world.run_out()
    assert lock_waits(world.events) == {
        "job-2.1": "waited 00:30 for worker1, behind run-1",
        "job-3.1": "waited 01:00 for worker1, behind run-1 and run-2",
    }


def alone() -> dict[str, object]:
    from octotui.model.space import Pool

    return {"pools": {"setup": Pool(name="Setup", workers=("worker1",), exclusive=True)}}
