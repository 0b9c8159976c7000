"""A query goes over the wire, bounded."""

import msgspec
import pytest

from octotui.engine.queries.query import EVERYTHING, KEYS, PLACES, Query, Term


def test_a_query_is_read_back_from_the_wire() -> None:
    for query in (EVERYTHING, Query((Term("word", ("a",)), Term("env", ("b", "c"), True)), 1.0, 2.0)):
        assert msgspec.json.decode(msgspec.json.encode(query), type=Query) == query
    assert msgspec.json.encode(EVERYTHING) == b"{}"


@pytest.mark.parametrize(
    "query",
    [
        Query((Term("word", ("a",)),) * 51),
        Query((Term("word", ("a",) * 51),)),
        Query((Term("word", ("a" * 1001,)),)),
        {"terms": [{"key": "word", "values": []}]},
        {"terms": [{"key": "number) OR (1", "values": []}]},
    ],
)
def test_r6_what_a_client_asks_is_bounded(query: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(query), type=Query)


def test_values_of_a_space_are_of_keys() -> None:
    assert set(PLACES) < set(KEYS)


def test_a_query_is_narrowed_by_another() -> None:
    """Of one key in both, both must hold: they are no alternatives."""
    one = Query((Term("state", ("failed",)),), 10.0, None)
    other = Query((Term("state", ("queued",)),), 5.0, 20.0)
    assert one.narrowed(other) == Query((*one.terms, *other.terms), 10.0, 20.0)
    assert EVERYTHING.narrowed(one) == one.narrowed(EVERYTHING) == one
