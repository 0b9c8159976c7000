"""What holds for every script of a shipped template."""

import subprocess
import sys
from pathlib import Path

import pytest

from octotui.model.templates import Library
from octotui.workers.helpers.octopus import IMPORTED, OFFERED

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
