"""Steps that use a template (S1): what they run, and what is wrong with what they say to it."""

from pathlib import Path

import pytest

from octotui.model.process import ScriptAction, TemplateCall
from octotui.model.toml.read import load
from tests.model.texts import SPACE, complaints_of, model_of, only_complaint, write
from tests.model.toml.test_templates import GREET

STEP = '[runbooks.r]\n[[runbooks.r.steps]]\nname = "Say it"\n'


def step(folder: Path, text: str) -> TemplateCall:
    write(folder, GREET, "templates/greet.toml")
    action = model_of(folder, STEP + text).runbooks["r"].steps[0].action
    assert isinstance(action, TemplateCall)
    return action


def test_s1_a_step_keeps_its_own_copy_of_the_template(tmp_path: Path) -> None:
    """S1: the script of its first shell, and the parameters with their defaults."""
    assert step(tmp_path, 'template = "greet"\nparameters = { Who = "#{Name}" }') == TemplateCall(
        template="greet",
        shell="python",
        body='print("hello")',
        parameters={"Who": "#{Name}", "Loud": "True"},
        needs=("curl", "python:boto3"),
    )


def test_a_step_may_say_which_shell(tmp_path: Path) -> None:
    action = step(tmp_path, 'template = "greet"\nshell = "bash"\nparameters = { Who = 3, Loud = false }')
    assert (action.shell, action.body) == ("bash", "echo hello")
    assert action.parameters == {"Who": "3", "Loud": "False"}


def test_a_template_step_is_a_script_to_all_who_run_it(tmp_path: Path) -> None:
    assert isinstance(step(tmp_path, 'template = "greet"\nparameters.Who = "ann"'), ScriptAction)


def test_sensitive_parameters_are_known(tmp_path: Path) -> None:
    write(
        tmp_path,
        '[parameters.Key]\nkind = "sensitive"\n[parameters.Url]\n[scripts]\nbash = "true"',
        "templates/x.toml",
    )
    assert step(tmp_path, 'template = "x"').sensitive == ("Key",)


WRONG = [
    ('template = "greta"', 'template: There is no template "greta"; did you mean "greet"?'),
    ('template = "greet"', "parameters.Who: The template requires it; say what to use."),
    (
        'template = "greet"\nparameters = { Who = "" }',
        "parameters.Who: The template requires it; say what to use.",
    ),
    (
        'template = "greet"\nparameters = { Who = "ann", Luod = true }',
        'parameters.Luod: The template has no parameter "Luod"; did you mean "Loud"?',
    ),
    (
        'template = "greet"\nparameters = { Who = "ann", Loud = "very" }',
        "parameters.Loud: A checkbox is true or false.",
    ),
    (
        'template = "http-request"\nparameters = { Url = "x", Method = "PSOT" }',
        'parameters.Method: There is no option "PSOT"; did you mean "POST"?',
    ),
    (
        'template = "http-request"\nshell = "bash"\nparameters = { Url = "x" }',
        'shell: The template "http-request" has no script for bash; it has "python".',
    ),
    (
        'template = "greet"\nparameters = { Who = [] }',
        "parameters.Who: Expected text, a number, true or false, not a list.",
    ),
    (
        'script = "true"\nparameters = { A = "b" }',
        'parameters: "parameters" goes only with "template"; remove it.',
    ),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_what_is_wrong_is_told_at_its_place(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, GREET, "templates/greet.toml")
    assert only_complaint(tmp_path, STEP + text) == f'runbooks.r.steps["Say it"].{said}'


def test_the_complaint_has_line_and_column(tmp_path: Path) -> None:
    write(tmp_path, GREET, "templates/greet.toml")
    text = STEP + 'template = "greet"\nparameters = { Who = "ann", Luod = true }'
    (complaint,) = complaints_of(tmp_path, text)
    assert (complaint.line, complaint.column) == (7, 29)


def test_a_broken_template_is_told_at_its_own_place_alone(tmp_path: Path) -> None:
    file = write(tmp_path, "[scripts]\nbash = 1", "templates/greet.toml")
    (complaint,) = complaints_of(tmp_path, STEP + 'template = "greet"\nparameters = { Who = "x" }')
    assert (complaint.file, complaint.line, complaint.column) == (str(file), 2, 1)


def test_templates_of_a_folder_are_beside_its_files(tmp_path: Path) -> None:
    write(tmp_path, GREET, "templates/greet.toml")
    write(tmp_path, SPACE)
    write(tmp_path, STEP + 'template = "greet"\nparameters.Who = "ann"', "more.toml")
    assert isinstance(load(tmp_path).runbooks["r"].steps[0].action, TemplateCall)


def test_i6_what_tells_of_questions_is_a_template_like_that_of_a_step(tmp_path: Path) -> None:
    """I6: with its defaults; what is wrong is said where it stands."""
    text = '[notify]\nbell = false\ntemplate = "slack-message"\n[notify.parameters]\nUrl = "#{Hook}"\n'
    notify = model_of(tmp_path, text + 'Text = "hi"').notify
    assert (notify.bell, notify.terminal) == (False, True)
    assert notify.action is not None
    assert (notify.action.template, notify.action.parameters["Url"]) == ("slack-message", "#{Hook}")
    assert notify.action.sensitive == ("Url",)
    assert only_complaint(tmp_path, text) == (
        "notify.parameters.Text: The template requires it; say what to use."
    )
    assert only_complaint(tmp_path, '[notify]\ntemplate = "slak-message"') == (
        'notify.template: There is no template "slak-message"; did you mean "slack-message"?'
    )
    assert only_complaint(tmp_path, '[notify]\nshell = "bash"').startswith(
        'notify.shell: "shell" goes only with "template"'
    )


def test_v6_parameters_that_are_run_are_known(tmp_path: Path) -> None:
    write(
        tmp_path,
        '[parameters.Statements]\nkind = "script"\n[parameters.Url]\n[scripts]\nbash = "true"',
        "templates/x.toml",
    )
    assert step(tmp_path, 'template = "x"').executed == ("Statements",)
    shipped = step(tmp_path, 'template = "sql-script"\nparameters = { Name = "x" }')
    assert shipped.executed == ("Script",)
