"""V6, I6: check warns where what people say becomes part of a script."""

from pathlib import Path

import pytest

from octotui.model.toml.read import load_with_warnings
from octotui.variables.check_injections import warn_of_injections

HEAD = """
[space]
name = "S"
[pools.setup]
workers = ["one"]
default = true
[targets.web1]
roles = ["web"]
[variables]
Version = { prompt = { label = "V" } }
Size = { prompt = { kind = "select", options = ["a", "b"] } }
Greeting = "hello #{Version}"
Script = "name of a parameter, too"
"""
LINES = HEAD.count("\n")
STEP = '[[runbooks.go.steps]]\nname = "A"\n'
ASK = """
[[runbooks.go.steps]]
name = "Ask"
manual = { instructions = "x", fields = { Ticket = {}, Sure = { kind = "checkbox" } } }
"""
OWN = """
[parameters.Text]
[parameters.Quiet]
default = "x"
[scripts]
bash = '''
echo "$(get_octopusvariable Quiet)"
echo "#{Text}"
'''
"""


def told(folder: Path, text: str) -> list[str]:
    (folder / "templates").mkdir()
    (folder / "templates" / "own.toml").write_text(OWN)
    (folder / "templates" / "greets.toml").write_text("scripts = { bash = 'echo #{Greeting}' }")
    (folder / "model.toml").write_text(HEAD + text)
    _, warnings = load_with_warnings(folder / "model.toml", advice=[warn_of_injections])
    return [str(each).replace(f"{folder}/", "") for each in warnings]


def test_v6_a_prompt_in_a_script_is_warned_of_where_it_stands_and_with_the_safe_way(tmp_path: Path) -> None:
    text = STEP + "script = '''\ntrue\n  echo \"#{Version}\"\n'''"
    assert told(tmp_path, text) == [
        f'model.toml:{LINES + 5}:9: runbooks.go.steps["A"].script.body: Who starts a run can run anything '
        'here: what they say for "Version" becomes part of the script. Read it as '
        '"$(get_octopusvariable "Version")", or from the environment, instead.'
    ]


@pytest.mark.parametrize(
    ("shell", "way"),
    [
        ("bash", 'Read it as "$(get_octopusvariable "Version")", or from'),
        ("python", 'Read it as get_octopusvariable("Version"), or from'),
        ("pwsh", 'Read it as $OctopusParameters["Version"], or from'),
        ("sh", "Read it from the environment, in double quotes, instead."),
    ],
)
def test_v6_v7_the_safe_way_is_that_of_the_shell(tmp_path: Path, shell: str, way: str) -> None:
    (warning,) = told(tmp_path, f"{STEP}script = {{ shell = '{shell}', body = '#{{Version}}' }}")
    assert way in warning


@pytest.mark.parametrize(
    "body",
    [
        "#{Size}",
        "$Version ##{Version} $(get_octopusvariable Version)",
        "#{if Version}x#{/if}",
        "#{Version | ToBase64}",
        "#{Octopus.Environment.Name}",
        "#{Unknown}",
    ],
)
def test_v6_what_is_safe_is_not_warned_of(tmp_path: Path, body: str) -> None:
    assert told(tmp_path, f"{STEP}script = '{body}'") == []


def test_v6_it_is_warned_of_once_for_each_name_and_step(tmp_path: Path) -> None:
    body = "#{Version} #{version} #{Greeting} #{Version | ToUpper}"
    warnings = told(
        tmp_path, "".join(f'[[runbooks.go.steps]]\nname = "{name}"\nscript = "{body}"\n' for name in "AB")
    )
    assert [each.count('steps["A"]') for each in warnings] == [1, 0]


def test_v6_through_another_value_too(tmp_path: Path) -> None:
    (warning,) = told(tmp_path, STEP + "script = '#{Greeting}'")
    assert 'what they say for "Version" in "Greeting" becomes part' in warning
    assert '"$(get_octopusvariable "Greeting")"' in warning


def test_v6_in_a_script_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "go.py").write_text("import os\nprint('#{Version}')\n")
    (warning,) = told(tmp_path, STEP + "script = { shell = 'python', file = 'go.py' }")
    assert warning.startswith('go.py:2:8: runbooks.go.steps["A"].script.file: Who starts a run')


def test_v6_in_child_steps_and_health_checks(tmp_path: Path) -> None:
    text = (
        f"{STEP}roles = ['web']\nhealth_check = {{ script = '#{{Version}}' }}\n"
        "[[runbooks.go.steps]]\nname = 'R'\nroles = ['web']\n"
        "[[runbooks.go.steps.steps]]\nname = 'C'\nscript = '#{Version}'"
    )
    health, child = told(tmp_path, text)
    assert 'steps["A"].health_check.script.body' in health
    assert 'steps["R"].steps["C"].script.body' in child


def test_i4_i6_what_people_fill_in_or_note_when_they_answer(tmp_path: Path) -> None:
    body = " ".join(f"#{{Octopus.Action[Ask].Output.{name}}}" for name in ("Ticket", "Sure", "Manual.Notes"))
    ticket, notes = told(tmp_path, f"{ASK}{STEP}script = '{body}'")
    assert "Who answers “Ask” can run anything here" in ticket
    assert "Octopus.Action[Ask].Output.Ticket" in ticket
    assert "Octopus.Action[Ask].Output.Manual.Notes" in notes


@pytest.mark.parametrize("way", ["Run", "Deployment"])
def test_v7_i6_what_people_fill_in_in_a_child_run_that_is_waited_for(tmp_path: Path, way: str) -> None:
    """By both names of its outputs, also of one that the child has started itself."""
    inner = "[[runbooks.inner.steps]]\nname = 'Go'\nrunbook = 'go'\n"
    steps = "[[runbooks.outer.steps]]\nname = 'Make'\nrunbook = '{}'\n{}" + STEP.replace("go", "outer")
    for number, (runbook, more, path) in enumerate(
        (("go", "", "[Ask]"), ("inner", "", f"[Go].{way}[Ask]"), ("go", "wait = false\n", "[Ask]"))
    ):
        name = f"Octopus.Action[Make].Output.{way}{path}.Ticket"
        (folder := tmp_path / str(number)).mkdir()
        said = told(folder, ASK + inner + steps.format(runbook, more) + f"script = 'echo #{{{name}}}'")
        assert len(said) == (0 if more else 1)
        assert all(
            f'answers “Ask” can run anything here: what they say for "{name}"' in each for each in said
        )


def test_p1_what_people_note_on_a_release(tmp_path: Path) -> None:
    text = "[[projects.shop.steps]]\nname = 'A'\nscript = '#{Octopus.Release.Notes}'"
    (warning,) = told(tmp_path, text)
    assert "Who makes a release can run anything here" in warning


def test_s1_parameters_of_templates_only_where_they_become_part_of_a_script(tmp_path: Path) -> None:
    """One that the template's script reads by the helper function is safe."""
    text = f"{STEP}template = 'own'\nparameters = {{ Text = 'a #{{Version}}', Quiet = '#{{Version}}' }}"
    (warning,) = told(tmp_path, text)
    assert f"model.toml:{LINES + 4}:26: " in warning
    assert 'steps["A"].parameters.Text' in warning
    assert 'In the template: Read it as "$(get_octopusvariable "Text")"' in warning


def test_s1_what_the_script_of_a_template_splices_in_itself(tmp_path: Path) -> None:
    (warning,) = told(tmp_path, f"{STEP}template = 'greets'")
    assert 'steps["A"].template: Who starts a run' in warning
    assert '"Version" in "Greeting"' in warning


def test_s1_statements_that_a_template_runs_are_a_script(tmp_path: Path) -> None:
    text = (
        f"{STEP}template = 'sql-script'\n"
        "parameters = { Name = '#{Version}', Script = 'select #{Size}, #{Version}' }"
    )
    (warning,) = told(tmp_path, text)
    assert 'steps["A"].parameters.Script' in warning
    assert warning.endswith('Let people choose with kind = "select" instead.')


def test_i6_in_what_tells_of_questions(tmp_path: Path) -> None:
    text = "[notify]\ntemplate = 'own'\nparameters = { Text = '#{Octopus.Interruption.Instructions}' }"
    (warning,) = told(tmp_path, text)
    assert "notify.parameters.Text: Who starts a run or answers can run anything here" in warning


def test_v6_through_what_steps_give_to_the_runs_they_start(tmp_path: Path) -> None:
    """Also where a child gives it to a run of its own; not where only options are taken."""
    child = """
    [[runbooks.{0}.steps]]
    name = "Work"
    script = 'echo "#{{Plain}} #{{Size}} #{{Fixed}}"'
    """
    text = """
    [[runbooks.top.steps]]
    name = "Start"
    runbook = "child"
    variables = { plain = "a #{Greeting}", Size = "#{Version}", Fixed = "#{Octopus.Space.Name}" }
    [[runbooks.child.steps]]
    name = "Go on"
    runbook = "last"
    variables = { Plain = "#{Plain}" }
    """
    warnings = told(tmp_path, text + child.format("child") + child.format("last") + child.format("other"))
    assert [each.split(": ")[1] for each in warnings] == [
        f'runbooks.{slug}.steps["Work"].script.body' for slug in ("child", "last")
    ]
    assert all('what they say for "plain" becomes part of the script' in each.lower() for each in warnings)


def test_v6_through_what_people_answered_before_the_step_that_starts_a_run(tmp_path: Path) -> None:
    start = 'runbook = "child"\nvariables = { Plain = "#{Octopus.Action[Ask].Output.Ticket}" }\n'
    text = ASK + STEP.replace('"A"', '"Start"') + start
    (warning,) = told(tmp_path, text + "[[runbooks.child.steps]]\nname = 'Work'\nscript = 'echo #{Plain}'")
    assert 'runbooks.child.steps["Work"].script.body' in warning
