"""The checkout after the tests is the checkout before them: what tests write goes into folders of their own.

Files are listed rather than asked of git, since an exported tree has none.
"""

import os
from fnmatch import fnmatch
from pathlib import Path

import pytest

CACHES = (
    ".git",
    "__pycache__",
    ".venv",
    "*.egg-info",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".import_linter_cache",
    ".hypothesis",
    ".coverage*",
    "snapshot_report.html",
)
"""What tools keep in a checkout, by name; git ignores it, too."""


def listed(root: Path) -> set[str]:
    """Every file and folder of a checkout, as paths relative to it, without caches."""
    found: set[str] = set()
    for folder, folders, files in os.walk(root):
        folders[:] = [each for each in folders if not _is_cache(each)]
        names = [*folders, *(each for each in files if not _is_cache(each))]
        found.update(os.path.relpath(os.path.join(folder, each), root) for each in names)  # noqa: PTH118
    return found


def _is_cache(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in CACHES)


class Checkout:
    """A pytest plugin that fails the session when its tests have left something, or taken something away.

    With pytest-xdist it belongs to the process that starts the workers: it begins before and ends after them.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._before: set[str] = set()
        self._changes: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        self._before = listed(self._root)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        after = listed(self._root)
        left = [f"left: {each}" for each in sorted(after - self._before)]
        self._changes = left + [f"gone: {each}" for each in sorted(self._before - after)]
        if self._changes and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._changes:
            terminalreporter.section("the checkout has changed: let tests write into tmp_path", red=True)
            terminalreporter.write("".join(f"{each}\n" for each in self._changes))
