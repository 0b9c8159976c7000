"""How an ended run stands while what it started goes on."""

from octotui.engine.evolve.evolve import replay
from octotui.views.lists.whole_run import whole_run
from tests.scenes import takes
from tests.world import START, World, child, model, script

MODEL = model(
    {
        "start": [child("Start it", "go", wait=False)],
        "go": [script("Go on", simulate=takes(60))],
        "break": [child("Break it", "fail", wait=False)],
        "fail": [script("Fail", simulate=takes(5, "failure"))],
    }
)


def stands(process: str, seconds: float) -> tuple[str, str, str]:
    world = World(MODEL)
    world.start(process)
    world.run_until(seconds)
    whole = whole_run(world.state, world.state.runs["run-1"], START + seconds)
    return whole.mark.word, whole.time, whole.own


def test_what_was_started_and_executes_counts():
    assert stands("start", 20) == ("executing", "20s", "succeeded")
    whole = World(MODEL)
    whole.start("start")
    whole.run_until(20)
    assert whole_run(whole.state, whole.state.runs["run-1"], START + 20).when.startswith("since ")


def test_one_that_was_started_and_failed_counts():
    """Looked at after all have left the State."""
    world = World(MODEL)
    world.start("break")
    world.run_out()
    family = replay(world.events)
    whole = whole_run(family, family.runs["run-1"], START + 900)
    assert (whole.mark.word, whole.time, whole.own) == ("failed", "5s", "succeeded")
    assert " to " in whole.when


def test_a_run_that_is_open_stands_for_itself():
    world = World(
        model({"all": [child("Wait for it", "go", wait=True)], "go": [script("Go on", simulate=takes(60))]})
    )
    world.start("all")
    world.run_until(20)
    whole = whole_run(world.state, world.state.runs["run-1"], START + 20)
    assert (whole.mark.word, whole.time, whole.own) == ("executing", "20s", "")


def test_one_that_started_nothing_stands_for_itself():
    assert stands("go", 20) == ("executing", "20s", "")
