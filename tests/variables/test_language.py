"""What a text asks for, when a condition is met, and that nothing but TemplateError is raised (V1)."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from octotui.variables import nodes
from octotui.variables.language import Names, Template, TemplateError, is_true, names, parse

PIECES = [
    *(
        "#{",
        "}",
        "#{A}",
        "#{b.c}",
        "#{A[#{B}].c}",
        "#{if A}",
        "#{elseif B}",
        "#{else}",
        "#{/if}",
        "#{unless ",
    ),
    *(
        "#{/unless}",
        "#{each i in A}",
        "#{i.Key}",
        "#{/each}",
        "#{calc ",
        "1",
        " + ",
        "/",
        "%",
        "(",
        ")",
        "{",
        "A",
    ),
    *(
        " | ToUpper",
        " | Replace ",
        '"(a+)+$"',
        '"',
        "\\",
        '\\"',
        " == ",
        " != ",
        "##",
        "#",
        "[",
        "]",
        ".",
        " ",
        "\n",
    ),
    *(
        " | Format ",
        "D99",
        " | Indent 255",
        " | Substring 9",
        "| UriPart host",
        " | Markdown",
        "| NowDate ",
        "é",
        "*",
    ),
]


TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=14).map("".join)
VALUES = st.dictionaries(
    st.sampled_from(["A", "B", "A[x].c", "A[#{B}]", "b.c", "i", "A-1"]),
    TEXTS
    | st.sampled_from(["1", "a,b", '{"k": [1, {"c": "#{A}"}]}', "2020-02-30", "http://[::1", "1.2.3-a.b"]),
)


@settings(max_examples=80, deadline=None)
@given(TEXTS, VALUES)
@example("#{A[*]}", {"A[x].c": "#{A[*].c}"})
@example("#{A[*]}", {"A[*]": "x"})
def test_v1_no_input_raises_anything_else_and_filling_in_is_deterministic(text, values):
    known = Names(values)
    found = outcome(text, known)
    assert outcome(text, known) == found
    if isinstance(found, nodes.Filled):
        assert len(found.text) <= nodes.LARGEST
        return
    line, column, sentence = found
    lines = text.split("\n")
    assert 1 <= line <= len(lines)
    assert 1 <= column <= len(lines[line - 1]) + 1
    assert sentence.endswith(".")


def outcome(text, values):
    """What comes of a text: it filled in, or the complaint."""
    try:
        return parse(text).fill(values, 1.7e9)
    except TemplateError as error:
        return error.line, error.column, error.sentence


@settings(max_examples=40, deadline=None)
@given(st.text())
def test_v1_a_text_without_expressions_is_unchanged(text):
    text = text.replace("#{", "# {")
    assert parse(text).fill({"a": "b"}).text == text


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["x", "y z", "a.b", "p[q r]"]), max_size=5),
    st.text(alphabet="ab #{", max_size=5),
)
def test_v1_a_name_is_its_value(path, value):
    values = {f"n{'.'.join(['', *path])}".lower(): value.replace("#{", "")}
    (name, wanted), *_ = values.items()
    assert parse(f"<#{{{name.upper()}}}>").fill(values).text == f"<{wanted}>"


def test_v1_the_names_a_text_asks_for():
    text = """#{var} #{filter | Format #{option}} #{parent[#{child}].x} #{if a}#{unless b}c#{/unless}#{/if}
    #{if left != "text"}#{elseif right == other}#{/if}
    #{each item in List}#{item.Address}#{inner}#{item}#{/each}
    ##{ignored} #{calc one + 2 * {two}} #{var} #{ | NowDate}"""
    wanted = "var filter option parent child a b left right other List inner one two"
    assert names(parse(text)) == tuple(wanted.split())


def test_v1_a_condition_with_an_unknown_name_is_not_met():
    assert not is_true("#{Nobody}", {})
    assert is_true('#{if A == "x"}true#{/if}', {"a": "x"})


def test_v1_a_name_asked_for_is_one_even_where_a_loop_elsewhere_has_an_item_of_that_name():
    text = (
        "#{each Item in List}#{ITEM} #{each other in item.Parts}#{other}#{/each}#{/each} #{item} #{other.x}"
    )
    assert names(parse(text)) == ("List", "item", "other.x")


@pytest.mark.parametrize("false", ["", "0", "no", "False", "#{A}", "#{A | ToBazooka}", "#{calc 1 / 0}"])
def test_v1_a_condition_that_is_false_or_cannot_be_filled_in_is_not_met(false):
    assert not is_true(false, {})


def test_v1_a_condition_may_ask_for_the_time():
    assert is_true(
        "#{if Year == Wanted}yes#{/if}", {"year": "#{ | NowDateUtc yyyy}", "wanted": "2016"}, 1478155991
    )


def test_v1_a_broken_condition_is_told():
    with pytest.raises(TemplateError, match="never closed"):
        is_true("#{if A}", {})


def test_v1_a_text_is_read_once_and_filled_in_often():
    template = parse("<#{A}>")
    assert template == Template("<#{A}>", template.parts)
    assert [template.fill({"a": value}).text for value in "xy"] == ["<x>", "<y>"]
    assert template.fill({}).unknown == ("A",)
