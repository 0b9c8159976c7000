"""Filling in texts."""

import pytest

from octotui.variables.text import DEEPEST, Filled, fill_in


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
        ("#{Name", "#{Name"),
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


def test_a_value_that_names_itself_stays_as_written() -> None:
    """V1: however often, and also through another one."""
    assert fill_in("#{A}", {"a": "#{A}" * 20}) == Filled("#{A}" * 20, ("A",))
    assert fill_in("#{A}", {"a": "(#{B})", "b": "[#{A}]"}) == Filled("([#{A}])", ("A",))


def test_values_within_values_come_to_an_end() -> None:
    """V1: at a depth nobody means."""
    values = {f"a{number}": f"#{{A{number + 1}}}" for number in range(DEEPEST + 8)}
    assert fill_in("#{A0}", values) == Filled(f"#{{A{DEEPEST}}}", (f"A{DEEPEST}",))
