"""V1: every broken expression of a model is told where it stands, and is an error where it decides."""

import subprocess
import sys
from pathlib import Path

import pytest

from octotui.model.complaints import ModelError
from octotui.model.toml.read import load_with_warnings
from octotui.variables.check_templates import check_expressions, warn_of_expressions

HEAD = '[space]\nname = "S"\n[pools.setup]\nworkers = ["one"]\n'
STEP = '[[runbooks.go.steps]]\nname = "A"\n'
TARGETS = "[targets.web1]\nroles = ['web']\n"


def told(folder: Path, text: str) -> list[str]:
    """What is wrong with a model, or else what it is warned of, without its folder."""
    (folder / "model.toml").write_text(HEAD + text)
    try:
        _, said = load_with_warnings(folder / "model.toml", [check_expressions], [warn_of_expressions])
    except ModelError as error:
        said = (*error.complaints, "which is wrong")  # type: ignore[assignment]
    return [str(each).replace(f"{folder}/", "") for each in said]


@pytest.mark.parametrize(
    ("text", "place", "key"),
    [
        (STEP + "script = '''\necho\n  #{if A}\n'''", "9:3", 'runbooks.go.steps["A"].script.body'),
        (
            STEP + "script = { shell = 'sh', body = 'a #{if A}' }",
            "7:36",
            'runbooks.go.steps["A"].script.body',
        ),
        (
            STEP + 'runbook = "go"\nwait = false\nvariables = { A = "a #{if A}" }',
            "9:22",
            'runbooks.go.steps["A"].variables.A',
        ),
        (STEP + 'runbook = "go"\nwait = false\nat = "#{if A}"', "9:7", 'runbooks.go.steps["A"].at'),
        (
            STEP + 'manual = { instructions = "#{if A}" }',
            "7:28",
            'runbooks.go.steps["A"].manual.instructions',
        ),
        (STEP + 'script = ""\ncondition = "#{if A}"', "8:14", 'runbooks.go.steps["A"].condition'),
        (
            "[feeds.f]\nurl = 'https://feeds.example/'\n"
            + STEP
            + "package = { id = 'x', install_to = '/srv/#{if A}' }",
            "9:42",
            'runbooks.go.steps["A"].package.install_to',
        ),
        ('[runbooks.go]\nconcurrency = "x #{if A}"', "6:18", "runbooks.go.concurrency"),
        ('[variables]\nX = [{ value = "#{if A}" }]', "6:17", "variables.X[1].value"),
        ("[variables]\nX = 'b #{if A}'", "6:8", "variables.X.value"),
        ('[variables]\nX = { prompt = { default = "#{if A}" } }', "6:29", "variables.X.prompt.default"),
        ("[projects.shop.variables]\nX = '#{if A}'", "6:6", "projects.shop.variables.X.value"),
        ("[variable_sets.mail]\nX = '#{if A}'", "6:6", "variable_sets.mail.X.value"),
        (
            "[[projects.shop.steps]]\nname = 'A'\nscript = '#{if A}'",
            "7:11",
            'projects.shop.steps["A"].script.body',
        ),
        (
            TARGETS + STEP + "roles = ['web']\nhealth_check = { script = '#{if A}' }",
            "10:28",
            'runbooks.go.steps["A"].health_check.script.body',
        ),
        (
            TARGETS + STEP + "roles = ['web']\n[[runbooks.go.steps.steps]]\nname = 'B'\nscript = '#{if A}'",
            "12:11",
            'runbooks.go.steps["A"].steps["B"].script.body',
        ),
        (
            STEP + "template = 'http-request'\nparameters = { Url = '#{if A}' }",
            "8:23",
            'runbooks.go.steps["A"].parameters.Url',
        ),
        (
            STEP + "manual = { instructions = 'x', fields = { Size = { default = '#{if A}' } } }",
            "7:63",
            'runbooks.go.steps["A"].manual.fields.Size.default',
        ),
        (
            "[notify]\ntemplate = 'http-request'\nparameters = { Url = '#{if A}' }",
            "7:23",
            "notify.parameters.Url",
        ),
    ],
)
def test_a_broken_expression_is_told_where_it_stands(tmp_path: Path, text: str, place: str, key: str) -> None:
    sentence = "`#{if A}` is never closed; it wants `#{/if}`."
    said, *wrong = told(tmp_path, text)
    assert said.startswith(f"model.toml:{place}: ")
    decides = key.endswith(("condition", "concurrency", "install_to", ".at"))
    assert wrong == (["which is wrong"] if decides else [])
    assert said.endswith(f": {sentence}" if decides else f": {sentence} It stays as it is written.")
    assert said.split(": ")[1].replace(".value", "").replace(".body", "") == key.replace(
        ".value", ""
    ).replace(".body", "")


def test_in_a_script_of_its_own_file_it_stands_there(tmp_path: Path) -> None:
    (tmp_path / "go.sh").write_text("echo\necho #{unless A}\n")
    (said,) = told(tmp_path, STEP + 'script = { file = "go.sh" }')
    assert said == (
        'go.sh:2:6: runbooks.go.steps["A"].script.file: `#{unless A}` is never closed; it wants `#{/unless}`.'
        " It stays as it is written."
    )


def test_in_the_script_of_a_template_its_line_is_told(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    script = "[scripts]\nbash = '''\ntrue\necho #{if A}\n'''"
    (tmp_path / "templates" / "own.toml").write_text(script)
    assert told(tmp_path, STEP + 'template = "own"') == [
        'model.toml:7:13: runbooks.go.steps["A"].template: '
        'In line 2 of the script of "own": `#{if A}` is never closed; it wants `#{/if}`.'
        " It stays as it is written."
    ]


def test_names_nobody_knows_and_escapes_are_no_errors(tmp_path: Path) -> None:
    """V1: an unknown name is a warning of the run."""
    fine = "script = 'echo #{Nobody} ##{if A} ${x} #{if Nobody}a#{/if}'\ncondition = '#{Nobody}'"
    assert told(tmp_path, STEP + fine) == []


def test_all_are_told_at_once_with_what_else_is_wrong(tmp_path: Path) -> None:
    said = told(tmp_path, STEP + "pool = 'setpu'\nscript = '#{=}'\ncondition = '#{=}'")
    assert [line.split(":")[1] for line in said[:-1]] == ["7", "9"]


def test_v1_of_very_many_in_one_text_the_first_are_told(tmp_path: Path) -> None:
    said = told(tmp_path, STEP + f"script = '{'#{=}' * 30}'")
    assert len(said) == 11
    assert said[-1].startswith("model.toml:7:53: ")
    assert said[-1].endswith(": And 20 more from here on.")


def test_v1_nothing_is_told_of_what_is_not_filled_in(tmp_path: Path) -> None:
    assert told(tmp_path, STEP + "script = '#{if A}'\nverbatim = true") == []
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "own.toml").write_text("verbatim = true\n[scripts]\nbash = '#{if A}'")
    assert told(tmp_path, STEP + 'template = "own"') == []


def test_plain_models_do_not_load_the_grammar(tmp_path: Path) -> None:
    """`octotui check` stays quick."""
    (tmp_path / "model.toml").write_text(HEAD + STEP + "script = 'echo #{Plain}'")
    code = (
        "import sys; from octotui.model.toml.read import load_with_warnings; "
        "from octotui.variables.check_templates import check_expressions, warn_of_expressions; "
        f"load_with_warnings({str(tmp_path / 'model.toml')!r}, [check_expressions], [warn_of_expressions]); "
        "print('lark' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
