"""What events of questions change."""

from octotui.engine.commands import ReleaseInterruption, TakeInterruption
from octotui.model.process import Simulate
from tests.world import World, manual, model, script


def test_questions_stand_in_the_order_they_were_asked() -> None:
    """I1: for those who answer."""
    world = World(
        model({"go": [script("A", simulate=Simulate(takes=1.0)), manual("Ask")], "ask": [manual("Ask")]})
    )
    world.start("go")
    world.start("ask")
    world.run_out()
    assert [world.state.interruptions[name].run for _, name in world.state.asking] == ["run-2", "run-1"]


def test_i2_one_person_is_responsible_until_the_question_is_free_again() -> None:
    world = World(model({"ask": [manual("Ask")]}))
    world.start("ask")
    world.run_out()
    world.send(TakeInterruption(interruption="question-1", user="ann"))
    assert world.state.interruptions["question-1"].responsible == "ann"
    world.send(ReleaseInterruption(interruption="question-1", user="ann"))
    assert world.state.interruptions["question-1"].responsible is None
