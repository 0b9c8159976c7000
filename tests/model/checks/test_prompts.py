from pathlib import Path

import pytest

from octotui.model.checks.prompts import answer_problem
from octotui.model.values import Prompt
from tests.model.texts import model_of, only_complaint


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ('kind = "select"', 'options: A select offers options; name some in options = ["…"].'),
        (
            'options = ["a"]',
            'options: Only a select offers options; add kind = "select" or remove them.',
        ),
        (
            'kind = "select", options = ["small", "large"], default = "smal"',
            'default: There is no option "smal"; did you mean "small"?',
        ),
        ('kind = "checkbox", default = "yes"', "default: A checkbox is true or false."),
        (
            'kind = "sensitive", default = "hunter22"',
            "default: A sensitive value has no default in a file; remove it.",
        ),
    ],
)
def test_a_prompt_can_be_answered(tmp_path: Path, prompt: str, said: str) -> None:
    """V6: what a prompt offers fits its kind."""
    assert only_complaint(tmp_path, f"[variables]\nX = {{ prompt = {{ {prompt} }} }}") == (
        f"variables.X.prompt.{said}"
    )


@pytest.mark.parametrize("default", ["true", '"True"', '"false"'])
def test_a_checkbox_has_a_default_of_true_or_false(tmp_path: Path, default: str) -> None:
    model = model_of(
        tmp_path, f'[variables]\nX = {{ prompt = {{ kind = "checkbox", default = {default} }} }}'
    )
    assert model.variables["X"][0].shown.lower() == default.strip('"').lower()


def test_a_prompt_is_asked_before_there_are_targets(tmp_path: Path) -> None:
    target = '[targets.web1]\nroles = ["web"]\n'
    said = only_complaint(tmp_path, target + '[variables]\nX = { prompt = {}, role = "web" }')
    sentence = "A value is asked for before there are targets; scope it by something else than role."
    assert said == f"variables.X.role: {sentence}"


@pytest.mark.parametrize(
    ("prompt", "answer", "problem"),
    [
        (Prompt(), "blue", None),
        (Prompt(), " ", "needs a value"),
        (Prompt(required=False), "", None),
        (Prompt(kind="select", options=("a", "b")), "c", 'must be one of "a", "b"'),
        (Prompt(kind="select", options=("a", "b")), "", 'must be one of "a", "b"'),
        (Prompt(kind="select", options=("a", "b"), required=False), "", None),
        (Prompt(kind="select", options=("a", "b")), "b", None),
        (Prompt(kind="checkbox"), "true", None),
        (Prompt(kind="checkbox"), "yes", "must be True or False"),
    ],
)
def test_an_answer_fits_its_prompt(prompt: Prompt, answer: str, problem: str | None) -> None:
    """V6: options and checkboxes take only what they offer."""
    assert answer_problem(prompt, answer) == problem
