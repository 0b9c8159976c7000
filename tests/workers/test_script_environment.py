"""V5, V9: what a script finds in its environment, and what it is told of what it does not find there."""

import shutil
import subprocess
from pathlib import Path

import pytest

from octotui.workers.local.supervisors.executor import SupervisorExecutor
from octotui.workers.script_environment import ScriptEnvironments, missed
from octotui.workers.shells import HELPERS
from tests.workers.jobs import result, work

SERVER = {
    "PATH": "/bin",
    "HOME": "/root",
    "LC_ALL": "C.UTF-8",
    "AWS_PROFILE": "hunter22",
    "AWS_SECRET_ACCESS_KEY": "hunter33",
    "SSH_AUTH_SOCK": "/s",
    "BASH_ENV": "/etc/modules",
    "BASH_FUNC_ls%%": "() { echo hostile; }",
    "https_proxy": "http://proxy",
    "PERL5OPT": "-Mhostile",
    "PWD": "/here",
}


def environment(shell: str = "bash", **more: object) -> dict[str, str]:
    return ScriptEnvironments(SERVER).of(work(Path("/w"), "true", shell=shell, **more))


def test_v5_a_script_gets_few_of_the_servers_variables() -> None:
    few = {"PATH": "/bin", "HOME": "/root", "LC_ALL": "C.UTF-8", "https_proxy": "http://proxy"}
    assert environment("sh") == environment("python") == few
    assert environment("bash") == few | {"BASH_ENV": f"{HELPERS}/octopus.bash"}


def test_v5_it_gets_what_the_model_names_but_no_source_of_a_secret() -> None:
    passed = ("AWS_*", "SSH_AUTH_SOCK")
    given = environment("sh", passed=passed, withheld=("AWS_SECRET_ACCESS_KEY", "https_proxy"))
    assert set(given) == {"PATH", "HOME", "LC_ALL", "AWS_PROFILE", "SSH_AUTH_SOCK"}
    assert "AWS_SECRET_ACCESS_KEY" not in environment(passed=("*",), withheld=("AWS_SECRET_ACCESS_KEY",))


def test_v5_a_value_that_was_made_for_it_stands_before_the_servers() -> None:
    given = environment(
        "sh", environment={"AWS_PROFILE": "mine", "HOME": "/elsewhere"}, withheld=("AWS_PROFILE",)
    )
    assert (given["AWS_PROFILE"], given["HOME"]) == ("mine", "/elsewhere")


def test_v7_a_file_that_bash_reads_is_read_where_the_model_names_it() -> None:
    given = environment("bash", passed=("BASH_ENV",))
    assert given["OCTOTUI_BASH_ENV"] == "/etc/modules"
    assert "OCTOTUI_BASH_ENV" not in environment("bash")


async def test_v5_no_job_inherits_what_the_server_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_PASSWORD", "hunter22")
    monkeypatch.setenv("AWS_PROFILE", "live")
    executor = SupervisorExecutor()
    for shell, script in (("bash", "env"), ("sh", "env"), ("python", "import os\nprint(os.environ)")):
        for passed in ((), ("DB_*", "AWS_*")):
            given = work(tmp_path, script, shell=shell, passed=passed, withheld=("DB_PASSWORD",))
            _, output = await result(executor, given)
            assert b"hunter22" not in output
            assert (b"live" in output) is bool(passed)
            assert b"PATH" in output
    await executor.close()


SHELLS = [each for each in ("bash", "sh", "dash", "busybox sh", "ksh") if shutil.which(each.split()[0])]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "script", ["set -u; echo $AWS_PROFILE", "echo ${AWS_PROFILE?}", "echo ${AWS_PROFILE:?say which}"]
)
def test_v5_a_shell_that_misses_a_variable_is_told_whose_it_is(
    tmp_path: Path, shell: str, script: str
) -> None:
    (tmp_path / "script").write_text(f"exec 2>&1\necho fine\n{script}\n")
    command = (*shell.split(), f"{tmp_path}/script")
    done = subprocess.run(command, env={"PATH": "/bin"}, capture_output=True, text=True, check=False)
    printed = done.stdout + done.stderr
    hint = missed(printed, SERVER, (), ())
    assert hint == (
        "the server has AWS_PROFILE, but scripts get only a small environment: add it to [engine] environment"
    )
    assert missed(printed, SERVER, ("AWS_*",), ()) == ""
    assert missed(printed, {"PATH": ""}, (), ()) == ""
    assert "hunter22" not in hint


@pytest.mark.parametrize(
    ("output", "names"),
    [
        ("Traceback (most recent call last):\n  …\nKeyError: 'AWS_PROFILE'\n", "AWS_PROFILE"),
        ('fetch: key not found: "SSH_AUTH_SOCK" (KeyError)\n', "SSH_AUTH_SOCK"),
        ("Error: environment variable AWS_PROFILE is not set", "AWS_PROFILE"),
        ("AWS_PROFILE must be set\nSSH_AUTH_SOCK: unbound variable", "AWS_PROFILE and SSH_AUTH_SOCK"),
        ("x: 1: PWD: parameter not set", ""),
        ("x: 1: PATH: parameter not set", ""),
        ("export AWS_PROFILE=live", ""),
        ("NO_SUCH: unbound variable", ""),
        ("x: line 1: AWS_PROFILES: unbound variable", ""),
    ],
)
def test_v5_a_hint_names_what_the_server_has_and_the_script_has_not(output: str, names: str) -> None:
    hint = missed(output, SERVER, (), ())
    assert hint.startswith(f"the server has {names}, but") if names else hint == ""
    assert hint.endswith(
        f"add {'them' if ' and ' in names else 'it'} to [engine] environment" if names else ""
    )


def test_v5_what_a_secret_is_read_from_is_not_to_be_named() -> None:
    hint = missed(
        "x: line 1: AWS_SECRET_ACCESS_KEY: unbound variable", SERVER, (), ("AWS_SECRET_ACCESS_KEY",)
    )
    assert hint == (
        "the server has AWS_SECRET_ACCESS_KEY, but a secret is read from there, and no script gets it:"
        " use the variable that holds it"
    )
