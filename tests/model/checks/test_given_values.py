"""V6: check warns of values that schedules and steps give in vain, and of prompts that get none."""

from pathlib import Path

import pytest

from octotui.model.checks.given_values import warn_of_given_values
from octotui.model.complaints import ModelError
from octotui.model.toml.read import load, load_with_warnings

HEAD = """
[space]
name = "S"
[variables]
Version = { prompt = { label = "V", default = "1" } }
Size = [
  { prompt = { kind = "select", options = ["a", "b"], default = "a" } },
  { value = "c", environment = "test" },
]
Fixed = "1"
Password = { sensitive = { env = "DB" } }
[environments.test]
[runbooks.go]
[schedules.nightly]
cron = "0 3 * * *"
runbook = "go"
"""


def told(folder: Path, values: str) -> list[str]:
    (folder / "model.toml").write_text(f"{HEAD}variables = {{ {values} }}\n")
    _, warnings = load_with_warnings(folder / "model.toml", advice=[warn_of_given_values])
    return [str(each).replace(f"{folder}/", "") for each in warnings]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ('Verson = "1"', 'Verson: "go" has no variable "Verson"; did you mean "Version"?'),
        ('Size = "c"', 'Size: Its runs will not start: it must be one of "a", "b".'),
        ('Version = " "', "Version: Its runs will not start: it needs a value."),
        ('Password = "x"', "Password: Nobody may see it, and here all can read it; read it where"),
    ],
)
def test_v6_what_no_run_takes_is_warned_of(tmp_path: Path, values: str, said: str) -> None:
    (warning,) = told(tmp_path, values)
    assert warning.startswith("model.toml:17:")
    assert f"schedules.nightly.variables.{said}" in warning


def test_v6_v8_what_a_run_takes_is_not(tmp_path: Path) -> None:
    assert told(tmp_path, 'version = "1", SIZE = "b", Fixed = "2"') == []


CHILD = """
[space]
name = "S"
[environments.test]
[environments.production]
[tenants.contoso]
tags = ["region/west"]
[variables]
{variables}
[runbooks.go]
[[runbooks.go.steps]]
name = "Work"
script = "true"
[runbooks.top]
[[runbooks.top.steps]]
name = "Start"
runbook = "go"
{step}
"""
SIZE = 'Size = { prompt = {}, process = "go" }'


def about(folder: Path, step: str, variables: str = SIZE) -> list[str]:
    """What check warns of a step that starts a run."""
    (folder / "model.toml").write_text(CHILD.format(variables=variables, step=step))
    _, warnings = load_with_warnings(folder / "model.toml", advice=[warn_of_given_values])
    return [str(each).removeprefix(f"{folder}/model.toml:") for each in warnings]


START = 'runbooks.top.steps["Start"]'


def test_v6_a_prompt_of_a_child_that_gets_no_value_is_warned_of_where_the_step_says_what_it_starts(
    tmp_path: Path,
) -> None:
    says = 'its runs will fail. Say variables = { Size = "…" }.'
    asks = f'"go" asks for "Size", and nothing here gives it a value: {says}'
    assert about(tmp_path, "") == [f"17:12: {START}.runbook: {asks}"]
    assert about(tmp_path, 'variables = { Sise = "1" }') == [
        f"18:1: {START}.variables: {asks}",
        f'18:23: {START}.variables.Sise: "go" has no variable "Sise"; did you mean "Size"?',
    ]


@pytest.mark.parametrize(
    ("step", "variables"),
    [
        ('variables = { size = "#{Size}" }', SIZE),
        ("enabled = false", SIZE),
        ("", 'Size = { prompt = { default = "1" } }'),
        ("", "Size = { prompt = { required = false } }"),
        ("", 'Size = { prompt = { kind = "checkbox" } }'),
        ("", 'Size = { prompt = {}, process = "top" }'),
        ("", 'Size = [{ prompt = {} }, { value = "1", process = "go" }]'),
        ('environment = "test"', 'Size = { prompt = {}, environment = "production" }'),
        ('environments = ["test"]', 'Size = { prompt = {}, environment = "production" }'),
        ('tenant = "contoso"', 'Size = [{ prompt = {} }, { value = "1", tenant_tag = "region/west" }]'),
    ],
)
def test_v6_a_prompt_that_needs_no_value_there_is_not(tmp_path: Path, step: str, variables: str) -> None:
    assert about(tmp_path, step, variables) == []


@pytest.mark.parametrize(
    ("variables", "where"),
    [
        ('Size = { prompt = {}, environment = "production" }', " in production"),
        ('Size = { prompt = {}, tenant = "contoso" }', " for contoso"),
        ('Size = { prompt = {}, tenant_tag = "region/west" }', " for contoso"),
        ('Size = [{ prompt = {} }, { value = "1", environment = "production" }]', ""),
        ('Size = [{ value = "1" }, { prompt = {}, step = "Work" }]', ""),
    ],
)
def test_v6_where_it_is_asked_for_only_somewhere_that_is_said(
    tmp_path: Path, variables: str, where: str
) -> None:
    (warning,) = about(tmp_path, "", variables)
    assert f'"go" asks for "Size"{where}, and nothing here gives it a value' in warning


def test_v6_a_name_that_wants_quotes_has_some(tmp_path: Path) -> None:
    (warning,) = about(tmp_path, "", '"Db.Size of it" = { prompt = {}, process = "go" }')
    assert warning.endswith('Say variables = { "Db.Size of it" = "…" }.')


@pytest.mark.parametrize(
    ("value", "said"),
    [('"c"', 'Its runs will fail: it must be one of "a", "b".'), ('"#{Which}"', None), ('"a"', None)],
)
def test_v6_a_text_that_a_prompt_of_the_child_does_not_take(
    tmp_path: Path, value: str, said: str | None
) -> None:
    declared = 'Size = { prompt = { kind = "select", options = ["a", "b"] } }'
    warnings = about(tmp_path, f"variables = {{ Size = {value} }}", declared)
    assert [each.rpartition("Size: ")[2] for each in warnings] == ([] if said is None else [said])


def test_v6_a_scheduled_runbook_whose_prompt_gets_no_value(tmp_path: Path) -> None:
    """At its `runbook`, or, for a project, where that is named; a schedule that is off starts nothing."""
    text = CHILD.format(variables=SIZE, step='variables = { Size = "1" }')
    cron = 'cron = "0 3 * * *"'
    shop = '[projects.shop]\n[projects.shop.variables]\nPlace = { prompt = {}, environment = "test" }\n'
    schedules = [
        f'[schedules.one]\n{cron}\nrunbook = "go"\n',
        f'[schedules.two]\n{cron}\nrunbook = "go"\nenabled = false\n',
        f'[schedules.three]\n{cron}\nproject = "shop"\nenvironment = "test"\n',
        f'[schedules.four]\n{cron}\nproject = "shop"\nenvironment = "production"\n',
    ]
    (tmp_path / "model.toml").write_text("\n".join((text, shop, *schedules)))
    _, warnings = load_with_warnings(tmp_path / "model.toml", advice=[warn_of_given_values])
    says = 'and nothing here gives it a value: its runs will not start. Say variables = { %s = "…" }.'
    assert [f"{each.key}: {each.message}" for each in warnings] == [
        f'schedules.one.runbook: "go" asks for "Size", {says % "Size"}',
        f'schedules.three.project: "shop" asks for "Place", {says % "Place"}',
    ]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ('at = "tomorrow"', '18:1: at: Expected a time such as "03:00" or "2026-11-23 03:00 Europe/Berlin"'),
        ('at = "03:00 Europe/Nowhere"', '18:1: at: There is no time zone "Europe/Nowhere"'),
        (
            'variables = { A = "1", a = "2" }',
            '18:24: variables.a: It differs from "A" in case alone; keep one',
        ),
    ],
)
def test_v6_q5_what_can_never_be_given_is_refused(tmp_path: Path, step: str, said: str) -> None:
    (tmp_path / "model.toml").write_text(CHILD.format(variables="", step=step))
    with pytest.raises(ModelError) as error:
        load(tmp_path / "model.toml")
    (complaint,) = error.value.complaints
    text = str(complaint).removeprefix(f"{tmp_path}/model.toml:").replace(f"{START}.", "")
    assert text.startswith(said)
