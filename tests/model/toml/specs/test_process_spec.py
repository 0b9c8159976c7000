"""The tables of processes have the fields of what they become."""

from octotui.model import process
from octotui.model.toml.specs.process_spec import CHILD, HEALTH_CHECK, MANUAL, RUNBOOK, SCRIPT, SIMULATE, STEP


def test_the_tables_have_exactly_the_fields_of_the_values() -> None:
    pairs = [
        (HEALTH_CHECK, process.HealthCheck),
        (RUNBOOK, process.Runbook),
        (SIMULATE, process.Simulate),
        (SCRIPT, process.Script),
        (MANUAL, process.Manual),
    ]
    for record, value in pairs:
        assert set(record.keys) == set(value.__struct_fields__), value


def test_a_step_has_its_own_fields_and_those_of_what_it_does() -> None:
    fields = {*process.Step.__struct_fields__, *process.StartRunbook.__struct_fields__, "script", "manual"}
    fields |= {"template", "parameters", "shell", "package", "verbatim"}
    inside = {"action", "within", "runs_contained", "contained"}
    assert set(STEP.keys) == (fields | {"steps", "health_check"}) - inside
    assert set(CHILD.keys) < set(STEP.keys)
