from octotui.model.scoping import KINDS, kinds_of, matches, most_specific
from octotui.model.space import Scope, Value


def test_v3_the_kinds_go_from_the_most_specific() -> None:
    order = ("step", "target", "role", "tenant", "tenant_tag", "environment", "channel", "process")
    assert order == KINDS


def test_v2_any_name_of_a_kind_serves_and_every_kind_must() -> None:
    scope = Scope(environment=("test", "production"), tenant=("contoso",))
    assert kinds_of(scope) == ("tenant", "environment")
    assert matches(scope, Scope(environment=("test",), tenant=("contoso",)))
    assert not matches(scope, Scope(environment=("test",)))
    assert not matches(scope, Scope(environment=("development",), tenant=("contoso",)))
    assert matches(scope, Scope(environment=("test",)), kinds=("environment",))
    assert matches(Scope(), Scope())


def test_v3_the_most_specific_value_is_left() -> None:
    everywhere = Value(value="a")
    in_test = Value(value="b", scope=Scope(environment=("test",)))
    for_one = Value(value="c", scope=Scope(tenant=("contoso",)))
    values = [everywhere, in_test, for_one]
    assert most_specific(values, Scope()) == [everywhere]
    assert most_specific(values, Scope(environment=("test",))) == [in_test]
    assert most_specific(values, Scope(environment=("test",), tenant=("contoso",))) == [for_one]
