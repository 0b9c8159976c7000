"""Typed fields of a question."""

from octotui.engine.rules.answer_fields import fields_of, fill_in, problems_in
from octotui.model.process import Manual
from octotui.model.values import Prompt

MANUAL = Manual(
    instructions="x",
    fields={
        "Size": Prompt(label="How large?", kind="select", options=("small", "large"), default="small"),
        "Sure": Prompt(kind="checkbox"),
        "Ticket": Prompt(),
        "Key": Prompt(kind="sensitive"),
    },
)


def test_every_field_has_a_value() -> None:
    """I6, V5: what was said in any case of its name, or its default; sensitive ones apart."""
    given = fill_in(MANUAL, {"sure": "true", "Ticket": "CHG-7", "Key": "hunter22"})
    assert given.variables == {"Size": "small", "Sure": "True", "Ticket": "CHG-7"}
    assert given.secrets == {"Key": "hunter22"}
    assert fill_in(MANUAL, {}).variables == {"Size": "small", "Sure": "False", "Ticket": "", "Key": ""}


def test_problems_are_sentences_that_begin_with_the_field() -> None:
    """I6: all at once, and never with a value that nobody may see."""
    assert problems_in(MANUAL, {"Ticket": "CHG-7", "Key": "hunter22"}) == ()
    assert problems_in(MANUAL, {"Sure": "maybe", "Size": "", "Other": "x", "Key": "abc"}) == (
        'there is no field Other; known: "Size", "Sure", "Ticket", "Key"',
        'Size (How large?) must be one of "small", "large"',
        "Sure must be True or False",
        "Ticket needs a value",
        "Key has fewer than 4 characters, which cannot be masked: give it a longer value",
    )


def test_fields_are_asked_for_as_variables_are() -> None:
    assert [each.label for each in fields_of(MANUAL)] == ["How large?", "Sure", "Ticket", "Key"]


def test_v5_values_that_a_caller_says_are_sensitive_are_put_apart() -> None:
    manual = Manual(
        instructions="",
        fields={"Why": Prompt(), "How": Prompt(kind="select", options=("a",)), "Who": Prompt()},
    )
    given = fill_in(manual, {"why": "x", "How": "a", "Who": ""}, ("why", "how", "who"))
    assert (given.variables, given.secrets) == ({"How": "a", "Who": ""}, {"Why": "x"})
