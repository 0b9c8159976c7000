"""The tables of variables have the fields of what they become."""

from octotui.model import space, values
from octotui.model.toml.specs.variable_spec import PROMPT, SECRET, VALUE


def test_the_tables_have_exactly_the_fields_of_the_values() -> None:
    assert set(SECRET.keys) == set(values.Secret.__struct_fields__)
    assert set(PROMPT.keys) == set(values.Prompt.__struct_fields__)


def test_a_value_has_the_kinds_of_scopes() -> None:
    assert set(VALUE.keys) == {*space.Scope.__struct_fields__, "value", "pool", "sensitive", "prompt"}
