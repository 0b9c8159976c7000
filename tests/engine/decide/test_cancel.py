"""Ending a run before its time."""

from octotui.engine import commands
from octotui.engine.events import (
    InterruptionClosed,
    JobEnded,
    JobQueued,
    JobStarted,
    JobStopping,
    RunCancelling,
    RunEnded,
)
from octotui.model.process import Simulate
from octotui.model.space import Pool
from tests.world import World, child, engine, manual, model, packages, script

LONG = Simulate(takes=100.0)


def test_a_queued_run_leaves_its_line() -> None:
    """Q6: it ends at once, and says who cancelled it."""
    world = World(model({"go": [script("A")]}, **engine(task_cap=1)))
    world.start("go")
    world.start("go")
    world.send(commands.CancelRun(run="run-2", by="ann"))
    assert world.run("run-2").state == "cancelled"
    assert world.run("run-2").reason == "cancelled by ann"
    assert not list(world.state.ready)


def test_a_running_job_is_stopped_and_keeps_its_lock_until_it_is_gone() -> None:
    """Q6, S5: `cancelling` keeps slot, lease and lock until the executor reports."""
    world = World(model({"go": [script("A", simulate=LONG), script("B", condition="always")]}, workers=1))
    world.start("go")
    events = world.send(commands.CancelRun(run="run-1"))
    assert [type(event) for event in events] == [RunCancelling, JobStopping]
    run = world.state.runs["run-1"]
    assert (run.state, run.queueing.slot, bool(run.selection.leases)) == ("cancelling", True, True)
    assert len(world.state.locks["worker1"].holders) == 1
    world.run_out()
    assert world.run("run-1").state == "cancelled"
    assert world.steps("run-1") == ["cancelled", "pending"], "not even `always` steps start"


def test_what_is_reported_after_a_cancel_is_a_cancelled_job() -> None:
    """Q6: a script that came to its end in the same moment does not let the run go on."""
    world = World(model({"go": [script("A", simulate=LONG, retries=3)]}))
    world.start("go")
    world.send(commands.CancelRun(run="run-1"))
    world.report("job-1.1", "failed", exit_code=1)
    assert world.run("run-1").state == "cancelled"
    assert world.steps("run-1") == ["cancelled"]


def test_questions_close() -> None:
    """Q6: needs no answer any more."""
    steps = [manual("One"), manual("Two", start="with-previous")]
    world = World(model({"go": steps}))
    world.start("go")
    world.send(commands.CancelRun(run="run-1"))
    assert [event.interruption for event in world.happened(InterruptionClosed)] == [
        "question-1",
        "question-2",
    ]
    assert not list(world.state.asking)
    assert world.run("run-1").state == "cancelled"


def test_an_answered_question_stays_answered() -> None:
    """Q6, I5: only the open one closes."""
    steps = [manual("One"), manual("Two", start="with-previous")]
    world = World(model({"go": steps}))
    world.start("go")
    world.answer()
    world.send(commands.CancelRun(run="run-1"))
    assert [event.interruption for event in world.happened(InterruptionClosed)] == ["question-2"]
    assert world.steps("run-1") == ["succeeded", "cancelled"]


def test_children_that_are_waited_for_are_cancelled_and_others_are_not() -> None:
    """Q6: down to the grandchildren."""
    runbooks = {
        "top": [child("Loose", "go"), child("Middle", "middle", wait=True)],
        "middle": [child("Go", "go", wait=True)],
        "go": [script("A", simulate=LONG)],
    }
    world = World(model(runbooks))
    world.start("top")
    world.send(commands.CancelRun(run="run-1", by="ann"))
    assert {event.run for event in world.happened(RunCancelling)} == {"run-1", "run-3", "run-4"}
    world.run_until(5)
    assert world.ends() == {
        "run-1": "cancelled",
        "run-2": "executing",
        "run-3": "cancelled",
        "run-4": "cancelled",
    }
    assert world.run("run-4").reason == "its parent run-3 was ended"


def test_all_that_waits_is_given_up() -> None:
    """Q6, L6: children side by side, a lock's queue, the next try, a person."""
    steps = [
        child("First", "go", wait=True),
        child("Second", "go", wait=True, start="with-previous"),
        script("Locked", start="with-previous", pool="alone"),
        script(
            "Flaky",
            start="with-previous",
            pool="free",
            simulate=Simulate(result="failure"),
            retries=1,
            backoff=500.0,
        ),
        script("Guided", start="with-previous", pool="free", simulate=Simulate(result="failure")),
    ]
    runbooks = {
        "hold": [script("A", pool="alone", simulate=LONG)],
        "top": steps,
        "go": [script("A", pool="free", simulate=LONG)],
    }
    alone = Pool(name="Alone", workers=("worker1",), exclusive=True)
    free = Pool(name="Free", workers=("worker2",))
    setup = Pool(name="Setup", workers=("worker1", "worker2"))
    world = World(model(runbooks, 2, pools={"setup": setup, "alone": alone, "free": free}))
    world.start("hold")
    world.start("top", guided=True)
    world.run_until(10)
    open_before = [world.state.jobs[name] for _, name in world.state.runs["run-2"].progress.open]
    assert len({type(each.wait) for each in open_before}) >= 3
    before = len(world.events)
    world.send(commands.CancelRun(run="run-2", by="ann"))
    began = [event for event in world.events[before:] if isinstance(event, JobStarted | JobQueued)]
    assert began == []
    world.run_until(20)
    assert world.ends() == {
        "run-1": "executing",
        "run-2": "cancelled",
        "run-3": "cancelled",
        "run-4": "cancelled",
    }
    assert not list(world.state.asking)
    assert not [job for job in world.state.jobs.values() if job.run != "run-1"]


def test_a_question_that_was_answered_before_its_job_waits_again_is_not_closed_too() -> None:
    """Q6, I5: a failed job was let try again, and waits for that."""
    failing = script("Build", simulate=Simulate(result="failure"), pool="alone")
    runbooks = {"go": [failing], "hold": [script("A", pool="alone", simulate=LONG)]}
    world = World(model(runbooks, workers=1))
    alone = Pool(name="Alone", workers=("worker1",), exclusive=True)
    world.send(commands.LoadModel(model(runbooks, 1, pools={**world.state.model.pools, "alone": alone})))
    world.start("go", guided=True)
    world.run_until(2)
    world.start("hold")
    world.answer("retry")
    world.send(commands.CancelRun(run="run-1", by="ann"))
    assert world.happened(InterruptionClosed) == []
    assert world.run("run-1").state == "cancelled"


def test_nothing_of_a_cancelled_family_starts_on_what_it_gave_back() -> None:
    """Q6: the parent's waiting script leaves the lock's line; its child, behind it there, gets nothing."""
    parent = [
        child("Go", "go", wait=True),
        script("Build", start="with-previous", pool="alone"),
    ]
    runbooks = {
        "hold": [script("A", simulate=LONG)],
        "top": parent,
        "go": [script("A", packages=packages("image"))],
    }
    world = World(model(runbooks, workers=1))
    alone = Pool(name="Alone", workers=("worker1",), exclusive=True)
    world.send(commands.LoadModel(model(runbooks, 1, pools={**world.state.model.pools, "alone": alone})))
    world.start("hold")
    world.start("top")
    world.start("hold")
    waiting = [job.id for job in world.state.jobs.values() if job.state == "waiting" and job.mode]
    assert sorted(waiting) == ["job-2.2", "job-3.1", "job-4.1"]
    before = len(world.events)
    world.send(commands.CancelRun(run="run-2"))
    late = [event.run for event in world.events[before:] if isinstance(event, JobStarted | JobQueued)]
    assert late == ["run-4"]
    assert {event.run for event in world.happened(RunEnded)} == {"run-2", "run-3"}


def test_a_run_that_is_being_ended_stops_no_job_twice() -> None:
    """Q6, S5: a job whose time limit was over is being stopped already."""
    world = World(model({"go": [script("A", simulate=LONG, time_limit=1.0)]}))
    world.start("go")
    world.now += 1.0
    world.send(commands.Tick())
    world.send(commands.CancelRun(run="run-1"))
    assert len(world.happened(JobStopping)) == 1
    world.run_out()
    assert world.run("run-1").state == "cancelled"
    assert [event.state for event in world.happened(JobEnded)] == ["cancelled"]
