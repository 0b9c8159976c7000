"""I9: nothing of a space is readable or writable for others, whatever umask its owner has."""

import os
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import OK, Call
from tests.cli.verbs.test_run import wait_for
from tests.runtime.feeds import put
from tests.servers import end_servers

LIVELY = """
[feeds.local]
directory = "feed"
[retention]
workspaces = { keep = 10 }
[notify]
template = "tell"
[[runbooks.lively.steps]]
name = "Use a package"
pool = "setup"
packages = ["tools"]
script = '''
echo out; echo report > report.txt; new_octopusartifact report.txt
'''
[[runbooks.lively.steps]]
name = "Go on?"
manual = { instructions = "Really?" }
"""
TELL = """
name = "Tell"
[scripts]
bash = "echo told"
"""
FOREIGN = ("packages", "workspaces")
"""Folders of a space in which the modes of files are those of archives and scripts; nobody gets to them."""


@pytest.fixture(params=[0, 0o002, 0o777], ids=oct)
def loose(request: pytest.FixtureRequest) -> dict[str, object]:
    """How a process is started that has an umask of its own."""
    return {"preexec_fn": lambda: os.umask(request.param)}


def open_to_others(folder: Path) -> dict[str, str]:
    """What of a folder has any right for a group or for others, with its mode."""
    modes = {each: each.lstat().st_mode for each in (folder, *folder.rglob("*")) if not each.is_symlink()}
    own = {
        each: mode
        for each, mode in modes.items()
        if not set(FOREIGN) & set(each.relative_to(folder).parts[:-1])
    }
    return {str(each): oct(mode) for each, mode in own.items() if mode & (stat.S_IRWXG | stat.S_IRWXO)}


def test_i9_all_of_a_space_is_its_owners_alone(
    program: Call, write: Call, state: Path, tmp_path: Path, loose: dict[str, object]
) -> None:
    put(tmp_path / "feed", "tools.1.0.0.zip")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "tell.toml").write_text(TELL)
    model = write(OK, head=LIVELY)
    at = ("--state", state)
    started = program("run", model, "lively", "--detach", *at, **loose)
    assert started.code == 0, started.err
    space = state / "small"
    wait_for((space / "notifications.log").exists)
    assert open_to_others(space) == {}
    assert program("proceed", model, "run-1", *at, **loose).code == 0
    assert program("wait", model, "run-1", *at, **loose).code == 0
    for words in (
        ("export", model, "run-1", "-o", tmp_path / "run.zip"),
        ("backup", model, tmp_path / "backup"),
    ):
        assert program(*words, *at, **loose).code == 0
    assert (tmp_path / "run.zip").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600
    assert program("stop", model, *at, **loose).code == 0
    there = {each.name for each in space.rglob("*")}
    assert {"journal.sqlite", "places.json", "server.log", "lock", "report.txt", "notifications.log"} <= there
    assert {"packages", "logs", "artifacts", "workers", "workspaces"} <= there
    assert open_to_others(space) == {}
    other = tmp_path / "other"
    assert program("restore", tmp_path / "backup", "--state", other, **loose).code == 0
    assert open_to_others(other / "small") == {}
    assert {oct(each.stat().st_mode & 0o777) for each in (state, other)} == {"0o711"}
    end_servers(other)


def test_i9_the_journal_and_all_beside_it_while_it_is_open(
    program: Call, write: Call, state: Path, loose: dict[str, object]
) -> None:
    assert program("events", write(OK), "--state", state, "--json", **loose).code in (0, 1)
    assert program("run", write(OK), "ok", "--detach", "--state", state, **loose).code == 0
    for name in (
        "journal.sqlite",
        "journal.sqlite-wal",
        "journal.sqlite-shm",
        "socket",
        "server.log",
        "lock",
    ):
        assert oct((state / "small" / name).stat().st_mode & 0o777) == "0o600", name


def test_i9_a_journal_that_is_rescued_is_private_all_the_while(
    program: Call, write: Call, state: Path, loose: dict[str, object]
) -> None:
    model = write(OK)
    assert program("run", model, "ok", "--state", state).code == 0
    journal = state / "small" / "journal.sqlite"
    journal.write_bytes(journal.read_bytes()[:5000])
    said = program("run", model, "ok", "--state", state, **loose)
    assert "was damaged" in said.err
    assert (state / "small" / "journal.damaged-1.sqlite").exists()
    assert open_to_others(state / "small") == {}


def test_i9_a_starter_is_nobody_elses_to_write(program: Call, tmp_path: Path) -> None:
    for umask, mode in ((0, 0o644), (0o002, 0o644), (0o077, 0o600)):
        file = tmp_path / f"{umask}.toml"
        assert program("init", file, preexec_fn=lambda umask=umask: os.umask(umask)).code == 0
        assert file.stat().st_mode & 0o777 == mode


def test_a_script_has_the_umask_of_who_started_it(program: Call, write: Call, state: Path) -> None:
    """What scripts make is theirs: only what octotui makes is private."""
    model = write(OK.replace('echo "hello $Octopus_Environment_Name $Greeting"', "umask"))
    said = program("run", model, "ok", "--state", state, preexec_fn=lambda: os.umask(0o027))
    assert said.code == 0
    (log,) = (state / "small" / "logs").rglob("*.log")
    assert log.read_text() == "0027\n"
