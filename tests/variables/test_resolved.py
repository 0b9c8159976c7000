"""What variables resolve to, and why."""

from octotui.model.space import Model, Scope, Space, Tenant, Value
from octotui.variables.resolved import Resolved, context_of, resolve

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
    greeting, only = resolve(MODEL, context)
    assert greeting == Resolved("Greeting", WEST, (PLAIN, TEST))
    assert only == Resolved("Only", TEST)


def test_nothing_holds() -> None:
    """V2."""
    greeting, only = resolve(MODEL, context_of(MODEL))
    assert greeting == Resolved("Greeting", PLAIN, (), (TEST, WEST))
    assert only == Resolved("Only", None, (), (TEST,))


def test_a_step_is_a_kind_of_scope() -> None:
    """V2."""
    assert context_of(MODEL, step="A") == Scope(step=("A",))
