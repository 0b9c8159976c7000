"""What variables resolve to, and why."""

from octotui.model.declared import values_seen_by
from octotui.model.process import Runbook
from octotui.model.space import Model, Project, Scope, Space, Tenant, Value
from octotui.variables.resolved import Resolved, context_of, origin, resolve

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
    origins = [origin(model, "shop", "Colour", value) for value in (own, shared, plain)]
    assert origins == ["project shop", "variable set mail", ""]
