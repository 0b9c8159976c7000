"""The Summary, and the exit code of several runs."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.cli.summary import exit_code, summary
from tests.scenes import SCENES
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
