"""The tables of a model have the fields of what they become, and say what each key is."""

from pathlib import Path

import pytest

from octotui.model import space
from octotui.model.complaints import ModelError
from octotui.model.toml.read import load
from octotui.model.toml.specs.machine_spec import POOL, TARGET, WORKER
from octotui.model.toml.specs.process_spec import MANUAL, RUNBOOK, SCRIPT, STEP
from octotui.model.toml.specs.space_spec import (
    ACCESS,
    ENGINE,
    FEED,
    KEEP,
    MODEL,
    NOTIFY,
    RETENTION,
    TEAM,
    TENANT,
)
from octotui.model.toml.specs.spec import TableSpec
from octotui.model.toml.specs.variable_spec import PROMPT, SECRET, VALUE
from octotui.model.toml.write import dump


def test_the_tables_have_exactly_the_fields_of_the_values() -> None:
    pairs: list[tuple[TableSpec, type]] = [
        (MODEL, space.Model),
        (ENGINE, space.Engine),
        (POOL, space.Pool),
        (WORKER, space.Worker),
        (TENANT, space.Tenant),
        (TARGET, space.Target),
        (TEAM, space.Team),
        (FEED, space.Feed),
        (KEEP, space.Keep),
        (RETENTION, space.Retention),
    ]
    for record, value in pairs:
        leased = {"host_key"} if value is space.Worker else set()  # of a leased machine alone
        assert set(record.keys) == set(value.__struct_fields__) - leased, value


def test_keys_that_refer_to_keys_refer_to_known_ones() -> None:
    for record in (STEP, VALUE, SCRIPT, SECRET, PROMPT, MANUAL, NOTIFY):
        for key in record.keys.values():
            assert {*key.not_with, *filter(None, [key.only_with]), *record.one_of} <= set(record.keys)


def test_every_key_says_what_it_is_in_a_sentence() -> None:
    of_model = (MODEL, ENGINE, POOL, WORKER, FEED, NOTIFY, KEEP, RETENTION, ACCESS)
    for record in (*of_model, RUNBOOK, STEP, VALUE, SCRIPT, MANUAL, SECRET, PROMPT):
        assert all(key.about.endswith(".") for key in record.keys.values())


def test_how_people_hear_of_questions_is_said_as_a_step_says_its_template() -> None:
    said = {"template", "parameters", "shell"}
    assert set(NOTIFY.keys) == (set(space.Notify.__struct_fields__) - {"action"}) | said


def test_retention_is_read_and_written(tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    head = '[space]\nname = "S"\n[retention]\n'
    path.write_text(f'{head}runs = {{ keep = 1000, age = "90d" }}\nlogs = {{ age = "1h30m" }}\n')
    model = load(path)
    assert model.retention.runs == space.Keep(keep=1000, age=90 * 86400.0)
    assert (model.retention.logs.age, model.retention.artifacts.forever) == (5400.0, True)
    path.write_text(dump(model))
    assert load(path) == model
    path.write_text(f"{head}runs = {{ keep = -1 }}\nlog = {{ keep = 1 }}\nartifacts = 5\n")
    with pytest.raises(ModelError) as refused:
        load(path)
    assert [str(each).partition("model.toml:")[2].split(": ")[0] for each in refused.value.complaints] == [
        "4:10", "5:1", "6:1"
    ]  # fmt: skip
