"""`.ci/release`: a version is set, dated, tested, tagged and built, or nothing changes."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = ("pyproject.toml", "octotui/__init__.py", ".ci/release")
CHANGES = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- News.\n\n## [0.0.9] - 2026-01-01\n\n- Old.\n"
GIT = ("-c", "user.name=octotui", "-c", "user.email=octotui@example.org", "-c", "commit.gpgsign=false")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the files of a release, tests that succeed, and a pip that builds nothing."""
    folder, tools = tmp_path / "checkout", tmp_path / "tools"
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "CHANGELOG.md").write_text(CHANGES)
    (folder / ".gitignore").write_text("dist/\n")
    script(folder / ".ci" / "run", "exit 0")
    tools.mkdir()
    script(
        tools / "python3",
        f'[ "$1" = -m ] || exec {shutil.which("python3")} "$@"; mkdir dist; touch dist/octotui.whl',
    )
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Begin")
    return folder


def script(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *GIT, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def release(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder.parent / 'tools'}:{os.environ['PATH']}"
    names = dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "octotui")
    mails = dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "octotui@example.org")
    return subprocess.run(
        [".ci/release", *words],
        cwd=folder,
        env={**os.environ, **names, **mails, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_release_is_set_dated_tagged_and_built(checkout: Path) -> None:
    done = release(checkout, "9.8.7")
    assert done.returncode == 0, done.stderr
    assert 'version = "9.8.7"' in (checkout / "pyproject.toml").read_text()
    assert '__version__ = "9.8.7"' in (checkout / "octotui" / "__init__.py").read_text()
    changes = (checkout / "CHANGELOG.md").read_text()
    assert changes.startswith("# Changelog\n\n## [Unreleased]\n\n## [9.8.7] - 20")
    assert git(checkout, "log", "-1", "--format=%s %D").startswith("Release 9.8.7 HEAD -> main, tag: v9.8.7")
    assert git(checkout, "status", "--porcelain") == ""
    assert (checkout / "dist" / "octotui.whl").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "say the version"),
        (("1.0",), "say the version"),
        (("0.0.1",), "comes before"),
    ],
)
def test_a_version_that_cannot_be_changes_nothing(
    checkout: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = release(checkout, *words)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert git(checkout, "status", "--porcelain") == git(checkout, "tag") == ""


def test_a_failing_test_changes_nothing(checkout: Path) -> None:
    script(checkout / ".ci" / "run", "exit 3")
    git(checkout, "commit", "-qam", "Break")
    assert release(checkout, "9.8.7").returncode == 3
    assert git(checkout, "status", "--porcelain") == git(checkout, "tag") == ""


def test_what_is_not_committed_is_not_released(checkout: Path) -> None:
    (checkout / "new.txt").write_text("new")
    done = release(checkout, "9.8.7")
    assert (done.returncode, done.stderr) == (2, "commit or stash what has changed first\n")


def test_the_version_stands_in_two_places_alike() -> None:
    from octotui import __version__

    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text()
