"""When runs have come as far as they can without people."""

from octotui.engine import commands as asked
from octotui.engine.state import in_order
from octotui.model.process import Runbook
from octotui.runtime.finish import only_people_left, open_runs, questions
from tests.world import World, child, engine, manual, model, script


def left(world: World, root: str) -> bool:
    return only_people_left(world.state, open_runs(world.state, root))


def test_a_run_is_open_until_its_family_has_ended() -> None:
    world = World(model({"a": [child("Start", "b"), script("Run")], "b": [script("Run"), script("More")]}))
    root = world.start("a")
    assert [run.id for run in open_runs(world.state, root)] == ["run-1", "run-2"]
    world.run_out()
    assert open_runs(world.state, root) == []
    assert open_runs(world.state, "run-99") == []
    assert left(world, root)


def test_one_that_works_is_not_left_to_people() -> None:
    world = World(model({"a": [script("Run"), manual("Ask")]}))
    root = world.start("a")
    assert not left(world, root)
    world.run_out()
    assert left(world, root)
    assert [each.id for each in questions(world.state, root)] == ["question-1"]
    world.send(asked.TakeInterruption(interruption="question-1", user="ann"))
    assert left(world, root)
    world.send(asked.AnswerInterruption(interruption="question-1", user="ann", answer="proceed"))
    assert questions(world.state, root) == []


def test_one_that_waits_for_a_child_that_asks_is() -> None:
    world = World(model({"a": [child("Start", "b", wait=True)], "b": [manual("Ask")]}))
    root = world.start("a")
    assert left(world, root)


def test_one_beside_it_that_still_runs_is_not() -> None:
    steps = [child("Start", "b", wait=True), script("Run", start="with-previous")]
    world = World(model({"a": steps, "b": [manual("Ask")]}))
    root = world.start("a")
    assert not left(world, root)
    world.run_out()
    assert left(world, root)


def test_a_job_without_a_place_goes_on_only_after_one_that_waits_for_people() -> None:
    steps = [child("One", "b", wait=True), script("Two", start="with-previous")]
    world = World(model({"a": steps, "b": [manual("Ask")]}, **engine(max_parallelism=1)))
    root = world.start("a")
    world.run_out()
    assert left(world, root)


def test_one_behind_the_tag_of_a_run_that_asks_is_too() -> None:
    asking = Runbook(name="A", concurrency="t", steps=(manual("Ask", block_concurrent=True),))
    world = World(model({"a": asking, "p": [child("Start", "a", wait=True)]}))
    world.start("a")
    second, third = world.start("a"), world.start("p")
    assert left(world, second)
    assert left(world, third)
    assert [each.run for each in questions(world.state, second)] == []


def test_one_that_waits_for_a_retry_or_is_queued_for_a_slot_is_not() -> None:
    from tests.scenes import takes

    world = World(model({"a": [script("Run", retries=1, backoff=60.0, simulate=takes(1, "failure"))]}))
    root = world.start("a")
    world.run_until(2)
    assert not left(world, root)
    world = World(model({"a": [script("Run")]}, **engine(task_cap=1)))
    world.start("a")
    assert not left(world, world.start("a"))


def test_one_that_is_being_ended_is_not() -> None:
    world = World(model({"a": [script("Run")]}))
    root = world.start("a")
    world.send(asked.CancelRun(run=root))
    assert not left(world, root)
    assert [run.state for run in in_order(world.state)] == ["cancelling"]
