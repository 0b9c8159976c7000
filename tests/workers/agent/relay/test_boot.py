"""The first program over there, as a process of its own: its answers are lines with a marker."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from octotui.workers.agent.relay import boot

PROGRAM = b"import sys; print('runs', sys.argv[1:], sys.flags.isolated)"


def booted(
    home: str, directory: str, sent: bytes = PROGRAM, program: bytes = PROGRAM
) -> tuple[list[str], int]:
    text = Path(boot.__file__).read_text()
    digest = hashlib.sha256(program).hexdigest()
    given = (f"exec({text!r})", "MARK", directory, str(len(program)), digest, "v1")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", *given],
        input=sent,
        capture_output=True,
        env={"HOME": home},
        check=False,
    )
    return done.stdout.decode().splitlines(), done.returncode


def test_the_program_is_sent_once_and_is_private(tmp_path: Path) -> None:
    before = os.umask(0)
    lines, _ = booted(str(tmp_path), "a/worker")
    again, _ = booted(str(tmp_path), "a/worker", b"")
    os.umask(before)
    assert lines == ["MARK send {}", "MARK ready {}", "runs ['connect'] 1"]
    assert again == lines[1:]
    path = tmp_path / "a" / "worker" / "agents" / "program-v1"
    assert path.read_bytes() == PROGRAM
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.write_bytes(b"damaged")
    assert booted(str(tmp_path), "~/a/worker")[0] == lines


@pytest.mark.parametrize("sent", [PROGRAM[:-1] + b"x", PROGRAM[:9], b""])
def test_a_program_that_is_damaged_or_cut_is_not_kept(tmp_path: Path, sent: bytes) -> None:
    lines, code = booted(str(tmp_path), "worker", sent)
    assert lines[0] == "MARK send {}"
    assert code or json.loads(lines[1].partition("failed ")[2])["why"] == (
        "the agent's program was damaged on its way"
    )
    assert list((tmp_path / "worker" / "agents").iterdir()) == []


@pytest.mark.parametrize("home", ["", "/no/such/home", "relative"])
def test_an_account_without_a_home_needs_a_directory(tmp_path: Path, home: str) -> None:
    lines, _ = booted(home, "worker")
    assert json.loads(lines[0].partition("failed ")[2])["why"] == (
        "the account has no home there: say a directory for the worker that begins with /"
    )
    assert booted(home, str(tmp_path / "worker"))[0][-1].startswith("runs")


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    lines, _ = booted(str(tmp_path), "file/worker")
    reason = json.loads(lines[0].partition("failed ")[2])["why"]
    assert reason == f"its directory cannot be used: File exists: {tmp_path}/file"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder to another account")
def test_v5_a_directory_below_the_folder_of_another_account_is_refused(tmp_path: Path) -> None:
    """M1, V5: before anything is made, written or run there; links on the way are looked at, too."""
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", 65534, -1)
    lines, _ = booted(str(tmp_path), "theirs/worker")
    assert f"{tmp_path}/theirs belongs to another account, which could replace what is run" in lines[-1]
    assert list((tmp_path / "theirs").iterdir()) == []
    (tmp_path / "mine").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    os.lchown(tmp_path / "link", 65534, -1)
    lines, _ = booted(str(tmp_path), "link/worker")
    assert f"{tmp_path}/link belongs to another account" in lines[-1]
    (tmp_path / "mine").chmod(0o770)
    os.chown(tmp_path / "mine", -1, 65534)
    lines, _ = booted(str(tmp_path), "mine/worker")
    assert f"a group can write to {tmp_path}/mine: chmod g-w it" in lines[-1]
    (tmp_path / "mine").chmod(0o1777)
    assert booted(str(tmp_path), "mine/worker")[0][-1].startswith("runs")
