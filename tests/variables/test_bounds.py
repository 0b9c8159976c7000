"""Nothing hangs, nothing grows without bound, nothing but TemplateError is raised (V1)."""

import contextlib
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from octotui.variables import nodes
from octotui.variables.language import Names, TemplateError, parse
from octotui.variables.reading import read_plainly
from octotui.variables.tree import read_fully

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


@settings(max_examples=120, deadline=None)
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


@settings(deadline=None)
@given(st.text())
def test_v1_a_text_without_expressions_is_unchanged(text):
    text = text.replace("#{", "# {")
    assert parse(text).fill({"a": "b"}).text == text


@settings(max_examples=120, deadline=None)
@given(TEXTS)
@example("#{ A . b [ c ] } ###{x} ##{y} #{}")
@example("#{a]}")
@example("#{.}")
def test_v1_both_ways_of_reading_agree(text):
    plainly = read_plainly(text)
    if plainly is None:
        return
    fully = read_fully(text)
    assert joined(plainly) == joined(fully)


def joined(parts):
    """Parts with neighbouring texts as one."""
    done = []
    for part in parts:
        if isinstance(part, str) and done and isinstance(done[-1], str):
            done[-1] += part
        else:
            done.append(part)
    return [(part.key, part.start, part.end) if isinstance(part, nodes.Name) else part for part in done]


@given(
    st.lists(st.sampled_from(["x", "y z", "a.b", "p[q r]"]), max_size=5),
    st.text(alphabet="ab #{", max_size=5),
)
def test_v1_a_name_is_its_value(path, value):
    values = {f"n{'.'.join(['', *path])}".lower(): value.replace("#{", "")}
    (name, wanted), *_ = values.items()
    assert parse(f"<#{{{name.upper()}}}>").fill(values).text == f"<{wanted}>"


LAUGHS = {"a0": "ha" * 50, **{f"a{level}": f"#{{a{level - 1}}}" * 10 for level in range(1, 12)}}
SILENCE = {"a0": "", **{f"a{level}": f"#{{a{level - 1}}}" * 10 for level in range(1, 12)}}
ROWS = {"list": "," * 5000, "x": "a\n" * 100_000}


@pytest.mark.parametrize(
    ("text", "values", "word"),
    [
        ("#{a11}", LAUGHS, "too much work"),
        ("#{a5}#{a5}", LAUGHS, "longer than"),
        ("#{a11}", SILENCE, "too much work"),
        (
            "#{each a in list}#{each b in list}#{each c in list}#{/each}#{/each}#{/each}",
            ROWS,
            "too much work",
        ),
        ("#{each a in list}#{x}#{/each}", ROWS, "too much work"),
        ("#{x | Indent 255}", ROWS, "longer than"),
        ("#{x | Replace a #{x}}", ROWS, "longer than"),
        ('#{y | Match "(a|a)*$"}', {"y": "a" * 5000 + "b"}, "too long"),
        ("#{v40}", {f"v{n}": f"#{{v{n - 1}}} " for n in range(41)}, "32 deep"),
        ("#{if a}" * 3000 + "#{/if}" * 3000, {"a": "1"}, "too deep"),
        ("#{calc " + "(" * 3000 + "1" + "+1)" * 3000 + "}", {}, "too deep"),
        ("#{a[" * 1000 + "b" + "]}" * 1000, {}, "too deep"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_v1_bounds_are_told_clearly_and_soon(text, values, word):
    start = time.process_time()
    with pytest.raises(TemplateError) as raised:
        parse(f"\n {text}").fill(values)
    assert word in raised.value.sentence
    assert raised.value.line == 2
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "text",
    [
        "#" * 200_000,
        "#{" * 20_000,
        "#{a[" * 20_000,
        "#{a " * 20_000,
        "#{each a " * 20_000,
        "#{" + " " * 200_000,
        "#{a" + " b" * 100_000,
        '#{a | x "' * 20_000,
        "[" * 100_000 + "#{a" + "[" * 100_000,
        "#{calc a" + " a" * 20_000,
        "#{J.x}",
    ],
    ids=lambda text: text[:10],
)
def test_v1_long_nonsense_is_read_in_no_time(text):
    start = time.process_time()
    with contextlib.suppress(TemplateError):
        parse(text).fill({"j": "[" * 100_000})
    assert time.process_time() - start < 2
