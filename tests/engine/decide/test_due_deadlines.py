"""Limits, and what happens when they are reached."""

import pytest
from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.events import (
    JobEnded,
    JobStopping,
    RunCancelling,
    RunDue,
    RunQueued,
    RunStarted,
    ScheduleMissed,
)
from octotui.model.process import Runbook, Simulate
from octotui.model.space import Schedule
from tests.engine.shop import release as make_release
from tests.engine.shop import shop
from tests.world import START, World, child, engine, manual, model, packages, script

LONG = Simulate(takes=100.0)


def test_a_job_over_its_time_limit_is_stopped_and_failed() -> None:
    """S5: also where its script ended well after all."""
    world = World(model({"go": [script("A", time_limit=5.0, simulate=LONG)]}))
    world.start("go")
    world.run_until(5)
    assert world.happened(JobStopping)[0].reason == "it exceeded its time limit of 5 s"
    world.report("job-1.1", "succeeded", exit_code=0)
    assert world.run("run-1").reason == "step “A” failed: it exceeded its time limit of 5 s"
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
    assert world.happened(RunCancelling)[0].reason == "run-1 exceeded its time limit"
    assert world.ends() == {"run-1": "failed", "run-2": "cancelled"}


def test_a_run_over_its_time_limit_is_timed_out() -> None:
    """S5: no step of it starts any more."""
    steps = (script("A", simulate=LONG), script("B", condition="always"))
    world = World(model({"go": Runbook(name="Go", time_limit=7.0, steps=steps)}))
    world.start("go")
    world.run_out()
    run = world.run("run-1")
    assert (run.state, run.reason) == ("timed-out", "it exceeded its time limit of 7 s")
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
        "step “A” failed: waited 1 s for the lock of worker1, its wait_limit; held by run-1"
    )
    assert world.ends() == {"run-1": "succeeded", "run-2": "failed", "run-3": "succeeded"}


def test_a_tick_before_its_time_does_nothing() -> None:
    """R2."""
    world = World(model({"go": [script("A", time_limit=5.0)]}))
    world.start("go")
    assert world.send(commands.Tick()) == ()


def test_one_tick_lets_everything_take_effect_that_is_due() -> None:
    """S5: two limits of one moment, in order of time."""
    world = World(model({"go": [script("A", time_limit=5.0, simulate=LONG)]}))
    world.start("go")
    world.now += 1
    world.start("go")
    world.now += 60
    world.send(commands.Tick())
    assert [event.run for event in world.happened(JobStopping)] == ["run-1", "run-2"]


class TestScheduledStarts:
    def test_a_run_waits_for_its_time_and_then_stands_at_the_end_of_the_queue(self) -> None:
        """Q5: with a ticket of that moment; run-3 was queued later, and starts before it."""
        world = World(model({"go": [script("A", simulate=Simulate(takes=4.0))]}, **engine(task_cap=1)))
        world.start("go", not_before=START + 5)
        assert (world.run("run-1").state, world.run("run-1").queueing.not_before) == ("queued", START + 5)
        for _ in range(3):
            world.start("go")
        world.run_out()
        assert [event.at - START for event in world.happened(RunDue)] == [5.0]
        started = [(event.run, event.at - START) for event in world.happened(RunStarted)]
        assert started == [("run-2", 0.0), ("run-3", 4.0), ("run-4", 8.0), ("run-1", 12.0)]

    def test_a_time_that_has_come_is_no_wait(self) -> None:
        """Q5: it is queued at once."""
        world = World(model({"go": [script("A")]}))
        world.start("go", not_before=START)
        assert [event.not_before for event in world.happened(RunQueued)] == [None]
        assert world.happened(RunStarted)

    def test_it_takes_a_tag_only_when_its_time_has_come(self) -> None:
        """Q2, Q5: meanwhile others may have it, and it waits for them then."""
        runbook = Runbook(name="Go", concurrency="db", steps=(script("A", simulate=Simulate(takes=4.0)),))
        world = World(model({"go": runbook}))
        world.start("go", not_before=START + 5)
        world.start("go")
        world.run_until(4.5)
        world.start("go")
        world.run_out()
        started = [(event.run, event.at - START) for event in world.happened(RunStarted)]
        assert started == [("run-2", 0.0), ("run-3", 4.5), ("run-1", 8.5)]

    def test_its_packages_are_those_of_the_moment_it_was_asked_for(self) -> None:
        """P1: as its definition is; versions that are chosen before its time do not start it."""
        world = World(model({"go": [script("A", packages=packages("tools"))]}))
        world.start("go", not_before=START + 5)
        assert world.run("run-1").selection.versions == {"tools": "1.0.0"}
        assert not world.happened(RunStarted)
        world.send(commands.LoadModel(model({"go": [script("B")]})))
        world.run_out()
        assert world.run("run-1").runbook.steps[0].name == "A"
        assert world.ends() == {"run-1": "succeeded"}

    def test_one_that_is_cancelled_never_starts(self) -> None:
        """Q6: nothing falls due for it any more."""
        world = World(model({"go": [script("A")]}))
        world.start("go", not_before=START + 5)
        world.send(commands.CancelRun(run="run-1"))
        assert not world.state.deadlines
        assert world.ends() == {"run-1": "cancelled"}

    def test_one_that_is_moved_to_the_top_still_waits_for_its_time(self) -> None:
        """Q1, Q5: then it is the first."""
        world = World(model({"go": [script("A", simulate=Simulate(takes=4.0))]}, **engine(task_cap=1)))
        world.start("go", not_before=START + 5)
        world.send(commands.MoveToTop(run="run-1"))
        for _ in range(3):
            world.start("go")
        world.run_out()
        assert [event.run for event in world.happened(RunStarted)] == ["run-2", "run-3", "run-1", "run-4"]

    def test_it_is_still_there_when_the_space_is_opened_again(self) -> None:
        """R4: one whose time has come meanwhile starts at once."""
        world = World(model({"go": [script("A")]}))
        world.start("go", not_before=START + 5)
        world.now = START + 50
        world.send(commands.Reopen())
        assert not world.happened(RunStarted)
        world.run_out()
        assert [event.at - START for event in world.happened(RunStarted)] == [50.0]


class TestSchedules:
    def test_a_time_of_a_schedule_is_started_once(self) -> None:
        """Q5: also after the run has left the State; another schedule may have the same time."""
        world = World(model({"go": [script("A")]}))
        world.start("go", schedule="nightly", due=START)
        assert world.run("run-1").request.schedule == "nightly"
        world.run_out()
        for due in (START, START - 10):
            with pytest.raises(commands.Refused, match="nightly has started its run of this time already"):
                world.start("go", schedule="nightly", due=due)
        world.start("go", schedule="hourly", due=START)
        world.start("go", schedule="nightly", due=START + 1)
        assert dict(world.state.schedules.items()) == {"nightly": START + 1, "hourly": START}

    def test_what_it_says_is_started_and_what_is_refused_is_told(self) -> None:
        """Q5: with its variables; the newest release of the channel, once there is one."""
        nightly = Schedule(name="N", cron="0 3 * * *", runbook="go", environment="test", variables={"A": "b"})
        release = Schedule(name="R", cron="0 3 * * *", project="shop", channel="stable", environment="test")
        declared = shop(script("Go"), runbooks={"go": [script("A")]})
        world = World(replace(declared, schedules={"n": nightly, "r": release}))
        world.send(commands.StartDue(schedule="n", due=START))
        queued = world.happened(RunQueued)[0]
        assert (queued.process, queued.environment, queued.variables) == ("go", "test", {"A": "b"})
        assert (queued.schedule, queued.due) == ("n", START)
        world.send(commands.StartDue(schedule="r", due=START))
        assert [each.schedule for each in world.happened(ScheduleMissed)] == ["r"]
        assert "make a release of it" in world.state.missed["r"]
        with pytest.raises(commands.Refused, match="r has started its run of this time already"):
            world.send(commands.StartDue(schedule="r", due=START))
        for _ in range(2):
            make_release(world)
        world.send(commands.StartDue(schedule="r", due=START + 60))
        deployed = world.happened(RunQueued)[1].release
        assert deployed is not None
        assert deployed.version == "0.0.2"
        assert not len(world.state.missed)

    def test_one_that_is_gone_or_not_enabled_is_refused(self) -> None:
        """Q5: nothing changes."""
        off = Schedule(name="N", cron="0 3 * * *", runbook="go", enabled=False)
        world = World(replace(model({"go": [script("A")]}), schedules={"off": off}))
        for slug in ("off", "gone"):
            with pytest.raises(commands.Refused, match=f"there is no schedule {slug}, or it is not enabled"):
                world.send(commands.StartDue(schedule=slug, due=START))
