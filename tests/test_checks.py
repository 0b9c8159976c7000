"""Form, types and layers are checked by their tools, so that `pytest` is all there is to type."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


@pytest.mark.parametrize(
    "tool",
    [
        ["-m", "ruff", "format", "--check", "--no-cache", "."],
        ["-m", "ruff", "check", "--no-cache", "."],
        ["-m", "mypy", "--cache-dir", os.devnull],
        ["-c", LINT_IMPORTS, "--no-cache"],
    ],
    ids=["ruff format", "ruff check", "mypy", "lint-imports"],
)
def test_a_tool_has_nothing_to_complain_about(tool: list[str]) -> None:
    done = subprocess.run([sys.executable, *tool], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
