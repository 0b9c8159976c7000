from pathlib import Path

import pytest

from tests.model.texts import model_of, only_complaint

GROUND = """
[pools.setup]
[lifecycles.standard]
[variable_sets.mail]
Sender = "shop"
Where = { pool = "setup" }
[variables]
Space = { pool = "setup" }
[runbooks.restart]
{runbook}
[projects.shop]
{project}
[[projects.shop.steps]]
name = "Deploy"
script = ""
{step}
"""


def text(project: str = "", step: str = "", runbook: str = "") -> str:
    parts = {"{project}": project, "{step}": step, "{runbook}": runbook}
    whole = GROUND
    for place, part in parts.items():
        whole = whole.replace(place, part)
    return whole


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"project": 'lifecycle = "standrad"'}, 'shop.lifecycle: There is no lifecycle "standrad"; did'),
        ({"project": 'variable_sets = ["mial"]'}, 'shop.variable_sets[1]: There is no variable set "mial"'),
        ({"runbook": 'project = "shp"'}, 'restart.project: There is no project "shp"; did you mean "shop"?'),
        ({"step": 'pool = "setpu"'}, 'shop.steps["Deploy"].pool: There is no pool "setpu"'),
        ({"step": 'tenant_tags = ["a/b"]'}, 'steps["Deploy"].tenant_tags[1]: There is no tenant tag "a/b"'),
        ({"step": 'publish = { Url = "mial" }'}, 'steps["Deploy"].publish.Url: There is no variable set "mi'),
        (
            {"project": 'channels.hot.lifecycle = "x"'},
            'shop.channels.hot.lifecycle: There is no lifecycle "x',
        ),
    ],
)
def test_a_project_names_only_what_there_is(tmp_path: Path, parts: dict[str, str], said: str) -> None:
    assert said in only_complaint(tmp_path, text(**parts))


def test_v4_a_step_sees_the_variables_of_its_project_its_sets_and_the_space(tmp_path: Path) -> None:
    own = 'variables.Own = { pool = "setup" }\n'
    for name in ("Own", "Space"):
        model_of(tmp_path, text(own, f'pool_variable = "{name}"'))
    step = 'pool_variable = "Where"'
    model_of(tmp_path, text('variable_sets = ["mail"]', step))
    assert 'There is no variable "Where"' in only_complaint(tmp_path, text(own, step))


def test_v8_a_pool_variable_is_found_by_its_name_in_any_case(tmp_path: Path) -> None:
    """W10, V8: where it is declared, and what its values are."""
    model_of(tmp_path, text('variables.Own = { pool = "setup" }\n', 'pool_variable = "OWN"'))
    said = only_complaint(tmp_path, text('variables.Own = "setup"\n', 'pool_variable = "OWN"'))
    assert '"OWN" has a value that is no pool' in said


def test_v4_a_runbook_of_a_project_sees_what_the_project_does(tmp_path: Path) -> None:
    step = '[[runbooks.restart.steps]]\nname = "One"\nscript = ""\npool_variable = "Own"\n'
    own = 'variables.Own = { pool = "setup" }\n'
    model_of(tmp_path, text(own, runbook=f'project = "shop"\n{step}'))
    assert 'There is no variable "Own"' in only_complaint(tmp_path, text(own, runbook=step))
