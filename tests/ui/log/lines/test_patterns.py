"""What is looked for in a log."""

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
    """A glance finds what it finds in time."""
    monkeypatch.setattr(patterns, "PATIENCE", 0.05)
    with pytest.raises(TimeoutError):
        Pattern(CATASTROPHE).found(LINE)
    assert Pattern(CATASTROPHE).spans(LINE) == []
