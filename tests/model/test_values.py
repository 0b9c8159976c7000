from octotui.model.space import Value
from octotui.model.values import HIDDEN, Prompt, Secret


def test_what_is_shown_of_a_sensitive_value_is_nothing() -> None:
    """V5: they show as ********."""
    for value in (
        Value(kind="sensitive", secret=Secret(env="PASSWORD")),
        Value(kind="prompt", prompt=Prompt(kind="sensitive")),
    ):
        assert value.is_sensitive
        assert value.shown == HIDDEN == "********"


def test_what_is_shown_of_a_prompt_is_its_default() -> None:
    """V6: the default is taken where nobody says another."""
    assert Value(kind="prompt", prompt=Prompt(default="blue")).shown == "blue"
    assert Value(kind="prompt", prompt=Prompt()).shown == ""
    assert Value(kind="prompt", prompt=Prompt(kind="checkbox")).shown == "False"


def test_who_has_to_answer() -> None:
    """V6: where a value is required and there is no default; a checkbox is unticked otherwise."""
    assert [
        prompt.needs_answer
        for prompt in (Prompt(), Prompt(default="a"), Prompt(required=False), Prompt(kind="checkbox"))
    ] == [True, False, False, False]


def test_other_values_are_shown_as_they_are() -> None:
    assert (Value(value="hello").shown, Value(value="setup", kind="pool").shown) == ("hello", "setup")
    assert not Value(value="hello").is_sensitive
