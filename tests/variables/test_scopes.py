"""Which value holds."""

from itertools import pairwise

import pytest

from octotui.model.scoping import KINDS
from octotui.model.space import Scope, Value
from octotui.variables.scopes import winner


def value(text: str, **scope: str) -> Value:
    return Value(value=text, scope=Scope(**{kind: (name,) for kind, name in scope.items()}))


@pytest.mark.parametrize(("higher", "lower"), list(pairwise(KINDS)))
def test_kind_by_kind(higher: str, lower: str) -> None:
    """V3: step, target, role, tenant, tenant tag, environment, channel, process, project."""
    values = (value("plain"), value("low", **{lower: "a"}), value("high", **{higher: "a"}))
    context = Scope(**{higher: ("a",), lower: ("b", "a")})
    assert winner(values, context) == values[2]
    assert winner(values[:2], context) == values[1]


class TestWinner:
    def test_the_most_specific_of_those_that_match(self) -> None:
        """V2, V3."""
        values = (value("plain"), value("near", environment="test"), value("far", tenant="contoso"))
        assert winner(values, Scope(environment=("test",))) == values[1]
        assert winner(values, Scope(environment=("test",), tenant=("contoso",))) == values[2]
        assert winner(values, Scope()) == values[0]

    def test_none(self) -> None:
        """V2."""
        assert winner((value("far", tenant="contoso"),), Scope()) is None
        assert winner((), Scope()) is None

    def test_of_a_tie_the_first(self) -> None:
        """V3: `check` refuses it; the core goes on."""
        assert winner((value("one"), value("two")), Scope()) == value("one")
