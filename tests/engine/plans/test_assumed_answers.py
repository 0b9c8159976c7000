"""The answers that plans take for given."""

from octotui.engine.plans.assumed_answers import assumed_answer, assumed_values, valid_value
from octotui.engine.rules.start_prompts import RequiredPrompt
from octotui.model.values import HIDDEN, Prompt
from tests import scenes


def test_i6_an_approval_is_by_one_who_may_give_it_with_valid_values():
    """I6: not by who started the run, and with all that is asked for."""
    world = scenes.several().world
    question = world.state.interruptions["question-1"]
    answers = assumed_answer(world.state, question)
    assert answers is not None
    for each in answers:
        world.send(each)
    assert answers[1].answer == "proceed"
    assert answers[1].values == {"Ticket": "Ticket", "Token": HIDDEN}


def test_values_are_valid():
    chosen = Prompt(kind="select", options=("small", "large"))
    assert valid_value("Size", chosen) == "small"
    asked = (RequiredPrompt("Size", chosen), RequiredPrompt("Note", Prompt(required=False)))
    assert assumed_values(asked) == {"Size": "small"}
