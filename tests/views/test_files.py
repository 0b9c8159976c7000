from pathlib import Path

from octotui.engine.state import Artifact
from octotui.views import files
from tests.scenes import SCENES
from tests.world import World, child, model, replay, script


def test_v7_files_are_listed_with_size_and_path_by_job():
    state = SCENES["telling"]().state
    assert files.of_run(state, "run-1", lambda *names: Path("/kept", *names)) == [
        ("run-1 Measure it", ["kraken-weight.csv 12 KiB  /kept/run-1/job-1.1/kraken-weight.csv"])
    ]
    assert files.of_run(state, "run-9", Path) == []


def test_v7_those_of_child_runs_too():
    world = World(model({"a": [child("Start", "b", wait=True)], "b": [script("Run")]}))
    world.start("a")
    world.report("job-2.1", artifacts=(Artifact("x", 5),))
    world.run_out()
    assert [head for head, _ in files.of_run(replay(world.events), "run-1", Path)] == ["run-2 Run"]


def test_v7_files_have_rows_below_their_job():
    state = SCENES["telling"]().state
    above, row = files.rows(state, "run-1")
    assert (above.name, above.head, above.job) == ("", "run-1 Measure it", "job-1.1")
    assert (row.name, row.run, row.job) == ("kraken-weight.csv", "run-1", "job-1.1")
    assert above.key != row.key
    assert [*files.rows(state, "run-9")] == []
