"""Filling in texts."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from octotui.variables.budget import JOB_WORK, PART_WORK, Budget
from octotui.variables.fill import Filler, escape, fill_in, warnings_of
from octotui.variables.syntax.scanner import READ_WORK
from octotui.variables.template import Filled, Names, OverBudget


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("plain", "plain"),
        ("to #{Name}!", "to Ann!"),
        ("#{ name }#{NAME}", "AnnAnn"),
        ("#{Octopus.Action[One].Output.Manual.Notes}", "fine"),
        ("##{Name} is written #{Name}", "#{Name} is written Ann"),
        ("#{Empty}", ""),
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


RUBY = 'puts "#{xs.map { |x| x + 1 }}"'
LESS = "a { width: ~'#{\n}'; }"


@pytest.mark.parametrize(
    ("text", "filled", "places"),
    [
        ("#{", "#{", [(1, 1)]),
        ("#{ foo", "#{ foo", [(1, 1)]),
        ("#{if", "#{if", [(1, 1)]),
        ("#{|} #{Name}", "#{|} Ann", [(1, 4)]),
        (f"{RUBY} #{{Name}}", f"{RUBY} Ann", [(1, 16)]),
        (LESS, LESS, [(1, 14)]),
        ("#{} ${#{} ##{} ###{Name}", "#{} ${#{} #{} #Ann", [(1, 1), (1, 7)]),
        ("a\n  #{if Name}b #{Name}", "a\n  #{if Name}b Ann", [(2, 3)]),
        ("#{if Name}1#{if =}2#{else}3#{/if}4#{/if}", "1#{if =}2#{else}3#{/if}4", [(1, 17)]),
        ("#{if Name}#{Name}#{/unless}#{/if}", "Ann#{/unless}", [(1, 18)]),
        ("#{if Empty}1#{elseif =}2#{else}3#{/if}", "3", [(1, 22)]),
        ("#{if Name}#{else}1#{else}2", "#{if Name}#{else}1#{else}2", [(1, 1), (1, 19)]),
        ("#{each x}#{Name}#{/each}", "#{each x}Ann#{/each}", [(1, 1)]),
        ("#{/if}#{else}#{/foo}#{Name}", "#{/if}#{else}#{/foo}Ann", [(1, 1), (1, 7), (1, 14)]),
        ("#{Name | Append #{if Name}#{=}#{Name}#{/if}}", "Ann#{=}Ann", [(1, 29)]),
        ("#{x[#{y] #{Name}", "#{x[#{y] Ann", [(1, 8)]),
        ("#{x | f #{Name} =} #{Name}", "#{x | f Ann =} Ann", [(1, 17)]),
    ],
)
def test_v1_what_is_no_expression_stays_with_its_place_and_all_else_is_filled_in(
    text: str, filled: str, places: list[tuple[int, int]]
) -> None:
    found = fill_in(text, {"name": "Ann", "empty": ""})
    assert found.text == filled
    assert found.unknown == ()
    assert [each.partition(":")[0] for each in found.problems] == [
        f"line {line}, column {column}" for line, column in places
    ]
    assert all(each.endswith(" It stays as it is written.") for each in found.problems)


def test_v1_a_name_that_hardly_is_one_is_told_with_its_place() -> None:
    """V1: as Ruby and SCSS have them."""
    found = fill_in("#{Who}\n'#{x + 1}' #{$width} #{X + 1} #{V} #{=}", {"v": "#{y + 2}"})
    assert found.text == "#{Who}\n'#{x + 1}' #{$width} #{X + 1} #{y + 2} #{=}"
    assert found.unknown == ("Who", "y + 2")
    assert found.problems == (
        "line 2, column 2: there is no variable x + 1. It stays as it is written.",
        "line 2, column 12: there is no variable $width. It stays as it is written.",
        "line 2, column 38: `=` is not expected here; write `##{` where the text itself is meant."
        " It stays as it is written.",
    )
    assert fill_in("#{x + 1}", {"x + 1": "2"}) == Filled("2")


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
        "there is no variable A",
        "there is no variable B",
    )


@pytest.mark.parametrize("text", ["", "plain", "#{Name}", "a #{if x}b#{/if}", "#", "{", "#{", "# {"])
def test_what_is_escaped_is_itself_when_filled_in(text: str) -> None:
    assert fill_in(escape(text), {"name": "no"}).text == text


@given(some.text('#{}Na /if"|=', max_size=24))
@settings(max_examples=500, deadline=None)
def test_v6_whatever_people_type_is_not_filled_in(text: str) -> None:
    """V6: also with several hashes before a brace, and within other values."""
    values = Names({"Typed": escape(text), "Around": "<#{Typed}>", "N": "no", "a": "no"})
    assert fill_in("#{Typed} #{Around}", values) == Filled(f"{text} <{text}>")


def test_v6_of_two_hashes_neither_begins_a_tag() -> None:
    assert fill_in(escape("##{Name}"), {"name": "no"}) == Filled("##{Name}")
    assert fill_in("#{Typed}", Names({"Typed": escape("a####{Name}"), "Name": "no"})).text == "a####{Name}"


DEEP = {f"v{n}": f"#{{v{n + 1}}}" * 10 for n in range(1, 30)} | {"v30": "x"}
COMMAS = "," * 3000


def test_v1_a_value_is_filled_in_once_for_all_texts() -> None:
    """V1: values that each hold ten references to the next are no more work than they are many."""
    budget = Budget()
    filler = Filler(Names(DEEP | {"v30": ""}), None, budget)
    for name in DEEP:
        assert filler.fill_in(f"#{{{name}}}") == Filled("")
    assert JOB_WORK - budget.left < 2_000_000


def test_v1_one_budget_is_for_all_texts_of_a_job() -> None:
    budget = Budget(1_000_000)
    first = Filler(Names({"a": "x" * 100_000, "b": "#{a}" * 3}), None, budget)
    first.fill_in("#{b}")
    with pytest.raises(OverBudget):
        Filler(Names({"a": "x" * 100_000, "b": "#{a}" * 3}), None, budget).fill_in("#{b}#{b}")


def test_v1_values_without_expressions_are_work_too() -> None:
    """They take a way of their own, which costs the same, and ends where others end."""
    names, text = Names({"A": "x" * 100, "B": "#{A}"}), "1 #{A} 2 #{a}"
    budget = Budget()
    assert Filler(names, None, budget).fill_in(text) == Filled(f"1 {'x' * 100} 2 {'x' * 100}")
    spent = JOB_WORK - budget.left
    assert spent == READ_WORK * len(text) + 5 * PART_WORK + 205
    with pytest.raises(OverBudget) as raised:
        Filler(names, None, Budget(spent - 1)).fill_in(text)
    assert raised.value.reason.startswith("its text cannot be filled in: this is too much work")


def test_v1_what_is_too_much_is_said_with_its_variable() -> None:
    names = Names({"Outer": "<#{Inner}>", "Inner": "#{Deepest}" * 9} | {"Deepest": "x" * 10_000_000})
    with pytest.raises(OverBudget) as raised:
        Filler(names, None, Budget()).fill_in("#{Outer}")
    assert raised.value.reason == (
        "the variable Inner in Outer cannot be filled in:"
        " the result would be longer than 16,777,216 characters."
    )
    assert (
        fill_in("#{Outer}", names).problems[0].startswith("the variable Inner in Outer cannot be filled in")
    )


def test_v1_a_value_that_was_cut_within_itself_is_another_one_elsewhere() -> None:
    values = Names({"A": "(#{B})", "B": "[#{A}]", "C": "#{A}#{B}"})
    assert Filler(values).fill_in("#{C}").text == "([#{A}])[(#{B})]"
    shared = Filler(values)
    assert [shared.fill_in(text).text for text in ("#{A}", "#{B}", "#{C}")] == [
        "([#{A}])",
        "[(#{B})]",
        "([#{A}])[(#{B})]",
    ]


def test_v1_a_value_is_another_one_in_each_turn_of_a_loop() -> None:
    values = Names({"List": "a,b", "Item": "?", "V": "<#{Item}>"})
    assert Filler(values).fill_in("#{V}#{each item in List}#{V}#{/each}#{V}").text == "<?><a><b><?>"


def test_v1_what_nobody_knew_is_told_for_each_text() -> None:
    filler = Filler(Names({"A": "#{B} #{C | ToUpper}", "Bad": "#{if x}"}))
    for _ in range(2):
        assert filler.fill_in("#{A}").unknown == ("B", "C")
        assert filler.fill_in("#{Bad}").problems[0].startswith("In the value of Bad, line 1, column 1: ")


def test_v1_of_very_many_warnings_the_first_are_told() -> None:
    warnings = warnings_of(fill_in("".join(f"#{{n{number}}}" for number in range(250)), {}))
    assert len(warnings) == 101
    assert warnings[0] == "there is no variable n0"
    assert warnings[-1] == "and there are 150 more warnings of this text"


LIST = {"l": COMMAS, "big": "a" * 3_000_000, "date": "xx not a date xx", "json": "[" + "[]," * 300_000 + "1]"}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("#{v1}", DEEP),
        ("#{each a in l}#{each b in l}#{each c in l}#{/each}#{/each}#{/each}", LIST),
        ("#{each a in l}#{each b in l}#{date | AddDays 1}#{/each}#{/each}", LIST),
        ("#{each a in l}#{each b in l}#{date | Lowwer}#{/each}#{/each}", LIST),
        ("#{each a in l}#{each b in l}#{calc 1" + "+1" * 400 + "}#{/each}#{/each}", LIST),
        ("#{each a in l}#{big | Sha256}#{/each}", LIST),
        ("#{each a in l}#{if big == big}#{/if}#{/each}", LIST),
        ("#{each a in l}#{big | Indent 255}#{/each}", LIST),
        ("#{big | YamlDoubleQuoteEscape}#{big | Markdown}", LIST),
        ("#{x | Markdown}", {"x": "://" * 20_000}),
        ("#{each a in json}#{each b in json}#{a}#{/each}#{/each}", LIST),
        ('#{x | Match "(a|aa)+$"}', {"x": "a" * 60 + "!"}),
        ('#{x | Match "(((a{99}){99}){99}){99}"}', {"x": "a"}),
        ('#{x | Replace "(?R)" b}', {"x": "a"}),
        ("#{x | Match #{big}}", LIST | {"x": "a"}),
        ("#{" + "a." * 500_000 + "b}", {}),
        ("#{calc 1" + "+1" * 100_000 + "}", {}),
        ("#{if a}" * 50_000 + "#{/if}" * 50_000, {"a": "1"}),
        ("#{a" + " | ToUpper" * 20_000 + "}", {"a": "1"}),
        ("".join(f"#{{n{number}}}" for number in range(200_000)), {}),
    ],
    ids=range(20),
)
def test_v1_no_text_takes_long_where_others_wait(text: str, values: dict[str, str]) -> None:
    """V1: it ends within its budget: in fact within 50 ms, here within a second of this process."""
    start = time.process_time()
    with pytest.raises(OverBudget):
        Filler(Names(values), 1.7e9).fill_in(text)
    assert time.process_time() - start < 1.0


def test_v1_a_name_of_very_many_indexes_is_one_name_and_no_set() -> None:
    name = "a" + "[b]" * 20_000
    filled = fill_in(f"#{{{name}}}#{{a[b]}}", Names({name: "x", "other": "y"}))
    assert (filled.text, filled.unknown) == ("x#{a[b]}", ("a[b]",))
