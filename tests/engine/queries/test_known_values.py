"""Slugs, names, and beginnings of them."""

import pytest

from octotui.engine.queries.known_values import NOUNS, resolve, unknown_value
from octotui.engine.queries.parse import parse
from octotui.engine.queries.query import PLACES, QueryError

KNOWN = {
    "env": {"production": "Production", "pre": "Pre-production"},
    "worker": {"w1": "w1", "w10": "w10"},
    "runbook": {"create-aws-rds": "Create AWS RDS", "create-x": "Create X"},
    "by": {},
}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("env:production", ("production",)),
        ("env:PROD", ("production",)),
        ("env:pre", ("pre",)),
        ("env:pr", ("production", "pre")),
        ("env:Pre-production", ("pre",)),
        ("worker:w1", ("w1",)),
        ("worker:w", ("w1", "w10")),
        ('runbook:"create aws rds"', ("create-aws-rds",)),
        ("runbook:create", ("create-aws-rds", "create-x")),
        ("env:nowhere,prod", ("nowhere", "production")),
        ("tenant:x", ("x",)),
        ("prod", ("prod",)),
    ],
)
def test_a_name_that_is_there_is_meant_before_beginnings(text: str, values: tuple[str, ...]) -> None:
    (term,) = resolve(parse(text, 0), KNOWN).terms
    assert term.values == values


def test_a_beginning_may_stand_for_all_workers_of_a_large_space() -> None:
    workers = {f"w{number}": f"w{number}" for number in range(2500)}
    (term,) = resolve(parse("worker:w", 0), {"worker": workers}).terms
    assert term.values == tuple(workers)
    with pytest.raises(QueryError, match="type more of the name"):
        resolve(parse("worker:w", 0), {"worker": {**workers, "wx": "wx"}})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("env:prod worker:w1 word state:failed", ""),
        ("env:prodction", 'there is no environment “prodction”; did you mean "production"?'),
        ("-worker:x9", 'there is no worker “x9”; known: "w1", "w10".'),
        ("tenant:x", "there is no tenant “x”; none is known."),
        ("by:ann", "there is no person “ann”; none is known."),
    ],
)
def test_an_unknown_value_is_told_with_the_nearest(text: str, sentence: str) -> None:
    assert unknown_value(parse(text, 0), KNOWN) == sentence


def test_every_key_of_a_space_has_a_noun() -> None:
    assert set(NOUNS) == set(PLACES)
