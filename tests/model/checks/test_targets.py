"""Keys that say nothing for a step on targets."""

from pathlib import Path

import pytest

from octotui.model.process import HealthCheck, Rolling
from octotui.model.toml.read import load
from octotui.model.toml.write import dump
from tests.model.texts import model_of, only_complaint

GROUND = '[targets.web1]\nroles = ["web"]\n[pools.p]\n[[runbooks.r.steps]]\nname = "One"\nroles = ["web"]\n'
CHILD = '[[runbooks.r.steps.steps]]\nname = "Child"\nscript = "true"\n'


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ('script = ""\npool = "p"', "It runs on its targets and has no worker"),
        (f'pool = "p"\n{CHILD}', '"pool" is for its child steps; move it there.'),
        (f"retries = 2\n{CHILD}", '"retries" is for its child steps; move it there.'),
        (f'on = "worker"\n{CHILD}', "Where scripts run is for its child steps to say"),
        ("steps = []", "It has no child steps; write some, or a script."),
        ('health_check = {}\non = "worker"', "A health check runs on its targets; remove it."),
        (f'{CHILD}roles = ["web"]', '"roles" is not known here'),
        (f'{CHILD}start = "with-previous"', '"start" is not known here'),
        (f"{CHILD}{CHILD}", 'Another step of this runbook is called "Child"; rename one of them.'),
        (f'{CHILD}environments = ["mars"]', 'There is no environment "mars"'),
    ],
)
def test_s6_what_does_not_go_together(tmp_path: Path, step: str, said: str) -> None:
    assert said in only_complaint(tmp_path, GROUND + step)


def test_a_complaint_about_a_child_step_names_its_place(tmp_path: Path) -> None:
    said = only_complaint(tmp_path, GROUND + CHILD + "shared = 3")
    assert said.startswith('runbooks.r.steps["One"].steps["Child"].shared: Expected true or false')


def test_a_role_that_nothing_has(tmp_path: Path) -> None:
    text = GROUND.replace('\nroles = ["web"]\n', '\nroles = ["website"]\n', 1) + 'script = ""'
    assert 'There is no role "web"; known: "website".' in only_complaint(tmp_path, text)


def test_s6_steps_with_roles_are_on_their_targets(tmp_path: Path) -> None:
    model = model_of(tmp_path, f"{GROUND}window = 2\n{CHILD}")
    (step,) = model.runbooks["r"].steps
    assert (step.on, step.window) == ("target", 2)
    assert isinstance(step.action, Rolling)
    (child,) = step.action.steps
    assert (child.on, child.roles, child.within) == ("target", (), "")
    flat = model.runbooks["r"].flat().steps
    assert [(each.name, each.within, each.roles) for each in flat] == [
        ("One", "", ("web",)),
        ("Child", "One", ("web",)),
    ]


def test_what_is_written_reads_the_same(tmp_path: Path) -> None:
    more = '[[runbooks.r.steps]]\nname = "Check"\nroles = ["web"]\n'
    more += 'health_check = { script = "true", unhealthy = "exclude" }\n'
    model = model_of(tmp_path, f"{GROUND}window = 2\n{CHILD}shared = true\n{more}")
    assert isinstance(model.runbooks["r"].steps[1].action, HealthCheck)
    again = tmp_path / "again"
    again.mkdir()
    (again / "model.toml").write_text(dump(model), "utf-8")
    assert load(again / "model.toml") == model
