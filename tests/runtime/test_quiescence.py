"""When runs have come as far as they can without people."""

from octotui.engine import commands
from octotui.engine.advance import advance
from octotui.engine.state import in_order
from octotui.model.process import Runbook
from octotui.runtime.quiescence import open_runs, questions, waiting_on_people
from tests.world import World, child, engine, manual, model, packages, script


def left(world: World, root: str) -> bool:
    return waiting_on_people(world.state, open_runs(world.state, root))


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
    world.send(commands.TakeInterruption(interruption="question-1", user="ann"))
    assert left(world, root)
    world.send(commands.AnswerInterruption(interruption="question-1", user="ann", answer="proceed"))
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
    world.send(commands.CancelRun(run=root))
    assert not left(world, root)
    assert [run.state for run in in_order(world.state)] == ["cancelling"]


def test_a_failed_job_that_asks_is_left_to_people_but_not_what_runs_beside_it() -> None:
    """I7: the run is executing meanwhile, and holds its slot."""
    from tests.scenes import takes

    steps = (
        script("Fail", simulate=takes(1, "failure")),
        script("Run", start="with-previous", simulate=takes(5)),
    )
    asks = Runbook(name="A", steps=steps, guided_failure="on")
    world = World(model({"a": asks, "p": [child("Start", "a", wait=True)]}))
    root = world.start("p")
    world.run_until(2)
    assert [each.kind for each in questions(world.state, root)] == ["guided"]
    assert not left(world, root)
    world.run_out()
    assert left(world, root)


def test_one_that_waits_for_a_slot_of_runs_that_ask_is_too() -> None:
    """I7, Q1: also the child of the run that asks."""
    from tests.scenes import takes

    steps = (
        script("Fail", simulate=takes(1, "failure")),
        script("Run", start="with-previous", simulate=takes(5)),
        child("Child", "b", wait=True, start="with-previous"),
    )
    asks = Runbook(name="A", steps=steps, guided_failure="on")
    world = World(model({"a": asks, "b": [script("Run")]}, **engine(task_cap=1)))
    root, other = world.start("a"), world.start("b")
    world.run_until(2)
    assert not left(world, other)
    world.run_out()
    assert [run.state for run in in_order(world.state)] == ["executing", "queued", "queued"]
    assert left(world, root)
    assert left(world, other)
    world.send(commands.CancelRun(run=root))
    assert not left(world, other)


def test_one_whose_packages_are_being_chosen_is_not() -> None:
    """P1: it stands in no line yet."""
    from tests.scenes import takes

    asks = Runbook(name="A", steps=(script("Fail", simulate=takes(1, "failure")),), guided_failure="on")
    needs = [script("Run", packages=packages("tools"))]
    world = World(model({"a": asks, "b": needs}, **engine(task_cap=1)))
    world.start("a")
    world.run_out()
    state, _ = advance(world.state, commands.StartRun(process="b"), world.now)
    assert not waiting_on_people(state, open_runs(state, "run-2"))
    world.start("b")
    assert left(world, "run-2")
