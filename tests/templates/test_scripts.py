"""What holds for every script of a shipped template."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from octotui.model.toml.templates import Library
from octotui.workers.helpers.octopus import IMPORTED, OFFERED
from tests.templates.conftest import Run

BUILTINS = [*OFFERED.split(), *IMPORTED]
RULES = "A,B,C4,E,F,I,N,PIE,PLE,RET,SIM,UP,W"


def scripts() -> dict[str, str]:
    library = Library()
    found = {slug: library.find(slug) for slug in library.names}
    return {slug: each.scripts["python"] for slug, each in found.items() if each and "python" in each.scripts}


def test_ruff_has_nothing_to_complain_about(tmp_path: Path) -> None:
    for slug, script in scripts().items():
        (tmp_path / f"{slug.replace('-', '_')}.py").write_text(script, encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", f"--select={RULES}"]
    settings = [f"--config=builtins={BUILTINS}", "--config=line-length=130", "--target-version=py310"]
    done = subprocess.run([*ruff, *settings, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("slug", list(scripts()))
def test_values_reach_scripts_as_variables_and_never_as_text_of_theirs(slug: str) -> None:
    """V5: a value with quotes or newlines in it cannot change what a script does."""
    assert "#{" not in scripts()[slug]


SECRET = "correct-horse"
PROGRAMS = [
    (
        "curl",
        "ssrs-report-upload",
        {"Server": "http://x", "Source": "{folder}/a.rdl", "User": "ann", "Password": "#{S}"},
    ),
    ("kubectl", "kubectl", {"Server": "https://x", "Token": "#{S}", "Arguments": "get pods"}),
    ("psql", "sql-script", {"Database": "PostgreSQL", "Name": "x", "Password": "#{S}", "Script": "select 1"}),
]


@pytest.mark.parametrize(("program", "template", "parameters"), PROGRAMS)
def test_no_secret_is_in_the_arguments_of_a_program(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    program: str,
    template: str,
    parameters: dict[str, str],
) -> None:
    """V5: everybody on a machine sees the arguments of programs."""
    (tmp_path / "a.rdl").write_bytes(b"x")
    fake = tmp_path / "bin" / program
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{tmp_path}/arguments'\n", encoding="utf-8")
    fake.chmod(0o700)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    said = {
        name: text.format(folder=tmp_path) if "{folder}" in text else text
        for name, text in parameters.items()
    }
    run(template, {"S": SECRET}, **said)
    arguments = (tmp_path / "arguments").read_text("utf-8")
    assert arguments
    assert SECRET not in arguments
