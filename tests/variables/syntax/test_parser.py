"""What the grammar makes of a text (V1)."""

import pytest

from octotui.variables.syntax.nodes import (
    Calc,
    Call,
    Condition,
    Each,
    Filtered,
    If,
    Name,
    Operation,
    Path,
    Substitution,
    TemplateError,
)
from octotui.variables.syntax.parser import read_fully

A = Name("A", "a", 5, 6)


def only(text):
    """The only part of a text."""
    (part,) = read_fully(text)
    return part


def test_v1_filters_and_their_arguments():
    assert only('#{A | Replace "x y" #{B} z | Trim}') == Substitution(
        Filtered(
            Name("A", "a", 2, 3), (Call("Replace", ("x y", Name("B", "b", 20, 24), "z")), Call("Trim", ()))
        ),
        0,
        34,
    )
    assert only("#{ | NowDate}") == Substitution(Filtered(None, (Call("NowDate", ()),)), 0, 13)


def test_v1_an_index_that_is_a_tag_makes_a_path_and_a_plain_one_does_not():
    assert only("#{A[b].c}") == Name("A[b].c", "a[b].c", 0, 9)
    assert only("#{A[#{B}].c}") == Substitution(Path(("A", Name("B", "b", 4, 8), ".c")), 0, 12)


def test_v1_an_elseif_is_an_if_within_that_ends_where_the_whole_ends():
    found = only("#{if A}1#{elseif B}2#{else}3#{/if}")
    inside = If(Condition(Name("B", "b", 17, 18)), ("2",), ("3",), 8, 34)
    assert found == If(Condition(A), ("1",), (inside,), 0, 34)


def test_v1_an_unless_is_an_if_the_other_way_round():
    found = only("#{unless A}1#{else}2#{/unless}")
    assert (found.then, found.otherwise) == (("2",), ("1",))
    assert only("#{unless A}1#{/unless}").then == ()


@pytest.mark.parametrize(
    ("condition", "right", "equal"),
    [('A == "x"', "x", True), ('A != "x"', "x", False), ('A == \\"x\\"', "x", True), ('A != ""', "", False)],
)
def test_v1_a_condition_compares_with_a_text(condition, right, equal):
    assert only(f"#{{if {condition}}}#{{/if}}").condition == Condition(A, right, equal)


def test_v1_a_loop_has_an_item_a_collection_and_a_body():
    found = only("#{each  my item  in List}-#{/each}")
    assert found == Each("my item", Name("List", "list", 20, 24), ("-",), 0, 34)


def test_v1_signs_bind_as_in_school_from_left_to_right():
    one, two, three = 1.0, 2.0, 3.0
    assert only("#{calc 1-2*3}") == Calc(Operation(one, "-", Operation(two, "*", three)), 0, 13)
    assert only("#{calc 1-2-3}") == Calc(Operation(Operation(one, "-", two), "-", three), 0, 13)
    assert only("#{calc (1-2)*3}").number == Operation(Operation(one, "-", two), "*", three)


def test_v1_what_does_not_fit_is_a_template_error():
    with pytest.raises(TemplateError) as raised:
        read_fully("a\n#{if A}")
    assert (raised.value.line, raised.value.column) == (2, 1)
    assert raised.value.__cause__ is None
