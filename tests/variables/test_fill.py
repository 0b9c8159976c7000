"""Filling in texts."""

import pytest

from octotui.variables.fill import escape, fill_in, warnings_of
from octotui.variables.template import Filled


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("plain", "plain"),
        ("to #{Name}!", "to Ann!"),
        ("#{ name }#{NAME}", "AnnAnn"),
        ("#{Octopus.Action[One].Output.Manual.Notes}", "fine"),
        ("##{Name} is written #{Name}", "#{Name} is written Ann"),
        ("#{Empty}", ""),
        ("#{}", "#{}"),
        ("$Name {Name} # {Name}", "$Name {Name} # {Name}"),
        ("#{Greeting}", "hello Ann"),
    ],
)
def test_values_stand_where_their_names_were(text: str, filled: str) -> None:
    """V1: names have no case; `##{` is a literal `#{`; a value may name others."""
    values = {
        "name": "Ann",
        "empty": "",
        "greeting": "hello #{Name}",
        "octopus.action[one].output.manual.notes": "fine",
    }
    assert fill_in(text, values) == Filled(filled)


def test_an_unknown_name_stays_as_it_was_written_and_is_told_once() -> None:
    """V1: for a warning."""
    assert fill_in("#{ Who } #{Who} #{What}", {}) == Filled("#{ Who } #{Who} #{What}", ("Who", "What"))


def test_an_unknown_name_within_a_value_is_told_too() -> None:
    """V1."""
    assert fill_in("#{A}", {"a": "<#{B}>"}) == Filled("<#{B}>", ("B",))


def test_what_cannot_be_read_or_filled_in_stays_as_written_and_is_told() -> None:
    """V1: in a sentence, and never as an exception."""
    for text, values in (
        ("#{if Name}", {}),
        ("#{Name", {}),
        ("#{A}", {f"a{'a' * n}": f"#{{a{'a' * (n + 1)}}}" for n in range(99)}),
    ):
        filled = fill_in(text, values | {"a": "#{aa}"})
        assert filled.text == text
        assert len(filled.problems) == 1
        assert warnings_of(filled) == filled.problems


def test_a_value_that_names_itself_stays_as_written() -> None:
    """V1: however often, and also through another one."""
    assert fill_in("#{A}", {"a": "#{A}" * 20}).text == "#{A}" * 20
    assert fill_in("#{A}", {"a": "(#{B})", "b": "[#{A}]"}).text == "([#{A}])"


def test_warnings_name_every_unknown_variable() -> None:
    """V1."""
    assert warnings_of(fill_in("#{A}#{B}#{A}", {})) == (
        "nobody knows the variable A",
        "nobody knows the variable B",
    )


@pytest.mark.parametrize("text", ["", "plain", "#{Name}", "a #{if x}b#{/if}", "#", "{", "#{", "# {"])
def test_what_is_escaped_is_itself_when_filled_in(text: str) -> None:
    assert fill_in(escape(text), {"name": "no"}).text == text
