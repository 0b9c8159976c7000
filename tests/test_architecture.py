"""The house: no file too long, a test file for each, and only the rooms that draw load Textual."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SENT = (
    ROOT / "octotui" / "workers" / "helpers"
)  # what goes to workers; proved in tests/workers/test_helpers.py
FILES = sorted(each for each in (ROOT / "octotui").rglob("*.py") if each.parent != SENT)
PURE = ("model", "variables", "engine", "views")
FORBIDDEN = ("asyncio", "time", "random", "threading", "subprocess", "logging", "sqlite3", "textual", "rich")

UNMIRRORED = {
    "__init__.py": "says what a room is for, and holds no code",
}
"""Files without a test file of their own, and why."""


def name(path: Path) -> str:
    return path.relative_to(ROOT / "octotui").as_posix()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_file_is_longer_than_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize(
    "path",
    [each for each in FILES if each.parent != ROOT / "octotui" and each.name not in UNMIRRORED],
    ids=name,
)
def test_every_file_has_a_test_file(path: Path) -> None:
    assert (ROOT / "tests" / path.relative_to(ROOT / "octotui").with_name(f"test_{path.name}")).is_file()


@pytest.mark.parametrize("path", [each for each in FILES if each.name == "__init__.py"], ids=name)
def test_rooms_only_say_what_they_are_for(path: Path) -> None:
    body = ast.parse(path.read_text()).body
    assert isinstance(body[0], ast.Expr)
    assert all(isinstance(each, ast.Assign) for each in body[1:])


@pytest.mark.parametrize("path", [each for each in FILES if name(each).startswith(PURE)], ids=name)
def test_the_core_is_pure(path: Path) -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported.update(each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert not imported & set(FORBIDDEN)


def test_importing_everything_but_ui_loads_no_textual() -> None:
    modules = [
        "octotui." + name(each).removesuffix(".py").replace("/", ".")
        for each in FILES
        if not name(each).startswith(("ui/", "__main__"))
    ]
    code = f"import importlib, sys\nfor each in {modules}: importlib.import_module(each)\n"
    code += "assert not {'textual', 'rich'} & set(sys.modules), 'only ui draws'"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
