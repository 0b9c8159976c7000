import re
import subprocess
import sys
from pathlib import Path

from octotui.ui.keys.key_table import document, sections

ROOT = Path(__file__).parents[3]
FILE = ROOT / "docs" / "keys.md"


def test_the_docs_table_is_that_of_the_declarations():
    """`python -m tests.docs` brings it up to date."""
    assert FILE.read_text("utf-8") == document()


def test_the_command_prints_it():
    command = [sys.executable, "-m", "octotui.ui.keys.key_table"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert printed.stdout == FILE.read_text("utf-8")


def test_every_declaration_has_its_row():
    """Whatever file it stands in: none of the app's is left out."""
    source = "".join(path.read_text("utf-8") for path in (ROOT / "octotui" / "ui").rglob("*.py"))
    declared = len(re.findall(r"\bKeyAction\((?!Binding)", source))
    assert sum(len(actions) for actions in sections().values()) == declared
    assert document().count("\n| `") == declared


def test_what_people_see_first_stands_first():
    titles = list(sections())
    assert titles[:3] == ["Everywhere", "On the board and on a run", "On the board"]
    assert titles[-2:] == ["In a replay", "In the demo"]
    assert "| `s` | start: choose a runbook, an environment, a tenant | Start a run |" in document()
