import time

from msgspec.structs import replace

from octotui.model.checks.variable_conflicts import check_conflicts
from octotui.model.complaints import Keys
from octotui.model.process import Runbook, Script, Step
from octotui.model.space import Model, Scope, Space, Tenant, Value


def step(name: str) -> Step:
    return Step(name=name, action=Script(body=""))


MODEL = Model(
    space=Space("Kraken", "kraken"),
    tenants={
        "contoso": Tenant(name="Contoso", tags=("region/west", "size/big")),
        "fabrikam": Tenant(name="Fabrikam", tags=("region/east",)),
    },
    runbooks={
        "build": Runbook(name="Build", steps=(step("One"), step("Two"))),
        "tear": Runbook(name="Tear", steps=(step("Three"),)),
    },
)


def ties(*scopes: Scope) -> dict[Keys, str]:
    values = tuple(Value(value=str(index), scope=scope) for index, scope in enumerate(scopes))
    found: dict[Keys, str] = {}
    replaced = Model(
        space=MODEL.space, tenants=MODEL.tenants, runbooks=MODEL.runbooks, variables={"X": values}
    )
    check_conflicts(replaced, found.__setitem__)
    return found


def test_v3_values_that_share_a_name_tie() -> None:
    found = ties(Scope(environment=("test", "production")), Scope(environment=("production", "staging")))
    assert found == {
        ("variables", "X", 1): 'Value 1 holds for environment "production" too,'
        " and neither is more specific; narrow one of them."
    }


def test_v3_values_of_the_same_scope_tie_in_any_order_of_names() -> None:
    found = ties(Scope(environment=("a", "b")), Scope(), Scope(environment=("b", "a")))
    assert found == {("variables", "X", 2): "This value has the same scope as value 1; keep one of them."}


def test_v3_disjoint_names_do_not_tie() -> None:
    assert ties(Scope(environment=("test",)), Scope(environment=("production",))) == {}
    assert ties(Scope(step=("One",)), Scope(step=("Two",))) == {}


def test_v3_a_more_specific_kind_wins_over_another() -> None:
    assert ties(Scope(), Scope(environment=("test",)), Scope(tenant=("contoso",))) == {}


def test_v3_a_tenant_with_both_tags_makes_a_tie() -> None:
    west, big = Scope(tenant_tag=("region/west",)), Scope(tenant_tag=("size/big",))
    (said,) = ties(west, big).values()
    assert 'tenant tag "region/west", "size/big"' in said


def test_v3_tags_that_no_tenant_has_both_of_do_not_tie() -> None:
    assert ties(Scope(tenant_tag=("region/west",)), Scope(tenant_tag=("region/east",))) == {}


def test_v3_a_step_is_one_of_a_certain_runbook() -> None:
    build = Scope(process=("build", "tear"), step=("One", "Three"))
    assert ties(build, Scope(process=("tear",), step=("Three", "Two")))
    assert ties(build, Scope(process=("build",), step=("Three", "Two"))) == {}


def test_v3_roles_tie_where_they_share_a_name() -> None:
    assert ties(Scope(role=("web",)), Scope(role=("database",))) == {}
    assert ties(Scope(role=("web",)), Scope(role=("database", "web")))


def test_v3_a_tie_that_a_third_value_always_wins_over_is_none() -> None:
    here = Scope(environment=("test",), process=("build", "tear"))
    there = Scope(environment=("test", "dev"), process=("build",))
    wins = Scope(environment=("test",), process=("build",), tenant_tag=("region/west",))
    assert ties(here, there, wins)  # without a tenant they do tie
    shadow = Scope(tenant=("contoso",), channel=("c",))
    one, other = Scope(tenant=("contoso",)), Scope(tenant=("contoso", "fabrikam"))
    assert ties(one, other, shadow)  # outside of the channel they do tie
    tagged = Scope(tenant=("contoso",), tenant_tag=("region/west",))
    assert ties(one, other, tagged) == {}


def test_very_many_values_are_compared_in_no_time() -> None:
    """V3: each with its like, and of those that may hold together no more than can be."""
    alike = tuple(Value(value="x", scope=Scope(environment=("test",))) for _ in range(5000))
    told: list[tuple[Keys, str]] = []
    start = time.process_time()
    check_conflicts(replace(MODEL, variables={"Many": alike}), lambda at, message: told.append((at, message)))
    assert len(told) == 4999
    assert told[-1] == (
        ("variables", "Many", 4999),
        "This value has the same scope as value 1; keep one of them.",
    )
    tags = tuple(Value(scope=Scope(tenant_tag=(f"a/{n}", f"b/{n % 7}"))) for n in range(300))
    told.clear()
    check_conflicts(replace(MODEL, variables={"Many": tags}), lambda at, message: told.append((at, message)))
    assert told == [
        (
            ("variables", "Many"),
            "It has too many values that may hold together to compare them all; use fewer.",
        )
    ]
    assert time.process_time() - start < 5.0  # in fact 0.5 s
