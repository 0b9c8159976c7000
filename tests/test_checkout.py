"""A session whose tests leave something in the checkout fails, with one worker or two, also without git."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = """
from pathlib import Path
import pytest

@pytest.mark.parametrize("number", range(4))
def test_it(number):
    Path("space").mkdir(exist_ok=True)
    Path("space/places.json").touch()
    Path("tests/empty").mkdir(exist_ok=True)
    Path("notes").unlink(missing_ok=True)
    Path(".hypothesis").mkdir(exist_ok=True)
    Path(".hypothesis/example").touch()
    Path(".coverage.1").touch()
"""


@pytest.mark.parametrize("workers", [0, 2])
def test_what_tests_change_in_the_checkout_fails_the_session(tmp_path: Path, workers: int) -> None:
    """All but the caches of tools; the tests themselves pass."""
    (tmp_path / "tests" / "workers").mkdir(parents=True)
    used = ("conftest.py", "checkout.py", "kube_api.py", "servers.py", "sshd.py")
    used += ("workers/__init__.py", "workers/agents.py")
    for name in ("__init__.py", *used):
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests" / name)
    (tmp_path / "tests" / "test_it.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    (tmp_path / "notes").touch()
    call = [sys.executable, "-m", "pytest", "-q", "-n", str(workers)]
    done = subprocess.run(call, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert "4 passed" in done.stdout
    changes = [each for each in done.stdout.splitlines() if each.startswith(("left: ", "gone: "))]
    assert changes == ["left: space", "left: space/places.json", "left: tests/empty", "gone: notes"]
