"""Values that are JSON, and ways into them (V1)."""

import pytest

from octotui.variables.json_values import decoded, number, value_at, written


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"a": [1, null]}', {"a": [1, None]}),
        (" [true]", [True]),
        ("{a: 'it\\'s \"x\"', $b-c: 2}", {"a": 'it\'s "x"', "$b-c": 2}),
        ("{a: \"b: 'c'\"}", {"a": "b: 'c'"}),
        ("12", None),
        ('"text"', None),
        ("{a: b}", None),
        ("[1,", None),
        ("", None),
        ("[" * 100_000, None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_v1_lists_and_tables_are_read_also_with_bare_names(text, wanted):
    assert decoded(text) == wanted


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ([], None),
        (["a"], '{"b":["x","{\\"c\\": 1}"]}'),
        (["a", "b", "0"], "x"),
        (["a", "b", "1", "c"], "1"),
        (["a", "b", "9"], ""),
        (["a", "b", "-1"], None),
        (["A"], ""),
        (["a", "b", "0", "c"], None),
    ],
)
def test_v1_a_way_into_a_value(path, wanted):
    text = '{"a": {"b": ["x", "{\\"c\\": 1}"]}}'
    assert value_at(text, path) == (text if wanted is None and not path else wanted)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("x", "x"), (None, ""), (True, "True"), (3, "3"), (15.0, "15"), (["é", 1], '["é",1]'), ({}, "{}")],
)
def test_v1_values_of_json_as_text(value, wanted):
    assert written(value) == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (2.0, "2"),
        (-0.5, "-0.5"),
        (1e14, "100000000000000"),
        (1e15, "1E+15"),
        (float("nan"), "nan"),
        (1e20, "1E+20"),
        (-1234567890123456.0, "-1.234567890123456E+15"),
        (1.5e-7, "1.5E-07"),
        (1e300, "1E+300"),
    ],
)
def test_v1_numbers_as_dotnet_writes_them(value, wanted):
    assert number(value) == wanted
