"""W7: no worker is promised to a step after a question."""

from textwrap import dedent

import pytest
from msgspec.structs import replace

from octotui.engine import commands
from octotui.model.process import Step
from octotui.views import why
from tests.scenes import SCENES, Scene, takes
from tests.views.drawn import drawn
from tests.world import World, engine, manual, model, script


def _started(*steps: Step, until: float = 1) -> World:
    world = World(model({"a": list(steps)}))
    world.start("a")
    world.run_until(until)
    return world


def _drawn(world: World) -> str:
    return drawn(Scene(world.state, world.now, world), "run-1")


def test_w7_one_worker_before_a_question_is_not_promised_after_it():
    world = _started(script("One", simulate=takes(5)), manual("Go?"), script("Two"))
    assert (
        _drawn(world)
        == dedent("""
        ▶ run-1 A  executing 1s
        worker1: first in setup
        └ ▶ One  running 1s
        · Go?  pending
        a worker of setup: selected again after “Go?”, now worker1
        └ · Two  pending
    """).strip()
    )
    world.run_until(6)
    assert "\na worker of setup: selected again after “Go?”\n└ · Two" in _drawn(world)  # it leases none


def test_w7_a_run_queued_after_an_answer_has_its_workers_selected_when_it_goes_on():
    books = {"a": [manual("Go?"), script("Two")], "b": [script("Long", simulate=takes(50))]}
    world = World(model(books, **engine(task_cap=1)))
    world.start("a")
    world.start("b")
    world.send(commands.TakeInterruption(interruption="question-1", user="ann"))
    world.send(commands.AnswerInterruption(interruption="question-1", user="ann", answer="proceed"))
    assert world.state.runs["run-1"].state == "queued"
    assert "a worker of setup: selected again when the run goes on" in _drawn(world)


def test_w7_reasons_at_length_say_which_steps_have_another_selection():
    scene = SCENES["lock_wait"]()
    told = dict(why.of_run(scene.state, "run-9", scene.now))["Workers, and why each was selected"]
    assert [line.partition("; for ")[2] for line in told] == [
        "",
        "“Tag the bill” and “Tell everybody” selected again after “Look at the bill”",
    ]


@pytest.mark.parametrize(("condition", "told"), [("always", "after"), ("failure", "if")])
def test_w7_a_question_that_may_not_be_asked_promises_neither(condition: str, told: str):
    asks = replace(manual("Go?"), condition=condition)
    drawing = _drawn(_started(script("One", simulate=takes(5)), asks, script("Two")))
    assert f"selected again {told} “Go?”" in drawing
    assert ("worker1: the same selection · " in drawing) == (told == "if")
