"""What a text asks for, when a condition is met, and that nothing but TemplateError is raised (V1)."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from octotui.variables.syntax import nodes
from octotui.variables.template import Names, Template, TemplateError, is_truthy, parse

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


def test_v1_a_text_is_read_once_and_filled_in_often():
    template = parse("<#{A}>")
    assert template == Template("<#{A}>", template.parts)
    assert [template.fill({"a": value}).text for value in "xy"] == ["<x>", "<y>"]
    assert template.fill({}).unknown == ("A",)


@pytest.mark.parametrize(
    ("text", "true"),
    [("", False), ("0", False), ("no", False), (" False ", False), ("yes", True), ("1", True), ("00", True)],
)
def test_v1_what_counts_as_true(text, true):
    assert is_truthy(text) is true
