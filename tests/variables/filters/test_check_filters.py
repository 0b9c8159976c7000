"""V1: a filter that there is not is a warning where it stands, with the nearest one."""

from pathlib import Path

import pytest

from octotui.cli.model_files import read_with_warnings

MODEL = """\
[space]
name = "Small"
[pools.setup]
workers = ["one"]
[variables]
Colour = "red"
[runbooks.r]
[[runbooks.r.steps]]
name = "S"
pool = "setup"
script = '''
{script}
'''
"""


def warned(path: Path, script: str) -> list[str]:
    file = path / "model.toml"
    file.write_text(MODEL.replace("{script}", script))
    _, warnings = read_with_warnings(file)
    return [str(each).partition(": ")[2] for each in warnings if "filter" in each.message]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo #{Colour | ToLowr}", "ToLowr; did you mean ToLower? It stays as it is written."),
        ("echo #{Colour | ToUpper | trimm}", "trimm; did you mean Trim? It stays as it is written."),
        ("#{if Colour}#{Colour|Nonsense}#{/if}", "Nonsense. It stays as it is written."),
        ('#{Colour | Replace "a" #{Colour | ToLowr}}', "ToLowr; did you mean ToLower?"),
        ('#{Colour | Replace #{Colour} "b" | ToLowr}', "ToLowr; did you mean ToLower?"),
    ],
)
def test_v1_an_unknown_filter_is_warned_of_where_it_stands(tmp_path: Path, script: str, told: str) -> None:
    (sentence,) = warned(tmp_path, script)
    assert f"There is no filter {told}" in sentence
    assert sentence.startswith('runbooks.r.steps["S"].script')


def test_v1_each_is_told_once_a_text(tmp_path: Path) -> None:
    assert len(warned(tmp_path, "#{Colour | A} #{Colour | A} #{Colour | B}")) == 2


@pytest.mark.parametrize(
    "script",
    [
        "#{Colour | tolower}",
        "echo #{Colour} | grep red",
        "f() { ls | wc; }; echo #{Colour}",
        "##{Colour | X}",
    ],
)
def test_v1_known_ones_and_pipes_of_a_shell_are_none(tmp_path: Path, script: str) -> None:
    assert warned(tmp_path, script) == []
