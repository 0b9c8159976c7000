import re
import subprocess
from pathlib import Path

import pytest

from octotui.runtime.jobs.service_message_types import Fail, SetVariable
from octotui.workers.shells import HELPERS, command, environment
from tests.workers.scripts import SURROUNDINGS, run, run_with
from tests.workers.test_helpers import ALL_SHELLS


def test_v7_a_shell_is_started_with_the_helpers_of_its_machine() -> None:
    assert command("bash", "/w/script") == ["bash", "/w/script"]
    functions = '__octotui_helpers=\'/h h\'; . "$__octotui_helpers/octopus.sh"; . "$0"'
    assert command("sh", "/w/script", "/h h") == ["sh", "-c", functions, "/w/script"]
    assert command("python", "/w/script", "/h") == ["python3", "-u", "/h/octopus.py", "/w/script"]
    assert command("pwsh", "/w/script", "/h")[-3:] == ["-File", "/h/octopus.ps1", "/w/script"]
    assert all(Path(HELPERS, f"octopus.{end}").is_file() for end in ("bash", "sh", "py", "ps1"))


@pytest.mark.parametrize("mode", [{"POSIXLY_CORRECT": "1"}, {"SHELLOPTS": "braceexpand:posix"}])
def test_v7_bash_in_posix_mode_is_given_the_helpers_as_it_reads_no_bash_env(
    mode: dict[str, str], tmp_path: Path
) -> None:
    assert command("bash", "/w/script", "/h h", mode) == [
        *("bash", "-c", """. '/h h'/octopus.bash; . "$0\"""", "/w/script")
    ]
    script = (
        'echo "$0"\nshopt -qo posix || exit 8\nset_octopusvariable A "$(get_octopusvariable Name)"\nexit 7'
    )
    ran = run_with("bash", tmp_path, script, {"Name": "b"}, **mode)
    assert (ran.code, ran.errors) == (7, "")
    assert ran.visible == f"{tmp_path}/script\n"
    (message,) = ran.said
    assert isinstance(message, SetVariable)
    assert (message.name, message.value) == ("A", "b")


def test_v7_only_bash_needs_its_environment() -> None:
    assert environment("bash", "/h", {}) == {"BASH_ENV": "/h/octopus.bash"}
    assert environment("bash", "/h", {"BASH_ENV": "/h/octopus.bash"}) == {"BASH_ENV": "/h/octopus.bash"}
    theirs = {"BASH_ENV": "/h/octopus.bash", "OCTOTUI_BASH_ENV": "/etc/modules"}
    assert environment("bash", "/h", {"BASH_ENV": "/etc/modules"}) == theirs
    assert [environment(shell) for shell in ("sh", "python", "pwsh")] == [{}, {}, {}]


def test_v7_sh_scripts_are_as_without_helpers(tmp_path: Path) -> None:
    ran = run(
        "sh",
        tmp_path,
        """#!/bin/sh
set -eu
echo "$0 $#"
trap 'echo trapped' EXIT
exit 3""",
    )
    assert (ran.code, ran.visible, ran.errors) == (3, f"{tmp_path}/script 0\ntrapped\n", "")
    assert run("sh", tmp_path, "false").code == 1
    assert run("sh", tmp_path, "").code == 0
    assert run("sh", tmp_path, "kill -9 $$").code == -9


def test_v7_bash_scripts_are_as_without_helpers(tmp_path: Path) -> None:
    script = """#!/bin/bash
    set -euo pipefail
    echo "$0 ${BASH_SOURCE[0]} $# $- $LINENO"
    write_verbose() { echo "mine: $1"; }
    write_verbose text
    cat <<'END'
##octo $HOME
END
    trap 'echo trapped' EXIT
    f() { return 4; }
    f || echo "$?"
    exit 7
    """
    ran = run("bash", tmp_path, script)
    path = f"{tmp_path}/script"
    assert ran.visible == f"{path} {path} 0 ehuB 3\nmine: text\n##octo $HOME\n4\ntrapped\n"
    assert (ran.code, ran.errors) == (7, "")


PROGRAM = {"bash": ["bash"], "sh": ["sh"], "python": ["python3", "-u"]}


@pytest.mark.parametrize(
    ("shell", "script"),
    [
        ("bash", "no-such-program\n"),
        ("bash", "echo 1\nset -u\necho $NoSuch\n"),
        ("bash", "echo 1\nif true; then\n"),
        ("bash", "x='"),
        ("bash", "echo $LINENO; f() { echo ${BASH_LINENO[0]} $LINENO; }\nf"),
        ("sh", "no-such-program\n"),
        ("sh", "echo 1\nset -u\necho $NoSuch\n"),
        ("sh", "echo 1\nif true; then\n"),
        ("sh", "x='"),
        ("sh", "f() {\n: ${NoSuch?is not there}\n}\nf"),
        ("python", "raise ValueError"),
        ("python", "print(1)\n\nif True\n"),
        ("python", "from __future__ import annotations\n1 / 0"),
    ],
)
def test_s7_errors_name_the_lines_of_the_authors_script(shell: str, script: str, tmp_path: Path) -> None:
    """Whatever a script needs, and whatever ran before it: line 1 is its first."""
    ran = run_with(shell, tmp_path, script, {"A": "b"}, "ls python:json")
    plain = subprocess.run(
        [*PROGRAM[shell], str(tmp_path / "script")],
        env=SURROUNDINGS,
        capture_output=True,
        check=False,
        cwd=tmp_path,
    )
    said = re.sub(r"(\S+: \d+: )\S+/script: ", r"\1", ran.errors)  # dash has it twice
    assert (ran.code, ran.visible, said) == (plain.returncode, plain.stdout.decode(), plain.stderr.decode())


def test_v7_bash_exits_as_its_last_command_did(tmp_path: Path) -> None:
    assert run("bash", tmp_path, "false").code == 1
    assert run("bash", tmp_path, "").code == 0
    assert run("bash", tmp_path, "kill -9 $$").code == -9


def test_v7_a_traced_bash_script_says_the_same(tmp_path: Path) -> None:
    ran = run("bash", tmp_path, "exec 2>&1\nset -x\nset_octopusvariable A b")
    assert ran.said == [
        SetVariable(at=ran.visible.index("\n", ran.visible.rindex("+ printf")) + 1, name="A", value="b")
    ]


def test_v7_bash_scripts_that_a_script_starts_have_the_functions(tmp_path: Path) -> None:
    nested = tmp_path / "nested"
    nested.write_text('#!/usr/bin/env bash\nfail_step "$1"\n', encoding="utf-8")
    nested.chmod(0o700)
    ran = run("bash", tmp_path, "./nested one; bash -c 'fail_step two'; (fail_step three); echo $?")
    assert [each.message for each in ran.said if isinstance(each, Fail)] == ["one", "two", "three"]
    assert (ran.visible, ran.errors) == ("1\n", "")


def test_v7_the_file_that_bash_would_have_read_is_read(tmp_path: Path) -> None:
    theirs = tmp_path / "modules"
    theirs.write_text('module() { echo "module $1"; }', encoding="utf-8")
    given = environment("bash", surroundings={"BASH_ENV": str(theirs)})
    assert run("bash", tmp_path, "module load; write_wait x", **given).visible == "module load\nx\n"
    given["OCTOTUI_BASH_ENV"] = str(tmp_path / "missing")
    assert run("bash", tmp_path, "write_wait x", **given).errors == ""


def test_v7_python_scripts_are_as_without_helpers(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("import __main__\nword = __main__.word", encoding="utf-8")
    script = """# -*- coding: latin-1 -*-
import sys, inspect
word = "main"
if __name__ == "__main__":
    import beside
    print(sys.argv, __file__, sys.path[0], beside.word, __doc__, __spec__)
    print(inspect.getsource(inspect.getmodule(inspect.currentframe())).splitlines()[2])
    print([name for name in globals() if "octotui" in name.lower() or name.startswith("_hide")])
    sys.exit(7)
"""
    ran = run("python", tmp_path, script)
    path = f"{tmp_path}/script"
    assert ran.visible.splitlines() == [f"['{path}'] {path} {tmp_path} main None None", 'word = "main"', "[]"]
    assert (ran.code, ran.errors) == (7, "")


@pytest.mark.parametrize(
    "script",
    [
        "def f():\n    raise ValueError('no disk')\nf()\n",
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('no disk') from error\n",
        "if True\n    pass\n",
        "import sys\nsys.exit('no disk')\n",
        "raise SystemExit(0)\n",
        "import os\nos.kill(os.getpid(), 15)\n",
        "import signal, os\nos.kill(os.getpid(), signal.SIGINT)\nwhile True: pass\n",
        "import atexit\natexit.register(lambda: print(word))\nword = 'bye'\n",
        "\ufeffprint('a BOM')\n",
        "import sys\nsys.excepthook = lambda *given: print(given[0].__name__)\n1 / 0\n",
    ],
)
def test_v7_python_ends_as_it_would_without_helpers(script: str, tmp_path: Path) -> None:
    ran = run("python", tmp_path, script)
    plain = subprocess.run(
        ["python3", "-u", str(tmp_path / "script")],
        env=SURROUNDINGS,
        capture_output=True,
        check=False,
        cwd=tmp_path,
        timeout=60,
    )
    assert (ran.code, ran.visible, ran.errors) == (
        plain.returncode,
        plain.stdout.decode(),
        plain.stderr.decode(),
    )


def test_v7_python_scripts_have_the_modules_that_octopus_gives_them(tmp_path: Path) -> None:
    script = "print(base64.b64decode('YQ=='), os.path.sep, file=sys.stderr)"
    assert run("python", tmp_path, script).errors == "b'a' /\n"


def test_v7_python_finds_modules_where_it_would_without_helpers(tmp_path: Path) -> None:
    script = "import sys\nprint([path for path in sys.path if 'helpers' in path], sys.path[0])"
    assert run("python", tmp_path, script).visible == f"[] {tmp_path}\n"
    assert str(tmp_path) not in run("python", tmp_path, script, PYTHONSAFEPATH="1").visible


@ALL_SHELLS
def test_a_script_ends_where_the_machine_lacks_what_it_needs(shell: str, tmp_path: Path) -> None:
    """S1: one sentence names all that is to be installed, and where."""
    needs = "ls no-such python:json python:no_such.part"
    values = {"Octopus.Worker.Name": "bench"}
    ran = run_with(shell, tmp_path, "never", values, needs, Octopus_Worker_Name="bench")
    wanted = "bench lacks what this step needs, so install it there: no-such, the Python module no_such.part"
    assert ran.said == [Fail(at=0, message=wanted)]
    assert (ran.code != 0, ran.visible, ran.errors) == (True, "", "")


@ALL_SHELLS
def test_s8_what_is_missing_in_a_container_is_said_of_its_image(shell: str, tmp_path: Path) -> None:
    """S1, S8: there is nothing to install on the worker."""
    given = {"Octopus_Worker_Name": "bench", "OCTOTUI_CONTAINER_IMAGE": "tools:1"}
    ran = run_with(shell, tmp_path, "never", {"Octopus.Worker.Name": "bench"}, "ls no-such", **given)
    wanted = "the image tools:1 lacks what this step needs, so use another one: no-such"
    assert ran.said == [Fail(at=0, message=wanted)]
    assert (ran.code != 0, ran.visible, ran.errors) == (True, "", "")


GO_ON = {
    "bash": "set -eu; echo here; bash -c 'echo $OCTOTUI_NEEDS'",
    "sh": "echo here",
    "python": "print('here')",
    "pwsh": "Write-Host here",
}


@ALL_SHELLS
def test_a_script_goes_on_where_the_machine_has_what_it_needs(shell: str, tmp_path: Path) -> None:
    ran = run_with(shell, tmp_path, GO_ON[shell], {}, "ls python:json")
    assert (ran.code, ran.visible.strip(), ran.errors) == (0, "here", "")


def test_r9_what_a_script_needs_is_not_looked_for_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("print('hostile'); raise SystemExit(1)", encoding="utf-8")
    (tmp_path / "only_here.py").write_text("print('hostile')", encoding="utf-8")
    ran = run(
        "bash", tmp_path, f"cd {tmp_path}; fail_without python:json; echo fine; fail_without python:only_here"
    )
    assert ran.visible == "fine\n"
    (failed,) = [each.message for each in ran.said if isinstance(each, Fail)]
    assert str(failed).endswith("install it there: the Python module only_here")
