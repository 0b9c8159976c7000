"""`octotui schema`."""

import json

import jsonschema

from tests.cli.conftest import ROOT, Call


def test_it_prints_the_schema_that_the_examples_are_checked_against(octotui: Call) -> None:
    said = octotui("schema")
    assert (said.code, said.err) == (0, "")
    schema = json.loads(said.out)
    jsonschema.validators.validator_for(schema).check_schema(schema)
    assert (ROOT / "configs" / "schema.json").read_text() == said.out
