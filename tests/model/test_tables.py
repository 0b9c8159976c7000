from octotui.model import process, space, values
from octotui.model.shape import Record
from octotui.model.tables import (
    CHILD,
    ENGINE,
    FEED,
    HEALTH_CHECK,
    MANUAL,
    MODEL,
    POOL,
    PROMPT,
    RUNBOOK,
    SCRIPT,
    SECRET,
    SIMULATE,
    STEP,
    TARGET,
    TEAM,
    TENANT,
    VALUE,
    WORKER,
)


def test_the_tables_have_exactly_the_fields_of_the_values() -> None:
    pairs: list[tuple[Record, type]] = [
        (MODEL, space.Model),
        (ENGINE, space.Engine),
        (POOL, space.Pool),
        (WORKER, space.Worker),
        (TENANT, space.Tenant),
        (TARGET, space.Target),
        (HEALTH_CHECK, process.HealthCheck),
        (TEAM, space.Team),
        (FEED, space.Feed),
        (RUNBOOK, process.Runbook),
        (SIMULATE, process.Simulate),
        (SCRIPT, process.Script),
        (MANUAL, process.Manual),
        (SECRET, values.Secret),
        (PROMPT, values.Prompt),
    ]
    for record, value in pairs:
        assert set(record.keys) == set(value.__struct_fields__), value


def test_a_step_has_its_own_fields_and_those_of_what_it_does() -> None:
    fields = {*process.Step.__struct_fields__, *process.StartRunbook.__struct_fields__, "script", "manual"}
    fields |= {"template", "parameters", "shell"}
    assert set(STEP.keys) == (fields | {"steps", "health_check"}) - {"action", "within"}
    assert set(CHILD.keys) < set(STEP.keys)


def test_a_value_has_the_kinds_of_scopes() -> None:
    assert set(VALUE.keys) == {*space.Scope.__struct_fields__, "value", "pool", "sensitive", "prompt"}


def test_keys_that_refer_to_keys_refer_to_known_ones() -> None:
    for record in (STEP, VALUE, SCRIPT, SECRET, PROMPT):
        for key in record.keys.values():
            assert {*key.not_with, *filter(None, [key.only_with]), *record.one_of} <= set(record.keys)


def test_every_key_says_what_it_is_in_a_sentence() -> None:
    for record in (MODEL, ENGINE, POOL, WORKER, RUNBOOK, STEP, VALUE, SCRIPT, MANUAL, FEED, SECRET, PROMPT):
        assert all(key.about.endswith(".") for key in record.keys.values())
