from pathlib import Path

import pytest

from tests.model.texts import complaints_of, model_of, only_complaint

GROUND = """
[pools.setup]
workers = ["worker1"]
[environments.test]
[tenants.contoso]
tags = ["region/west"]
[teams.finance]
[runbooks.other]
[[runbooks.x.steps]]
name = "One"
"""


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ('script = ""\npool = "setpu"', 'pool: There is no pool "setpu"; did you mean "setup"?'),
        (
            'script = ""\nenvironments = ["test", "tset"]',
            'environments[2]: There is no environment "tset"; did you mean "test"?',
        ),
        (
            'script = ""\npool_variable = "Pool"',
            'pool_variable: There is no variable "Pool"; none is declared.',
        ),
        ('runbook = "othr"', 'runbook: There is no runbook "othr"; did you mean "other"?'),
        (
            'runbook = "other"\nenvironment = "tst"',
            'environment: There is no environment "tst"; did you mean "test"?',
        ),
        (
            'runbook = "other"\ntenant = "contos"',
            'tenant: There is no tenant "contos"; did you mean "contoso"?',
        ),
        (
            'manual = { instructions = "?", teams = ["finanse"] }',
            'manual.teams[1]: There is no team "finanse"; did you mean "finance"?',
        ),
    ],
)
def test_a_step_names_only_what_there_is(tmp_path: Path, step: str, said: str) -> None:
    assert only_complaint(tmp_path, GROUND + step) == f'runbooks.x.steps["One"].{said}'


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ('environment = "tst"', 'environment[1]: There is no environment "tst"; did you mean "test"?'),
        ('tenant = ["contoso", "fabrikam"]', 'tenant[2]: There is no tenant "fabrikam"; known: "contoso".'),
        (
            'tenant_tag = "region/wst"',
            'tenant_tag[1]: There is no tenant tag "region/wst"; did you mean "region/west"?',
        ),
        ('process = "othr"', 'process[1]: There is no runbook or project "othr"; did you mean "other"?'),
        ('channel = "hto"', 'channel[1]: There is no channel "hto"; none is declared.'),
        ('step = "Oen"', 'step[1]: There is no step "Oen"; known: "One".'),
    ],
)
def test_v2_a_value_is_scoped_to_what_there_is(tmp_path: Path, scope: str, said: str) -> None:
    text = f'{GROUND}script = ""\n[variables]\nX = {{ value = "a", {scope} }}'
    expected = said if "[2]" in said else said.replace("[1]", "")
    assert only_complaint(tmp_path, text) == f"variables.X.{expected}"


def test_w2_a_pool_in_a_variable_is_one_there_is(tmp_path: Path) -> None:
    text = '[pools.setup]\n[variables]\nX = [{ pool = "setpu" }]'
    assert (
        only_complaint(tmp_path, text)
        == 'variables.X[1].pool: There is no pool "setpu"; did you mean "setup"?'
    )


def test_w1_two_default_pools(tmp_path: Path) -> None:
    text = "[pools.a]\ndefault = true\n[pools.b]\ndefault = true\n"
    assert (
        only_complaint(tmp_path, text)
        == 'pools.b.default: "a" is the default pool already; keep one of them.'
    )


def test_w1_a_pool_called_default_is_marked_or_another_is(tmp_path: Path) -> None:
    assert "add default = true" in only_complaint(tmp_path, "[pools.default]")
    model_of(tmp_path, "[pools.default]\ndefault = true")
    model_of(tmp_path, "[pools.default]\n[pools.other]\ndefault = true")


def test_w1_the_implicit_default_pool_may_be_named(tmp_path: Path) -> None:
    model_of(tmp_path, '[[runbooks.x.steps]]\nname = "One"\nscript = ""\npool = "default"')


def test_a_worker_that_no_pool_lists(tmp_path: Path) -> None:
    text = '[pools.a]\nworkers = ["worker1"]\n[workers.wroker1]\nenabled = false'
    said = 'workers.wroker1: No pool lists the worker "wroker1"; did you mean "worker1"?'
    assert only_complaint(tmp_path, text) == said


def test_nobody_else_is_called_built_in(tmp_path: Path) -> None:
    text = '[pools.a]\nworkers = ["x", "built-in"]\n'
    assert only_complaint(tmp_path, text).startswith(
        'pools.a.workers[2]: "built-in" is the worker of octotui'
    )
    assert only_complaint(tmp_path, "[workers.built-in]").startswith('workers.built-in: "built-in" is the')


def test_s2_step_names_are_unique_in_a_runbook(tmp_path: Path) -> None:
    step = '[[runbooks.{}.steps]]\nname = "One"\nscript = ""\n'
    model_of(tmp_path, step.format("x") + step.format("y"))
    said = only_complaint(tmp_path, step.format("x") * 2)
    assert (
        said
        == 'runbooks.x.steps["One"].name: Another step of this runbook is called "One"; rename one of them.'
    )


def test_v8_no_two_steps_of_a_process_differ_in_case_alone(tmp_path: Path) -> None:
    """S2, V8: also a child step and another one, since the name says whose output it is."""
    step = '[[runbooks.x.steps]]\nname = "{}"\nscript = ""\n'
    said = only_complaint(tmp_path, step.format("Größe One") + step.format("GRÖßE ONE"))
    assert said == (
        'runbooks.x.steps["GRÖßE ONE"].name: It differs from "Größe One" in case alone; rename one of them.'
    )
    roll = '[targets.web]\nroles = ["web"]\n[[runbooks.x.steps]]\nname = "Roll"\nroles = ["web"]\n'
    inner = '[[runbooks.x.steps.steps]]\nname = "ONE"\nscript = ""\n'
    said = only_complaint(tmp_path, roll + inner + step.format("One"))
    assert said.endswith('It differs from "ONE" in case alone; rename one of them.')
    model_of(tmp_path, roll + inner + step.format("Two"))


def test_v8_no_two_targets_have_one_name_in_any_case(tmp_path: Path) -> None:
    """V7, V8: outputs of a target are found by it."""
    target = '[targets.{}]\nname = "{}"\nroles = ["web"]\n'
    said = only_complaint(tmp_path, target.format("one", "Web") + target.format("two", "WEB"))
    shared = 'The target "one" has this name too, by which outputs are found; rename one of them.'
    assert said == f"targets.two.name: {shared}"
    model_of(tmp_path, target.format("one", "Web 1") + target.format("two", "Web 2"))
    slug = '[targets.web]\nroles = ["web"]\n'
    assert "has this name too" in only_complaint(tmp_path, slug + target.format("two", "Web"))


@pytest.mark.parametrize("kind", ["target", "role"])
def test_w10_a_pool_is_never_scoped_to_targets_or_roles(tmp_path: Path, kind: str) -> None:
    target = '[targets.web]\nroles = ["web"]\n'
    text = f'{target}[pools.setup]\n[variables]\nX = {{ pool = "setup", {kind} = "web" }}'
    assert f"something else than {kind}" in only_complaint(tmp_path, text)
    model_of(tmp_path, f'{target}[variables]\nX = {{ value = "setup", {kind} = "web" }}')


def test_w10_a_pool_variable_has_pools_for_values(tmp_path: Path) -> None:
    text = f'{GROUND}script = ""\npool_variable = "X"\n[variables]\nX = '
    said = (
        'runbooks.x.steps["One"].pool_variable: "X" has a value that is no pool; write it as { pool = "…" }.'
    )
    assert only_complaint(tmp_path, text + '"setup"') == said
    model_of(tmp_path, text + '{ pool = "setup" }')


def test_v8_names_of_variables_differ_in_more_than_case(tmp_path: Path) -> None:
    text = '[variables]\nGreeting = "a"\ngreeting = "b"'
    assert "in case alone" in only_complaint(tmp_path, text)


def test_v3_ties_are_found(tmp_path: Path) -> None:
    assert [each.key for each in complaints_of(tmp_path, '[variables]\nX = ["a", "b"]')] == ["variables.X[2]"]


def test_s2_with_previous_on_the_first_step_means_nothing(tmp_path: Path) -> None:
    model_of(tmp_path, f'{GROUND}script = ""\nstart = "with-previous"')


def test_s8_a_container_in_a_pool_without_is_a_matter_of_planning(tmp_path: Path) -> None:
    text = GROUND.replace('["worker1"]', '["worker1"]\ncontainers = false')
    model_of(tmp_path, f'{text}script = ""\npool = "setup"\ncontainer = {{ image = "alpine", run = false }}')
