from pathlib import Path

import pytest

from tests.model.texts import model_of, only_complaint

GROUND = """
[environments.test]
[environments.production]
[projects.shop]
variable_sets = ["mail", "web"]
[[projects.shop.steps]]
name = "A"
script = ""
"""


def test_v4_two_sets_of_a_project_may_not_say_the_same_alike(tmp_path: Path) -> None:
    text = '[variable_sets.mail]\nColour = "red"\n[variable_sets.web]\ncolour = "blue"'
    assert only_complaint(tmp_path, GROUND + text) == (
        'projects.shop.variable_sets[2]: "Colour" is in the variable sets "mail" and "web" alike; '
        "narrow one of its values, or give the project its own."
    )


def test_v4_the_complaint_says_where(tmp_path: Path) -> None:
    text = """
[variable_sets.mail]
Colour = [{ value = "red", environment = "test" }, { value = "pink", environment = "production" }]
[variable_sets.web]
Colour = { value = "blue", environment = ["test", "production"] }
"""
    assert only_complaint(tmp_path, GROUND + text) == (
        'projects.shop.variable_sets[2]: "Colour" is in the variable sets "mail" and "web" alike '
        'for environment "test"; narrow one of its values, or give the project its own.'
    )


@pytest.mark.parametrize(
    "text",
    [
        '[variable_sets.mail]\nColour = "red"\n[variable_sets.web]\nSize = "blue"',
        '[variable_sets.mail]\nC = "r"\n[variable_sets.web]\nC = { value = "b", environment = "test" }',
        '[variable_sets.mail]\nC = "r"\n[variable_sets.web]\nC = "b"\n[projects.shop.variables]\nC = "own"',
        '[variable_sets.mail]\nC = "r"\n[variable_sets.web]\nD = "b"\n[variables]\nC = "space"',
        """
[variable_sets.mail]
C = { value = "r", process = "elsewhere" }
[variable_sets.web]
C = { value = "b", process = "elsewhere" }
[runbooks.elsewhere]
""",
    ],
    ids=["other names", "one is narrower", "the project decides", "the space comes last", "not its process"],
)
def test_v4_what_is_decided_is_no_tie(tmp_path: Path, text: str) -> None:
    model_of(tmp_path, GROUND + text)


def test_v4_sets_of_different_projects_never_meet(tmp_path: Path) -> None:
    text = """
[projects.shop]
variable_sets = ["mail"]
[projects.other]
variable_sets = ["web"]
[variable_sets.mail]
Colour = "red"
[variable_sets.web]
Colour = "blue"
"""
    model_of(tmp_path, text)
