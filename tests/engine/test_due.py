"""Limits, and what happens when they are reached."""

from octotui.engine import commands as asked
from octotui.engine.events import JobEnded, JobStopping, RunCancelling
from octotui.model.process import Runbook, Simulate
from tests.world import START, World, child, manual, model, packages, script

LONG = Simulate(takes=100.0)


def test_a_job_over_its_time_limit_is_stopped_and_failed() -> None:
    """S5: also where its script ended well after all."""
    world = World(model({"go": [script("A", time_limit=5.0, simulate=LONG)]}))
    world.start("go")
    world.run_until(5)
    assert world.happened(JobStopping)[0].reason == "its time limit of 5 s is over"
    world.report("job-1.1", "succeeded", exit_code=0)
    assert world.run("run-1").reason == "step “A” failed: its time limit of 5 s is over"
    assert world.happened(JobEnded)[0].state == "failed"


def test_a_time_limit_counts_for_each_attempt() -> None:
    """S5: and only while it runs."""
    world = World(model({"go": [script("A", time_limit=5.0, retries=1, backoff=30.0, simulate=LONG)]}))
    world.start("go")
    world.run_out()
    assert [event.at - START for event in world.happened(JobStopping)] == [5.0, 40.5]


def test_the_time_limit_of_a_step_that_waits_for_a_run_ends_that_run() -> None:
    """S5, Q6."""
    world = World(
        model({"top": [child("Go", "go", wait=True, time_limit=5.0)], "go": [script("A", simulate=LONG)]})
    )
    world.start("top")
    world.run_out()
    assert world.happened(RunCancelling)[0].reason == "the time limit of run-1 is over"
    assert world.ends() == {"run-1": "failed", "run-2": "cancelled"}


def test_a_run_over_its_time_limit_is_timed_out() -> None:
    """S5: no step of it starts any more."""
    steps = (script("A", simulate=LONG), script("B", condition="always"))
    world = World(model({"go": Runbook(name="Go", time_limit=7.0, steps=steps)}))
    world.start("go")
    world.run_out()
    run = world.run("run-1")
    assert (run.state, run.reason) == ("timed-out", "its time limit of 7 s is over")
    assert world.steps("run-1") == ["cancelled", "pending"]


def test_the_time_people_take_does_not_count() -> None:
    """S5, Q3: 4 of 7 seconds were used up before the question."""
    steps = (script("A", simulate=Simulate(takes=4.0)), manual("Ask"), script("B", simulate=LONG))
    world = World(model({"go": Runbook(name="Go", time_limit=7.0, steps=steps)}))
    world.start("go")
    world.run_until(50)
    assert world.run("run-1").state == "paused"
    world.answer()
    world.run_out()
    (cancelling,) = world.happened(RunCancelling)
    assert cancelling.at - START == 53.0


def test_a_wait_for_a_lock_has_a_limit() -> None:
    """L6, L4: the job fails, and says who had the lock."""
    runbooks = {
        "hold": [script("A", packages=packages("image"))],
        "go": [script("A", wait_limit=1.0)],
        "late": [script("A", wait_limit=3.0)],
    }
    world = World(model(runbooks, workers=1))
    for process in ("hold", "go", "late"):
        world.start(process)
    world.run_out()
    assert world.run("run-2").reason == (
        "step “A” failed: waited 1 s for the lock of worker1, all its wait_limit allows; run-1 had it"
    )
    assert world.ends() == {"run-1": "succeeded", "run-2": "failed", "run-3": "succeeded"}


def test_a_tick_before_its_time_does_nothing() -> None:
    """R2."""
    world = World(model({"go": [script("A", time_limit=5.0)]}))
    world.start("go")
    assert world.send(asked.Tick()) == ()


def test_one_tick_lets_everything_take_effect_that_is_due() -> None:
    """S5: two limits of one moment, in order of time."""
    world = World(model({"go": [script("A", time_limit=5.0, simulate=LONG)]}))
    world.start("go")
    world.now += 1
    world.start("go")
    world.now += 60
    world.send(asked.Tick())
    assert [event.run for event in world.happened(JobStopping)] == ["run-1", "run-2"]
