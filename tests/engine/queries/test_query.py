"""A query goes over the wire, bounded."""

import msgspec
import pytest

from octotui.engine.queries.query import (
    EVERYTHING,
    KEYS,
    LARGEST,
    LONGEST_VALUE,
    MOST,
    MOST_VALUES,
    PLACES,
    Query,
    QueryError,
    Term,
    bounded,
)

NUMBERS = tuple(map(str, range(MOST_VALUES + 1)))


def test_a_query_is_read_back_from_the_wire() -> None:
    for query in (EVERYTHING, Query((Term("word", ("a",)), Term("env", ("b", "c"), True)), 1.0, 2.0)):
        assert msgspec.json.decode(msgspec.json.encode(query), type=Query) == query
    assert msgspec.json.encode(EVERYTHING) == b"{}"


@pytest.mark.parametrize(
    "query",
    [
        {"terms": [{"key": "word", "values": []}]},
        {"terms": [{"key": "number) OR (1", "values": []}]},
    ],
)
def test_r6_a_client_asks_by_keys(query: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(query), type=Query)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (Query(tuple(Term("word", (each,)) for each in NUMBERS[: MOST + 1])), "takes 50 words at most"),
        (Query((Term("word", ("a", "b")),)), "a term of its own"),
        (Query((Term("worker", NUMBERS),)), "more than 2,500 values: type more"),
        (Query((Term("worker", NUMBERS[1:]), Term("env", ("a",)))), "more than 2,500 values: type more"),
        (Query((Term("env", ("a" * (LONGEST_VALUE + 1),)),)), "has 1000 characters at most"),
        (Query((Term("env", ("\0" * LONGEST_VALUE,) * 17),)), "more than 100,000 bytes"),
        (Query((Term("word", ("\udcff",)),)), "text in UTF-8"),
    ],
    ids=["terms", "words", "values", "values in all", "a value", "bytes", "no text"],
)
def test_r6_what_is_asked_is_bounded(query: Query, sentence: str) -> None:
    with pytest.raises(QueryError, match=sentence):
        bounded(query)


def test_equal_terms_are_asked_once() -> None:
    """R6: each would cost look-ups of its own."""
    word, other = Term("word", ("e",)), Term("word", ("e",), negated=True)
    assert bounded(Query((word, other) * 1000, 1.0, 2.0)) == Query((word, other), 1.0, 2.0)


def test_the_largest_query_is_taken() -> None:
    largest = Query((Term("worker", NUMBERS[1:]),))
    assert bounded(largest) is not None
    assert len(msgspec.json.encode(largest)) < LARGEST


def test_narrowing_is_bounded() -> None:
    one, other = (
        Query(tuple(Term("word", (each,)) for each in some)) for some in (NUMBERS[:50], NUMBERS[50:60])
    )
    with pytest.raises(QueryError, match="50 words at most"):
        one.narrowed(other)


def test_values_of_a_space_are_of_keys() -> None:
    assert set(PLACES) < set(KEYS)


def test_a_query_is_narrowed_by_another() -> None:
    """Of one key in both, both must hold: they are no alternatives."""
    one = Query((Term("state", ("failed",)),), 10.0, None)
    other = Query((Term("state", ("queued",)),), 5.0, 20.0)
    assert one.narrowed(other) == Query((*one.terms, *other.terms), 10.0, 20.0)
    assert EVERYTHING.narrowed(one) == one.narrowed(EVERYTHING) == one
