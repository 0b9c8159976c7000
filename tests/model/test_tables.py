"""The tables of a model have the fields of what they become, and say what each key is."""

from octotui.model import space
from octotui.model.process_tables import MANUAL, RUNBOOK, SCRIPT, STEP
from octotui.model.shape import Record
from octotui.model.tables import ENGINE, FEED, MODEL, NOTIFY, POOL, TARGET, TEAM, TENANT, WORKER
from octotui.model.variable_tables import PROMPT, SECRET, VALUE


def test_the_tables_have_exactly_the_fields_of_the_values() -> None:
    pairs: list[tuple[Record, type]] = [
        (MODEL, space.Model),
        (ENGINE, space.Engine),
        (POOL, space.Pool),
        (WORKER, space.Worker),
        (TENANT, space.Tenant),
        (TARGET, space.Target),
        (TEAM, space.Team),
        (FEED, space.Feed),
    ]
    for record, value in pairs:
        assert set(record.keys) == set(value.__struct_fields__), value


def test_keys_that_refer_to_keys_refer_to_known_ones() -> None:
    for record in (STEP, VALUE, SCRIPT, SECRET, PROMPT, MANUAL, NOTIFY):
        for key in record.keys.values():
            assert {*key.not_with, *filter(None, [key.only_with]), *record.one_of} <= set(record.keys)


def test_every_key_says_what_it_is_in_a_sentence() -> None:
    of_model = (MODEL, ENGINE, POOL, WORKER, FEED, NOTIFY)
    for record in (*of_model, RUNBOOK, STEP, VALUE, SCRIPT, MANUAL, SECRET, PROMPT):
        assert all(key.about.endswith(".") for key in record.keys.values())


def test_how_people_hear_of_questions_is_said_as_a_step_says_its_template() -> None:
    said = {"template", "parameters", "shell"}
    assert set(NOTIFY.keys) == (set(space.Notify.__struct_fields__) - {"action"}) | said
