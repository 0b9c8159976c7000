"""What texts ask, and what is said of those that are no query."""

import pytest

from octotui.engine.queries.parse import parse
from octotui.engine.queries.query import KEYS, STANDINGS, STATES, Query, QueryError, Term

NOW = 1_790_000_000.0


def test_words_are_required_and_values_of_a_key_are_alternatives() -> None:
    query = parse("AWS rds state:failed env:prod state:cancelled,failed -x -state:queued", NOW)
    assert query == Query(
        (
            Term("word", ("aws",)),
            Term("word", ("rds",)),
            Term("state", ("failed", "cancelled")),
            Term("env", ("prod",)),
            Term("word", ("x",), True),
            Term("state", ("queued",), True),
        )
    )
    assert query.words == ("aws", "rds")


def test_every_key_is_understood() -> None:
    for key in KEYS:
        value = {"state": "failed", "is": "asking", "since": "8h", "until": "2h"}.get(key, "x")
        assert parse(f"{key}:{value}", NOW) != Query()
    for value in STATES:
        assert parse(f"state:{value.upper()}", NOW) == Query((Term("state", (value,)),))
    for value in STANDINGS:
        assert parse(f"is:{value}", NOW) == Query((Term("is", (value,)),))


def test_times_are_moments_and_the_widest_counts() -> None:
    assert parse("since:8h until:2h", NOW) == Query((), NOW - 8 * 3600, NOW - 2 * 3600)
    assert parse("since:8h,9h since:1h until:3h until:2h", NOW) == Query((), NOW - 9 * 3600, NOW - 2 * 3600)


def test_a_word_that_is_typed_again_is_asked_once() -> None:
    assert parse("e " * 60 + "zzz E -e", NOW) == parse("e zzz -e", NOW)


def test_nothing_typed_is_no_filter() -> None:
    assert parse("", NOW) == parse('  "" ', NOW) == Query()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("staet:failed", 'there is no key “staet”; did you mean "state"?'),
        ("environment:x", 'there is no key “environment”; did you mean "env"?'),
        ("user:ann", 'there is no key “user”; did you mean "by"?'),
        ("state:faild", '“faild” is not a value of “state”; did you mean "failed"?'),
        ("-is:askin", '“askin” is not a value of “is”; did you mean "asking"?'),
        ("state:asking", '“asking” is not a value of “state”; did you mean "is:asking"?'),
        ("is:failed", '“failed” is not a value of “is”; did you mean "state:failed"?'),
        ("state:", "“state:” needs a value: how a run stands, such as failed"),
        ("since:noon", "since: expected a time such as"),
        ("since:", "since: expected a time such as"),
        ("-since:8h", "“since” takes no minus: say until: instead"),
        ("-until:8h", "“until” takes no minus: say since: instead"),
        (" ".join(map(str, range(51))), "a filter takes 50 words at most"),
        ("x" * 1001, "a word of a filter has 1000 characters at most"),
        ("env:" + "x" * 1001, "a word of a filter has 1000 characters at most"),
        ("x" * 2001, "a filter has 2000 characters at most"),
    ],
)
def test_what_is_no_query_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text, NOW)
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)
