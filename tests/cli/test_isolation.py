"""R9: in a directory where a stranger has put modules and programs, none of them is run."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from octotui.cli.spaces import connection
from tests.cli.conftest import ASK, HEAD, ROOT
from tests.servers import end_servers

MODULES = ("sqlite3", "click", "msgspec", "tomllib", "shutil", "binascii", "base64", "keyring", "json", "re")
STARTUP = ("sitecustomize", "usercustomize")
PROGRAMS = (
    "sh",
    "bash",
    "python3",
    "python",
    "ps",
    "setsid",
    "git",
    "base64",
    "tr",
    "sysctl",
    "pass",
    "octotui",
)
MODEL = """
[variables]
Password = { sensitive = { command = ["PYTHON", "-c", "import json; print(json.dumps('hunter22'))"] } }
[[runbooks.ok.steps]]
name = "Shell"
pool = "setup"
script = 'set_octopusvariable A b; fail_without python:json; echo "path=$PATH"'
[[runbooks.ok.steps]]
name = "Python"
pool = "setup"
script = { shell = "python", body = 'import sqlite3, json; set_octopusvariable("B", "c")' }
"""


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A directory of a stranger, whose modules and programs leave a file where they are run."""
    folder = tmp_path / "hostile"
    (folder / "asyncio").mkdir(parents=True)
    for name in (*MODULES, *STARTUP, "asyncio/__init__"):
        mark = str(tmp_path / f"run-{name.partition('/')[0]}")
        (folder / f"{name}.py").write_text(f"open({mark!r}, 'w'); raise SystemExit(66)\n")
    for name in PROGRAMS:
        (folder / name).write_text(f"#!/bin/sh\n: >{tmp_path}/run-{name}\nexit 66\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A state directory; servers in it are ended."""
    yield tmp_path / "state"
    end_servers(tmp_path / "state")


def run_there(hostile: Path, program: list[str], model: Path, state: Path, **more: str) -> str:
    """Run both runbooks' verbs there, in this process and by a server in the background; what is said."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    said = []
    for verb in (
        ("check", model),
        ("run", model, "ok", "--state", state),
        ("run", model, "ask", "--detach", "--state", state),
        ("run", model, "ok", "--detach", "--state", state),
        ("wait", model, "3", "--state", state),
        ("logs", model, "3", "--state", state),
        ("stop", model, "--state", state),
    ):
        done = subprocess.run(
            [*program, *map(str, verb)],
            cwd=hostile,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        said.append(done.stdout + done.stderr)
    ran = [each.name for each in hostile.parent.glob("run-*")]
    assert not ran
    return "".join(said)


SAFE = [sys.executable, "-P", "-m", "octotui"]
"""As the console script, which has its own folder first, and not the current one."""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.toml"
    path.write_text(HEAD + MODEL.replace("PYTHON", sys.executable) + ASK)
    return path


@pytest.mark.parametrize(
    ("program", "path"),
    [(SAFE, "PATH"), (SAFE, ":PATH"), ([sys.executable, "-m", "octotui"], ".:PATH:")],
)
def test_r9_no_module_and_no_program_of_the_current_directory_is_run(
    hostile: Path, model: Path, state: Path, program: list[str], path: str
) -> None:
    """Neither by who types the command, nor by the server that it starts, nor by a job."""
    said = run_there(hostile, program, model, state, PATH=path.replace("PATH", os.environ["PATH"]))
    (found,) = [line.partition("path=")[2] for line in said.splitlines() if line.startswith("Shell | path=")]
    assert all(each.startswith("/") for each in found.split(":"))
    left_out = ", where nothing is looked for: it is not absolute\n" in said
    assert left_out == (path != "PATH")


@pytest.mark.parametrize("modules", [":ROOT", ".:ROOT", "ROOT::"])
def test_r9_nor_where_pythonpath_names_it(hostile: Path, model: Path, state: Path, modules: str) -> None:
    """What an interpreter itself loads from there before anything else nobody can keep it from."""
    for name in (*STARTUP, "re", "shutil"):  # of which a console script loads some before us
        (hostile / f"{name}.py").unlink()
    run_there(hostile, SAFE, model, state, PYTHONPATH=modules.replace("ROOT", str(ROOT)))


def test_r9_a_server_stands_at_the_root_and_looks_for_nothing_where_we_stand(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: list[tuple[list[str], object]] = []

    def run(command: list[str], *, cwd: object, pass_fds: tuple[int], **more: object) -> None:
        started.append((command, cwd))
        os.write(pass_fds[0], b"ready")

    monkeypatch.setattr(connection.subprocess, "run", run)
    connection.start_server(Path("model.toml"), connection.SpaceFolder(tmp_path, "small"))
    ((command, cwd),) = started
    assert command[4:8] == [sys.executable, "-P", "-m", "octotui"]
    assert cwd == "/"
    assert [each for each in command if each.endswith("model.toml")] == [str(Path.cwd() / "model.toml")]


def test_completion_in_such_a_directory_runs_nothing_and_says_nothing(hostile: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PATH": f":{os.environ['PATH']}",
        "_OCTOTUI_COMPLETE": "bash_source",
    }
    done = subprocess.run(SAFE, cwd=hostile, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert "_octotui_completion" in done.stdout
    assert not list(hostile.parent.glob("run-*"))
