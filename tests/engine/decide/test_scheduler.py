"""What goes on because of an event."""

from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.events import JobEnded, JobStarted, RunEnded, RunResumed
from octotui.model.process import Simulate
from octotui.model.space import Pool
from tests.world import World, child, engine, manual, model, packages, script


def test_a_lock_that_comes_free_lets_in_all_who_may_share_it() -> None:
    """L2: the first in queue, and those behind who can join."""
    world = World(model({"build": [script("B", packages=packages("image"))], "go": [script("A")]}, workers=1))
    for process in ("build", "go", "go", "build", "go"):
        world.start(process)
    world.report("job-1.1")
    assert [event.job for event in world.happened(JobStarted)] == ["job-1.1", "job-2.1", "job-3.1"]


def test_a_run_whose_child_ends_goes_on_once() -> None:
    """Q4: told of its child's end and given its slot in one turn, it ends once."""
    runbooks = {"top": [child("Loose", "long"), child("Go", "go", wait=True)], "go": [manual("Ask")]}
    runbooks["long"] = [script("A", simulate=Simulate(takes=90.0))]
    world = World(model(runbooks))
    world.start("top")
    world.answer()
    assert [event.run for event in world.happened(RunEnded)] == ["run-3", "run-1"]
    assert [event.run for event in world.happened(RunResumed)] == ["run-1"]


def test_it_goes_on_once_where_there_are_steps_left() -> None:
    """Q4: the next step starts once."""
    world = World(model({"top": [child("Go", "go", wait=True), script("B")], "go": [manual("Ask")]}))
    world.start("top")
    world.answer()
    assert [event.job for event in world.happened(JobStarted)] == ["job-1.1", "job-1.2"]


def test_a_parent_waits_for_a_slot_when_its_child_ended() -> None:
    """Q4: while the cap is full, it is first in queue."""
    runbooks = {"top": [child("Ask", "ask", wait=True), script("B")], "ask": [manual("Ask")]}
    runbooks["go"] = [script("A")]
    world = World(model(runbooks, **engine(task_cap=1)))
    world.start("top")
    world.start("go")
    world.start("go")
    world.answer()
    assert world.state.runs["run-1"].queueing.resuming
    world.run_until(2.0)
    assert world.state.runs["run-1"].queueing.slot
    world.run_out()
    assert [event.run for event in world.happened(RunEnded)] == ["run-2", "run-3", "run-1", "run-4"]


def test_a_step_whose_runbook_has_gone_fails() -> None:
    """S1: it was there when the run was queued."""
    world = World(model({"top": [script("A"), child("Go", "go")], "go": []}))
    world.start("top")
    world.send(commands.LoadModel(model({"top": []})))
    world.run_out()
    assert world.run("run-1").reason == "step “Go” failed: runbook go is not in the model any more"


def test_a_runbook_that_starts_itself_comes_to_an_end() -> None:
    """S1: where nothing in between takes time it would go on for ever, in one turn; in circles too."""
    world = World(model({"a": [child("B", "b")], "b": [child("C", "a"), child("Again", "a")]}))
    world.start("a", environment="test")
    assert world.ends() == {"run-1": "succeeded", "run-2": "failed"}
    assert world.run("run-2").reason == (
        "step “C” failed: runbook a would start itself without end: it starts itself again at the same moment"
    )


def test_a_runbook_may_start_itself_again_after_some_work_or_elsewhere() -> None:
    """S1: without waiting; here until somebody cancels it."""
    world = World(model({"a": [script("A"), child("B", "a")]}))
    world.start("a")
    world.run_until(5.0)
    assert world.ends() == {"run-1": "succeeded", "run-2": "succeeded", "run-3": "executing"}
    steps = [child("Next", "promote", environment="staging", environments=("test",))]
    world = World(model({"promote": steps}))
    world.start("promote", environment="test")
    assert world.ends() == {"run-1": "succeeded", "run-2": "succeeded"}


def test_a_yielded_run_starts_nothing_without_a_slot() -> None:
    """Q4, Q1: a model with more places does not let a job of it start before it has its slot again."""
    steps = [child("Ask", "ask", wait=True), script("B", start="with-previous")]
    runbooks = {"top": steps, "ask": [manual("Ask")]}
    world = World(model(runbooks, **engine(max_parallelism=1)))
    world.start("top")
    assert world.state.runs["run-1"].yielded
    world.send(commands.LoadModel(model(runbooks, **engine(max_parallelism=2))))
    assert [event.job for event in world.happened(JobStarted)] == ["job-1.1"]
    world.answer()
    world.run_out()
    assert world.ends() == {"run-1": "succeeded", "run-2": "succeeded"}


def test_two_lost_jobs_of_one_run_give_both_their_locks_back() -> None:
    """R4, L6: while people are asked about them."""
    steps = [script("A"), script("B", start="with-previous", pool="west")]
    declared = model({"go": steps, "late": [script("L", pool="west", packages=packages("i"))]}, workers=1)
    world = World(replace(declared, pools={**declared.pools, "west": Pool(name="West", workers=("west1",))}))
    world.start("go")
    world.start("late")
    for job in ("job-1.1", "job-1.2"):
        world.report(job, "lost")
    assert world.happened(JobStarted)[-1].job == "job-2.1"
    for _ in range(2):
        world.answer("fail")
    assert [event.state for event in world.happened(JobEnded)] == ["lost", "lost"]
