"""Which value holds."""

from itertools import pairwise

import pytest

from octotui.model.space import Scope, Value
from octotui.variables.scopes import KINDS, Context, matches, most_specific, winner


def value(text: str, **scope: str) -> Value:
    return Value(value=text, scope=Scope(**{kind: (name,) for kind, name in scope.items()}))


class TestMatches:
    def test_within_a_kind_any_match_serves(self) -> None:
        """V2."""
        scope = Scope(environment=("test", "staging"))
        assert matches(scope, Context(environment=("staging",)))
        assert not matches(scope, Context(environment=("production",)))

    def test_across_kinds_all_must_match(self) -> None:
        """V2."""
        scope = Scope(environment=("test",), tenant=("contoso",))
        assert matches(scope, Context(environment=("test",), tenant=("contoso",)))
        assert not matches(scope, Context(environment=("test",)))

    def test_nothing_scoped_matches_anywhere(self) -> None:
        """V2."""
        assert matches(Scope(), Context())

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind_counts(self, kind: str) -> None:
        """V2: also of a context with several names of it, as tags and roles are."""
        scope = Scope(**{kind: ("a",)})
        assert matches(scope, Context(**{kind: ("b", "a")}))
        assert not matches(scope, Context())


class TestMostSpecific:
    @pytest.mark.parametrize(("higher", "lower"), list(pairwise(KINDS)))
    def test_kind_by_kind(self, higher: str, lower: str) -> None:
        """V3: step, target, role, tenant, tenant tag, environment, channel, process, project."""
        values = (value("plain"), value("low", **{lower: "a"}), value("high", **{higher: "a"}))
        assert most_specific(values) == (values[2],)
        assert most_specific(values[:2]) == (values[1],)

    def test_a_later_kind_decides_between_those_left(self) -> None:
        """V3."""
        both = value("both", step="a", environment="b")
        assert most_specific((value("one", step="a"), both)) == (both,)

    def test_what_is_alike_ties(self) -> None:
        """V3: an error when the file is checked."""
        values = (value("one", step="a"), value("two", step="a"))
        assert most_specific(values) == values


class TestWinner:
    def test_the_most_specific_of_those_that_match(self) -> None:
        """V2, V3."""
        values = (value("plain"), value("near", environment="test"), value("far", tenant="contoso"))
        assert winner(values, Context(environment=("test",))) == values[1]
        assert winner(values, Context(environment=("test",), tenant=("contoso",))) == values[2]
        assert winner(values, Context()) == values[0]

    def test_none(self) -> None:
        """V2."""
        assert winner((value("far", tenant="contoso"),), Context()) is None
        assert winner((), Context()) is None

    def test_of_a_tie_the_first(self) -> None:
        """V3: `check` refuses it; the core goes on."""
        assert winner((value("one"), value("two")), Context()) == value("one")
