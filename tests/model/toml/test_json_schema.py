import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from octotui.model.toml.json_schema import schema
from octotui.model.toml.starter import starter
from tests.model.texts import SAMPLE, SPACE

CONFIGS = sorted((Path(__file__).parents[3] / "configs").glob("*.toml"))


def wrong(text: str) -> list[Any]:
    return [error.json_path for error in Draft202012Validator(schema()).iter_errors(tomllib.loads(text))]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("text", [SPACE, SAMPLE, starter(), *(file.read_text("utf-8") for file in CONFIGS)])
def test_models_fit_it(text: str) -> None:
    assert wrong(text) == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("poools = 1", "$"),
        ("[engine]\ntask_cap = 0", "$.engine.task_cap"),
        ('[pools.a]\npolicy = "x"', "$.pools.a.policy"),
        ("[pools.Bad]", "$.pools"),
        ("[feeds.a]", "$.feeds.a"),
        ('[feeds.a]\ndirectory = "x"\nrate = "fast"', "$.feeds.a.rate"),
        ('[[runbooks.r.steps]]\nname = "x"', "$.runbooks.r.steps[0]"),
        ('[[runbooks.r.steps]]\nname = "x"\nscript = ""\nrunbook = "r"', "$.runbooks.r.steps[0]"),
        ('[[runbooks.r.steps]]\nname = "x"\nscript = ""\nwait = true', "$.runbooks.r.steps[0]"),
        (
            '[[runbooks.r.steps]]\nname = "x"\nmanual = { instructions = "x" }\nretries = 1',
            "$.runbooks.r.steps[0]",
        ),
        ('[pools.a]\nworkers = ["x", "x"]', "$.pools.a.workers"),
        ("[variables]\nX = { }", "$.variables.X"),
        ('[variables]\nX = { sensitive = "x" }', "$.variables.X"),
        ("[variables]\nX = { sensitive = { command = [] } }", "$.variables.X"),
        ('[variables]\nX = { prompt = { kind = "list" } }', "$.variables.X"),
    ],
)
def test_what_the_reader_refuses_does_not_fit_it(text: str, path: str) -> None:
    assert wrong(text) == [path]


def test_every_key_is_described() -> None:
    steps = schema()["properties"]["runbooks"]["additionalProperties"]["properties"]["steps"]
    assert steps["items"]["properties"]["grace"]["description"].startswith("How long")
