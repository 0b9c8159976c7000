"""Values of variables in words."""

import pytest

from octotui.model.space import Scope, Value
from octotui.model.values import Prompt, Secret
from octotui.views.values import what, where


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Value(value="hello"), "hello"),
        (Value(value="setup", kind="pool"), "pool setup"),
        (
            Value(kind="sensitive", secret=Secret(env="PASSWORD")),
            "********, from the environment variable PASSWORD",
        ),
        (Value(kind="sensitive", secret=Secret(file="/a/b")), "********, from the file /a/b"),
        (
            Value(kind="sensitive", secret=Secret(command=("pass", "show"))),
            "********, from the command pass",
        ),
        (Value(kind="sensitive", secret=Secret(keyring="me/you")), "********, from the keyring, me/you"),
        (Value(kind="prompt", prompt=Prompt()), "asked for at the start"),
        (Value(kind="prompt", prompt=Prompt(kind="sensitive")), "asked for at the start"),
        (Value(kind="prompt", prompt=Prompt(default="blue")), "asked for at the start, otherwise blue"),
    ],
)
def test_what_a_value_is(value: Value, said: str) -> None:
    """V5, V6: of a sensitive one only where it is read."""
    assert what(value) == said


def test_where_it_holds() -> None:
    """V2, V4."""
    scope = Scope(environment=("test", "live"), tenant_tag=("region/west",))
    assert where(Value(scope=scope)) == "tenant tag region/west, environment test or live"
    assert where(Value(), "project shop") == "everywhere; project shop"
