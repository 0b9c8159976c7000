"""What events of runs change."""

from octotui.engine import commands
from octotui.engine.events import RunQueued, WorkersSelected
from octotui.model.process import Runbook, Simulate
from tests.world import World, child, engine, manual, model, replay, script


def test_a_family_is_a_run_and_all_it_started() -> None:
    """R5: it leaves the State as a whole when its last run ends."""
    runbooks = {
        "top": [child("Go", "go"), child("Long", "long")],
        "go": [script("A")],
        "long": [script("A", simulate=Simulate(takes=20.0))],
    }
    world = World(model(runbooks))
    world.start("top")
    world.run_until(5)
    assert tuple(world.state.families["run-1"].runs) == ("run-1", "run-2", "run-3")
    assert world.state.families["run-1"].open == 1
    assert sorted(world.state.runs) == ["run-1", "run-2", "run-3"]
    world.run_out()
    for left in (world.state.runs, world.state.jobs, world.state.families):
        assert not left


def test_a_familys_own_events_tell_the_same_story() -> None:
    """R4: folded alone, with the numbers and tickets of the whole space."""
    world = World(model({"go": [child("A", "other", wait=True)], "other": [script("O")]}))
    for _ in range(3):
        world.start("go")
    world.run_out()
    roots = {event.run: event.root for event in world.happened(RunQueued)}
    own = [event for event in world.events if roots.get(getattr(event, "run", ""), "run-3") == "run-3"]
    alone, whole = replay(own), world.past
    assert tuple(whole.families["run-3"].runs) == ("run-3", "run-4")
    assert [alone.runs[name] for name in ("run-3", "run-4")] == [
        whole.runs[name] for name in ("run-3", "run-4")
    ]


def test_open_runs_keep_their_own_definition() -> None:
    """R4: a new model is for runs that come."""
    world = World(model({"go": [script("A"), script("B")]}))
    world.start("go")
    world.send(commands.LoadModel(model({"go": [script("C")]})))
    world.run_out()
    world.start("go")
    assert [step.name for step in world.run("run-1").runbook.steps] == ["A", "B"]
    assert world.steps("run-1") == ["succeeded", "succeeded"]
    assert [step.name for step in world.run("run-2").runbook.steps] == ["C"]


def test_a_worker_leased_twice_by_one_run_is_leased_once() -> None:
    """W9: two keys that picked the same worker."""
    steps = [script("A"), script("B", container="alpine"), manual("Ask")]
    world = World(model({"go": steps}, workers=1))
    world.start("go")
    assert len(world.run("run-1").selection.picks) == 2
    assert list(world.state.leases["worker1"]) == [(1, "run-1")]
    world.run_out()
    assert "worker1" not in world.state.leases


def test_the_clock_of_a_run_stands_while_it_is_paused() -> None:
    """S5, Q3."""
    world = World(model({"go": Runbook(name="Go", time_limit=99.0, steps=(script("A"), manual("Ask")))}))
    world.start("go")
    world.run_out()
    run = world.state.runs["run-1"]
    assert (run.spent, run.executing_since, run.deadline) == (2.0, None, None)


def test_a_run_that_ended_keeps_nothing() -> None:
    """W7, Q3: also where it ended with slot, lease and tag in hand."""
    world = World(
        model({"go": Runbook(name="Go", concurrency="db", steps=(script("A"),))}, **engine(task_cap=1))
    )
    world.start("go")
    world.run_out()
    run = world.run("run-1")
    assert (run.queueing.slot, run.selection.leases, run.queueing.holds_tag, run.executing_since) == (
        False,
        (),
        False,
        None,
    )
    assert not world.state.tags
    assert len(world.happened(WorkersSelected)) == 1
