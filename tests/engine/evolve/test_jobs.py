"""What events of jobs change."""

from octotui.engine.state import ForAnswer, ForChild, ForLock, ForPlace
from octotui.model.process import Simulate
from tests.world import START, World, child, engine, manual, model, packages, script


def test_a_wait_is_data() -> None:
    """L4, R1: for a place, a lock, a child, an answer; each since when."""
    beside = {"start": "with-previous"}
    runbooks = {
        "hold": [script("A", packages=packages("image"))],
        "top": [child("Ask", "ask", wait=True), script("L", **beside), script("P", **beside)],
        "ask": [manual("Ask")],
    }
    world = World(model(runbooks, 1, **engine(max_parallelism=2)))
    world.start("hold")
    world.run_until(1.0)
    world.start("top")
    waits = {name: job.wait for name, job in world.state.jobs.items()}
    now = START + 1.0
    assert waits == {
        "job-1.1": None,
        "job-2.1": ForChild(now, "run-3"),
        "job-2.2": ForLock(now, "worker1", "shared"),
        "job-2.3": ForPlace(now),
        "job-3.1": ForAnswer(now, "question-1"),
    }


def test_a_job_knows_its_times() -> None:
    """R1: queued, started, ended."""
    world = World(model({"go": [script("A", packages=packages("image"))]}, workers=1))
    world.start("go")
    world.start("go")
    world.run_out()
    job = world.past.jobs["job-2.1"]
    assert (job.queued_at - START, (job.started_at or 0) - START, (job.ended_at or 0) - START) == (0, 2, 4)


def test_the_first_failure_is_the_reason_of_a_run() -> None:
    """S3: the others stand at their steps."""
    fails = {"simulate": Simulate(takes=1.0, result="failure"), "start": "with-previous"}
    world = World(model({"go": [script("A", **fails), script("B", **fails)]}))
    world.start("go")
    world.run_out()
    assert world.run("run-1").reason == "step “A” failed: exit code 1"
    assert world.steps("run-1") == ["failed", "failed"]


def test_v1_a_run_warns_of_each_thing_once() -> None:
    world = World(model({"r": [script("One"), script("Two")]}))
    world.start("r")
    world.report("job-1.1", "succeeded", warnings=("there is no variable X", "so it is"))
    world.report("job-1.2", "succeeded", warnings=("there is no variable X",))
    assert world.run("run-1").progress.warnings == ("there is no variable X", "so it is")
