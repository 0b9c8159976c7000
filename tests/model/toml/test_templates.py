"""Step templates (S1): files of octotui and beside a model, read with all that is wrong with them."""

from pathlib import Path

import pytest

from octotui.model.complaints import ModelError
from octotui.model.toml.templates import Library, Parameter, StepTemplate, problem_with, read_template
from tests.model.texts import write

GREET = """
name = "Greet"
description = "Says hello."
needs = ["curl", "python:boto3"]

[parameters.Who]
label = "To whom"
required = true

[parameters.Loud]
kind = "checkbox"
default = true

[outputs]
Said = "What was said."

[scripts]
python = 'print("hello")'
bash = "echo hello"
"""


def complaints(folder: Path, text: str) -> list[str]:
    """What is wrong with a template: line, column and sentence of each."""
    with pytest.raises(ModelError) as caught:
        read_template("x", write(folder, text))
    return [f"{each.line}:{each.column} {each.message}" for each in caught.value.complaints]


def test_s1_a_template_is_a_file(tmp_path: Path) -> None:
    """S1: a named script with parameters; without a label a parameter is called by its name."""
    assert read_template("greet", write(tmp_path, GREET)) == StepTemplate(
        name="Greet",
        description="Says hello.",
        scripts={"python": 'print("hello")', "bash": "echo hello"},
        parameters={
            "Who": Parameter(label="To whom", required=True),
            "Loud": Parameter(label="Loud", kind="checkbox", default="True"),
        },
        needs=("curl", "python:boto3"),
        outputs={"Said": "What was said."},
    )


def test_without_a_name_it_is_called_by_its_slug(tmp_path: Path) -> None:
    assert read_template("greet", write(tmp_path, '[scripts]\nbash = "true"')).name == "greet"


SCRIPTS = '[scripts]\nbash = "true"\n'
WRONG = [
    ("", '1:1 "scripts" is missing.'),
    ("[scripts]", "1:2 There is no script; write one, such as [scripts] and bash = '''…'''."),
    ('[scripts]\nzsh = "true"', '2:1 "zsh" is not known here; known: "bash", "python", "pwsh".'),
    ('nmae = "x"\n' + SCRIPTS, '1:1 "nmae" is not known here; did you mean "name"?'),
    (
        SCRIPTS + '[parameters.P]\nkind = "selct"',
        '4:1 "selct" is not known; did you mean "select"?',
    ),
    (
        SCRIPTS + '[parameters.P]\nkind = "select"',
        '4:1 A select offers options; name some in options = ["…"].',
    ),
    (
        SCRIPTS + '[parameters.P]\noptions = ["a"]',
        '4:1 Only a select offers options; add kind = "select" or remove them.',
    ),
    (
        SCRIPTS + '[parameters.P]\nkind = "select"\noptions = ["first"]\ndefault = "fist"',
        '6:1 There is no option "fist"; did you mean "first"?',
    ),
    (
        SCRIPTS + '[parameters.P]\nkind = "sensitive"\ndefault = "hunter2"',
        '5:1 This is sensitive, so it may not stand here: say a variable, such as "#{Password}".',
    ),
    (
        SCRIPTS + '[parameters.P]\ndefault = "x"\nrequired = true',
        '4:1 "default" does not go with "required"; remove one of them.',
    ),
    ('needs = ["rm -rf"]\n' + SCRIPTS, "1:10 Expected a command such as"),
    ("name = ", "1:8 This is not TOML"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_a_broken_template_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (complaint,) = complaints(tmp_path, text)
    assert complaint.startswith(said)


@pytest.mark.parametrize(
    ("parameter", "text", "problem"),
    [
        (Parameter(label="P", kind="number"), "-1.5", None),
        (Parameter(label="P", kind="number"), "many", 'Expected a number, not "many".'),
        (Parameter(label="P", kind="number"), "#{Count}", None),
        (Parameter(label="P", kind="checkbox"), "False", None),
        (Parameter(label="P", kind="checkbox"), "maybe", "A checkbox is true or false."),
        (Parameter(label="P", kind="sensitive"), "", None),
        (Parameter(label="P", kind="sensitive"), "Bearer #{Token}", None),
        (Parameter(label="P", kind="multiline"), "a\nb", None),
    ],
)
def test_a_text_fits_its_parameter(parameter: Parameter, text: str, problem: str | None) -> None:
    assert problem_with(parameter, text) == problem


def test_a_template_beside_the_model_comes_first(tmp_path: Path) -> None:
    write(tmp_path, GREET, "templates/greet.toml")
    write(tmp_path, GREET, "templates/http-request.toml")
    library = Library(tmp_path)
    assert "greet" in library.names
    assert library.names == sorted(set(library.names))
    assert set(Library().names) < set(library.names)
    found, shipped = library.find("http-request"), Library().find("http-request")
    assert found is not None
    assert shipped is not None
    assert (found.name, shipped.name) == ("Greet", "HTTP request")
    assert library.find("no-such") is None
    assert library.complaints == []


def test_a_broken_file_is_complained_about_once(tmp_path: Path) -> None:
    file = write(tmp_path, "nmae = 1", "templates/greet.toml")
    library = Library(tmp_path)
    assert [library.find("greet"), library.find("greet")] == [None, None]
    assert [each.file for each in library.complaints] == [str(file)] * 2  # the key, and what is missing


@pytest.mark.parametrize("slug", Library().names)
def test_every_template_of_octotui_is_clean_and_explains_itself(slug: str) -> None:
    library = Library()
    template = library.find(slug)
    assert library.complaints == []
    assert template is not None
    assert template.description.endswith(".")
    assert all(each.help for each in template.parameters.values())
    for shell, script in template.scripts.items():
        if shell == "python":
            compile(script, slug, "exec")
