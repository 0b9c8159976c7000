"""M5: which tools are looked for, how they are asked, and what is believed of their answers."""

import shutil
import subprocess
from pathlib import Path

import pytest

from octotui.engine.state import FoundTool
from octotui.runtime.health.tool_versions import COMMON, LARGEST, found_tools, script, sought_tools


def run(paths: dict[str, str], *sought: str) -> dict[str, FoundTool]:
    """What is found of tools at these paths, by a shell of this machine."""
    done = subprocess.run(["sh", "-c", script(paths, sought)], capture_output=True, check=True)
    return found_tools(paths, sought, done.stdout)


def program(folder: Path, name: str, body: str) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_m5_the_usual_tools_and_those_that_steps_need_are_looked_for() -> None:
    assert set(sought_tools({"docker", "nomad", "python:boto3"})) == {*COMMON, "nomad", "python:boto3"}


def test_m5_a_tool_says_its_version_in_its_own_way(tmp_path: Path) -> None:
    own = program(tmp_path, "own tool", 'echo "own 1.2.3"')
    kube = program(tmp_path, "kubectl", '[ "$*" = "version --client" ] && echo "Client Version: v1.28.4"')
    errs = program(tmp_path, "errs", "echo 'errs version 7.1' >&2; exit 3")
    found = run({"own": own, "kubectl": kube, "errs": errs}, "own", "kubectl", "errs", "absent")
    assert {name: each.version for name, each in found.items()} == {
        "absent": "",
        "errs": "7.1",
        "kubectl": "1.28.4",
        "own": "1.2.3",
    }
    assert found["absent"] == FoundTool()
    assert found["own"].path == own


def test_m5_python_modules_are_looked_for_where_there_is_python() -> None:
    python = shutil.which("python3") or ""
    found = run({"python3": python}, "python3", "python:json", "python:no_such_module")
    assert found["python3"].version.startswith("3.")
    assert found["python:json"].path == "python:json"
    assert found["python:no_such_module"] == FoundTool()
    assert run({}, "python:json") == {"python:json": FoundTool()}


@pytest.mark.parametrize(
    "body",
    [
        "yes 'octotui-tool\tdocker\t/bin/docker\t9.9' | head -n 100000",
        "printf 'octotui-tool\\tdocker\\t/bin/x\\t99.0\\noctotui-tool\\tdocker\\t/x\\t99.0\\n'",
        "head -c 10000000 /dev/zero",
        "printf '\\033[31mred\\0\\377'",
        "kill -9 $$",
    ],
)
def test_m5_a_tool_that_prints_anything_says_nothing_of_others(tmp_path: Path, body: str) -> None:
    evil = program(tmp_path, "aaa", body)
    docker = program(tmp_path, "docker", 'echo "Docker version 24.0.7"')
    found = run({"aaa": evil, "docker": docker}, "aaa", "docker")
    assert found["docker"] == FoundTool(docker, "24.0.7")


def test_m5_what_was_not_answered_in_time_is_unknown() -> None:
    found = found_tools({"python3": "/bin/python3"}, ("python3", "python:json", "git"), b"")
    assert found == {"git": FoundTool(), "python3": FoundTool("/bin/python3", "")}


def test_m5_rubbish_and_long_answers_are_bounded() -> None:
    line = b"octotui-tool\tgit\t/bin/git\t" + b"x" * LARGEST
    assert found_tools({"git": "/bin/git"}, ("git",), line) == {"git": FoundTool("/bin/git", "")}
    assert found_tools({"git": "/" + "g" * 5000}, ("git",), b"\xff\n\n\t\t")["git"].path.count("g") < 400
