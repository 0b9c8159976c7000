"""`octotui schema`."""

import json
from pathlib import Path

import jsonschema

from tests.cli.conftest import OK, ROOT, Call


def test_it_prints_the_schema_that_the_examples_are_checked_against(octotui: Call) -> None:
    said = octotui("schema")
    assert (said.code, said.err) == (0, "")
    schema = json.loads(said.out)
    jsonschema.validators.validator_for(schema).check_schema(schema)
    assert (ROOT / "configs" / "schema.json").read_text() == said.out


def test_of_the_summary_too(octotui: Call, write: Call, state: Path) -> None:
    said = octotui("schema", "--summary")
    assert (said.code, said.err) == (0, "")
    schema = json.loads(said.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    model = write(OK)
    ran = json.loads(octotui("run", model, "ok", "--json", "--state", state).out.splitlines()[-1])
    shown = json.loads(octotui("show", model, "run-1", "--json", "--state", state).out)
    waited = json.loads(octotui("wait", model, "run-1", "--json", "--state", state).out)
    for each in (ran, shown, waited):
        jsonschema.validate(each, schema)
    assert ran["runs"] == shown["runs"] == waited["runs"]
    assert shown["runs"][0]["steps"][0]["jobs"][0]["exit_code"] == 0
