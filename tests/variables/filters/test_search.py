"""Filters that search a text, or compare it (V1)."""

import pytest

from octotui.variables.filters import search
from octotui.variables.template import TemplateError
from tests.variables.filling import through


@pytest.mark.parametrize(
    ("filters", "value", "wanted"),
    [
        ("Replace abc def", "abc", "def"),
        ("Replace abc def", "ABC", "ABC"),
        ("Replace b", "abc", "ac"),
        ("Replace", "abc", None),
        ('Replace "ab c" "d ef"', "ab c", "d ef"),
        ('Replace "[0-9]+" X', "ab12c3", "abXcX"),
        ('Replace "(.)b(.)" "$2X$1"', "abc", "cXa"),
        ('Replace "(?<one>.)b" "${one}$$$&$9"', "abc", "a$ab$9c"),
        ('Replace "^a" x', "ababa", "xbaba"),
        ('Replace "a$" x', "ababa", "ababx"),
        (r'Replace "\\" "\\\\"', r"a\b", r"a\\\\b"),
        ('Replace "(" x', "abc", None),
        ("Replace #{regex}#{with}", 'a"b', '"cb'),
        ("Replace #{regex} _", 'a"b', "_b"),
        ("Match abc", "abc", "true"),
        ("Match def", "abc", "false"),
        ('Match "ab[0-9]+"', "ab12c3", "true"),
        ('Match "["', "abc", None),
        ("Match #{regex}", 'xa"b', "true"),
        ("StartsWith ab", "abc", "true"),
        ("StartsWith Ab", "abc", "false"),
        ("EndsWith bc", "abc", "true"),
        ("EndsWith bC", "abc", "false"),
        ("Contains bc", "abc", "true"),
        ('Contains " b("', "a b(c", "true"),
        ("Contains AbC", "abc", "false"),
        ("Contains", "abc", None),
        ("LessThan 10", "9", "true"),
        ("GreaterThanOrEqual 10", "9.5", "false"),
        ("LessThan 10", "1,000", None),
        ("GreaterThan ten", "9", None),
    ],
)
def test_v1_search(filters, value, wanted):
    assert through(filters, value, regex='a"', **{"with": '"c'}) == wanted


def test_v1_a_pattern_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(search, "SECONDS", 0.02)
    for filters in ('Match "(a|a)*$"', 'Replace "(a|a)*$" x'):
        with pytest.raises(TemplateError, match="takes too long"):
            through(filters, "a" * 5000 + "b")


def test_v1_a_replacement_too_large_is_stopped(monkeypatch):
    monkeypatch.setattr(search, "LARGEST", 100)
    assert through("Replace a bb", "a" * 50) == "b" * 100
    with pytest.raises(TemplateError, match="longer than"):
        through("Replace a bb", "a" * 51)


@pytest.mark.parametrize(
    "pattern", ["((a{99}){99}){99}", "a{99999999}", "(?:ab){5000}(?:c{3})", "(a{101}){101,}"]
)
def test_v1_a_pattern_that_repeats_too_much_is_not_compiled(pattern):
    with pytest.raises(TemplateError, match="repeats too much"):
        through(f'Match "{pattern}"', "a")


@pytest.mark.parametrize(
    "pattern", [r"^\d{4}-\d{2}-\d{2}$", "[0-9a-f]{64}", r"\{99999\}", "[{99999}]+", "a{0}b{,99999}"]
)
def test_v1_patterns_that_people_write_are_compiled(pattern):
    assert through(f'Match "{pattern}"', "2024-01-02") in ("true", "false")


def test_v1_a_pattern_that_takes_all_memory_ends(monkeypatch):
    monkeypatch.setattr(search, "SECONDS", 0.02)
    with pytest.raises(TemplateError, match="takes too long"):
        through('Match "(?R)"', "a")
