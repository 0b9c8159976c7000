"""What is looked for in a log."""

from types import SimpleNamespace

import pytest

from octotui.ui.log.lines import patterns
from octotui.ui.log.lines.patterns import Pattern

CATASTROPHE = "(?:a|aa)+$"
LINE = "a" * 60 + "b"


def test_it_is_a_regular_expression_or_the_text_itself():
    """Without capitals it finds either case."""
    assert Pattern("err.r").spans("an Error, an error") == [(3, 8), (13, 18)]
    assert Pattern("Err").spans("an Error, an error") == [(3, 6)]
    assert Pattern("(b").spans("a (b") == [(2, 4)]
    assert Pattern("r").spans("error", 3) == [(4, 5)]
    assert Pattern("er").found("error")
    assert not Pattern("x").found("error")


def test_one_that_takes_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch):
    """A glance finds what it finds in time; a search goes on for so many lines."""
    monkeypatch.setattr(patterns, "PATIENCE", 0.05)
    monkeypatch.setattr(patterns, "MOST_SKIPPED", 2)
    pattern = Pattern(CATASTROPHE)
    assert (pattern.found(LINE), pattern.found("b aa"), pattern.found(LINE)) == (None, True, None)
    assert pattern.skipped == 2
    with pytest.raises(TimeoutError):
        pattern.found(LINE)
    assert Pattern(CATASTROPHE).spans(LINE) == []


@pytest.mark.parametrize("text", ["(?a)(?u)", "(?u)(?L)x", "[a", "a{2,1}", "(?P<a>x)(?P<a>"])
def test_what_cannot_be_compiled_is_the_text_itself(text: str):
    assert Pattern(text).spans(f"x {text}") == [(2, 2 + len(text))]


@pytest.mark.parametrize(
    "text", ["a(?R)?b", "(?0)a++e", "(a)(?1)", "(a)(?-1)", "(?P<n>a)(?&n)", "(?P<n>a)(?P>n)"]
)
def test_one_that_recurs_into_a_group_is_the_text_itself(text: str):
    assert Pattern(text).spans(f"x {text}") == [(2, 2 + len(text))]
    assert not Pattern(text).found("aaab")


def test_what_only_looks_like_recursion_is_a_pattern():
    assert Pattern(r"\(\?R\)").spans("a (?R)") == [(2, 6)]
    assert Pattern("(?:a)(?=b)(?P<n>b)(?P=n)").spans("abb") == [(0, 3)]


def test_one_that_takes_all_memory_is_given_up():
    pattern = Pattern("a")
    pattern._compiled = SimpleNamespace(search=_without_memory, finditer=_without_memory)
    assert pattern.found("a") is None
    assert pattern.spans("a") == []


def _without_memory(*given: object, **named: object) -> None:
    raise MemoryError
