"""What makes a shell complete."""

import os
import sys
from pathlib import Path

import pexpect
import pytest

from tests.cli.conftest import ROOT, Call

MODEL = """
[space]
name = "Small"
[runbooks.build]
steps = [
    { name = 'Say $(touch stolen) "it"', script = "true" },
    { name = "Tell it's * done", script = "true" },
    { name = "Ask it", script = "true" },
    { name = "Mind it,", script = "true" },
    { name = "Ask $(touch stolen) 'it'", script = "true" },
]
"""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_given_what_makes_it_complete(octotui: Call, shell: str) -> None:
    said = octotui("completion", shell)
    assert said.code == 0
    assert "_OCTOTUI_COMPLETE" in said.out


def test_fish_splits_what_it_is_offered_at_the_first_comma_alone(octotui: Call) -> None:
    said = octotui("completion", "fish").out
    assert said.count("string split") == said.count('string split --max 1 ","') == 1


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Say", 'Say $(touch stolen) "it"'),
        ("Tell\\ i", "Tell it's * done"),
        ('"As', "Ask it"),
        ("'As", "Ask it"),
        ("Mi", "Mind it,"),
    ],
)
def test_bash_completes_names_with_blanks_as_one_word_and_executes_nothing(
    octotui: Call, tmp_path: Path, typed: str, name: str
) -> None:
    (tmp_path / "model.toml").write_text(MODEL)
    (tmp_path / "rc").write_text(f"PS1='$ '\n{octotui('completion', 'bash').out}")
    (tmp_path / "octotui").write_text(
        '#!/bin/bash\n[ "$_OCTOTUI_COMPLETE" ] || { printf "said %s\\n" "$#" "$@"; exit; }\n'
        f"PYTHONPATH='{ROOT}' exec {sys.executable} -m octotui \"$@\"\n"
    )
    (tmp_path / "octotui").chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "INPUTRC": "/dev/null"}
    bash = pexpect.spawn(
        "bash --rcfile rc -i", cwd=tmp_path, env=environment, timeout=60, dimensions=(24, 200)
    )
    bash.expect_exact("$ ")
    bash.send(f"octotui run model.toml build --skip {typed}\t")
    bash.expect(r"(it|done)\S* $")
    bash.sendline()
    bash.expect_exact("said 5")
    bash.expect_exact(f"said {name}\r\n")
    bash.sendline("exit")
    bash.expect(pexpect.EOF)
    bash.close()
    assert not (tmp_path / "stolen").exists()
