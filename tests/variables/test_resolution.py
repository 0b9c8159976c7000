"""What variables resolve to, and why."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octotui.model.iteration import values_seen_by
from octotui.model.process import Runbook
from octotui.model.scoping import KINDS
from octotui.model.space import Model, Project, Scope, Space, Tenant, Value
from octotui.variables.resolution import Origins, Resolved, context_of, resolve, winner

PLAIN = Value(value="hello")
TEST = Value(value="hi", scope=Scope(environment=("test",)))
WEST = Value(value="howdy", scope=Scope(tenant_tag=("region/west",)))
MODEL = Model(
    space=Space("Test", "test"),
    tenants={"contoso": Tenant(name="Contoso", tags=("region/west",))},
    variables={"Greeting": (PLAIN, TEST, WEST), "Only": (TEST,)},
)


def test_the_winner_the_beaten_and_those_of_elsewhere() -> None:
    """V3: a tenant's tag is more specific than an environment."""
    context = context_of(MODEL, environment="test", tenant="contoso")
    greeting, only = resolve(MODEL.variables, context)
    assert greeting == Resolved("Greeting", WEST, (), (PLAIN, TEST))
    assert only == Resolved("Only", TEST)


def test_nothing_holds() -> None:
    """V2."""
    greeting, only = resolve(MODEL.variables, context_of(MODEL))
    assert greeting == Resolved("Greeting", PLAIN, (), (), (TEST, WEST))
    assert only == Resolved("Only", None, (), (), (TEST,))


def test_a_step_is_a_kind_of_scope() -> None:
    """V2."""
    assert context_of(MODEL, step="A") == Scope(step=("A",))


def test_v4_where_values_stand_decides_among_those_as_specific() -> None:
    """V4, V3: and a narrower one wins wherever it stands."""
    own, shared, plain = Value(value="own"), Value(value="shared"), Value(value="plain")
    model = Model(
        space=Space("Test", "test"),
        variables={"Colour": (plain, TEST)},
        variable_sets={"mail": {"colour": (shared,)}},
        projects={
            "shop": Project(
                deployment=Runbook(name="Shop"), variable_sets=("mail",), variables={"Colour": (own,)}
            )
        },
    )
    seen = values_seen_by(model, "shop")
    (found,) = resolve(seen, context_of(model, process="shop"))
    assert found == Resolved("Colour", own, (shared, plain), (), (TEST,))
    (narrow,) = resolve(seen, context_of(model, environment="test", process="shop"))
    assert narrow == Resolved("Colour", TEST, (), (own, shared, plain))
    origins = [Origins(model, "shop").of(value) for value in (own, shared, plain)]
    assert origins == ["project shop", "variable set mail", ""]


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


NAMES = {"environment": "tp", "tenant": "cf", "tenant_tag": "we", "step": "AB", "process": "xy", "role": "rs"}
SCOPES = st.fixed_dictionaries(
    {
        kind: st.lists(st.sampled_from(names), unique=True, max_size=2).map(tuple)
        for kind, names in NAMES.items()
    }
).map(lambda held: Scope(**held))
TABLES = st.lists(st.lists(SCOPES, max_size=4), min_size=3, max_size=3)


def by_the_rules(tables: list[tuple[Value, ...]], context: Scope) -> Value | None:
    """V2 to V4 read word by word, one value against each other one."""

    def holds(value: Value) -> bool:
        pairs = [(getattr(value.scope, kind), getattr(context, kind)) for kind in Scope.__struct_fields__]
        return all(not wanted or any(name in there for name in wanted) for wanted, there in pairs)

    def beats(one: Value, other: Value) -> bool:
        for kind in Scope.__struct_fields__:  # step, target, role, tenant, tenant tag, environment …
            if bool(getattr(one.scope, kind)) != bool(getattr(other.scope, kind)):
                return bool(getattr(one.scope, kind))
        return False

    for table in tables:  # the project's, those of its sets, the space's
        for value in table:
            others = [other for each in tables for other in each if holds(other)]
            if holds(value) and not any(beats(other, value) for other in others):
                return value
    return None


@settings(max_examples=150, deadline=None)
@given(tables=TABLES, context=SCOPES)
def test_the_winner_is_that_of_the_rules(tables: list[list[Scope]], context: Scope) -> None:
    """V2, V3, V4: over any tables and contexts."""
    made = [
        tuple(Value(value=f"{place}.{index}", scope=scope) for index, scope in enumerate(scopes))
        for place, scopes in enumerate(tables)
    ]
    own, shared, space = made
    model = Model(
        space=Space("S", "s"),
        variables={"X": space},
        variable_sets={"one": {"x": shared}},
        projects={"p": Project(deployment=Runbook(name="P"), variable_sets=("one",), variables={"X": own})},
    )
    seen = values_seen_by(model, "p")["X"]
    assert winner(seen, context) is by_the_rules(made, context)
