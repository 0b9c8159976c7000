"""How the word at the cursor goes on."""

import pytest

from octotui.views.queries.completion import Completion, complete, fitted, without_word

KNOWN = {
    "env": {"production": "Production", "pre": "Pre-production", "test": "Test"},
    "runbook": {"create-aws-rds": "Create AWS RDS", "nightly": "Nightly backup", "a b": "a b"},
}


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", ("state:", "env:", "worker:")),
        ("st", ("state:",)),
        ("aws s", ("state:", "since:")),
        ("-e", ("env:",)),
        ("state:", ("queued", "executing")),
        ("state:fa", ("failed",)),
        ("state:failed,c", ("cancelling", "cancelled")),
        ("state:failed,fail", ()),
        ("env:p", ("production", "pre")),
        ("env:PRE", ("pre", "production")[:1]),
        ("env:duc", ("production", "pre")),
        ("runbook:aws", ("create-aws-rds",)),
        ('runbook:"create', ("create-aws-rds",)),
        ("runbook:a", ('"a b"', "create-aws-rds")),
        ("is:as", ("asking",)),
        ("since:y", ("yesterday", "yesterdayT18:00")),
        ("env:test", ()),
        ("env:nowhere", ()),
        ("word", ()),
        ("nokey:x", ()),
    ],
)
def test_it_offers(text: str, options: tuple[str, ...]) -> None:
    found = complete(text, len(text), KNOWN).options
    assert found[: len(options)] == options
    assert bool(found) == bool(options)


def test_an_option_takes_the_place_of_what_was_typed() -> None:
    for text, cursor, option, wanted in (
        ("aws -st", 7, "state:", ("aws -state:", 11)),
        ("env:p x", 5, "pre", ("env:pre x", 7)),
        ("env:test,p", 10, "pre", ("env:test,pre", 12)),
        ("-env:p", 6, "pre", ("-env:pre", 8)),
    ):
        completion = complete(text, cursor, KNOWN)
        assert option in completion.options
        assert completion.applied(text, option) == wanted


def test_between_words_every_key_is_offered() -> None:
    assert complete("aws  rds", 4, KNOWN) == Completion(4, 4, complete("", 0, KNOWN).options)


def test_the_word_at_the_cursor_can_be_left_out() -> None:
    assert without_word("state:failed env:", 17) == "state:failed "
    assert without_word("state:x aws", 7) == " aws"
    assert without_word("aws  rds", 4) == "aws  rds"


def test_options_are_fitted_into_lines_and_the_rest_is_counted() -> None:
    keys = complete("", 0, {}).options
    assert fitted(keys, 200) == "  ".join(keys)
    lines = fitted(keys, 78).split("\n")
    assert [word for line in lines for word in line.split()] == [*keys]
    assert max(map(len, lines)) <= 78
    many = [f"value{number}" for number in range(50)]
    first, last = fitted(many, 40).split("\n")
    shown = [*first.split(), *last.partition("  +")[0].split()]
    assert shown == many[: len(shown)]
    assert last.endswith(f"  +{50 - len(shown)} more")
    assert max(len(first), len(last)) <= 40
    assert fitted(["longer than the line", "b"], 10) == "longer than the line\nb"
    assert fitted([], 10) == ""
