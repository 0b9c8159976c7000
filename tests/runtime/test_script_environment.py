"""V5, V9: no script of a space inherits what its secrets are read from, whatever kind of script it is."""

import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.commands import StartRun
from octotui.engine.state import State
from octotui.model.process import HealthCheck, Script, Step, TemplateCall
from octotui.model.space import Engine, Feed, Model, Notify, Value
from octotui.model.values import Prompt, Secret
from octotui.runtime.open_space import open_space
from tests.runtime.jobs.test_package_acquisition import ended
from tests.runtime.served import until
from tests.world import manual, model

SECRETS = {"DB_PASSWORD": "hunter-db", "FEED_TOKEN": "hunter-feed", "VAULT_TOKEN": "hunter-vault"}
SHOW = "env | sort"


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_PROFILE", "live-account")
    monkeypatch.setenv("PERL5OPT", "-Mhostile")


def step(name: str, body: str, **more: object) -> Step:
    return Step(name=name, action=Script(body=body), pool="setup", **more)  # type: ignore[arg-type]


def space(*steps: Step, passed: tuple[str, ...] = (), **variables: Value) -> Model:
    """A space whose secrets are read in three ways."""
    sources = {
        "Password": Value(kind="sensitive", secret=Secret(env="DB_PASSWORD")),
        "Vault": Value(kind="sensitive", secret=Secret(env="VAULT_TOKEN")),
    }
    made = model({"a": list(steps)}, engine=Engine(environment=passed))
    feeds = {"own": Feed(url="http://127.0.0.1:9/", token_env="FEED_TOKEN")}
    return replace(
        made, feeds=feeds, variables={name: (each,) for name, each in (sources | variables).items()}
    )


async def played(declared: Model, folder: Path, **values: str) -> tuple[State, str]:
    """A run to its end, and the output of its first job."""
    async with open_space(declared, folder, "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann", variables=values))
        await ended(session)
        log = session.log_path("run-1", "job-1.1")
        return await session.family("run-1"), log.read_text() if log.exists() else ""


@pytest.mark.parametrize("passed", [(), ("DB_*", "FEED_TOKEN", "VAULT_*", "AWS_*")])
async def test_v5_no_job_has_the_sources_of_secrets(tmp_path: Path, passed: tuple[str, ...]) -> None:
    body = f'{SHOW} | grep -v "^Password=\\|^Vault="; tr "\\0" "\\n" </proc/$PPID/environ | grep -c TOKEN'
    _, output = await played(space(step("Show", body), passed=passed), tmp_path)
    assert not [name for name in SECRETS if name in output]
    assert ("AWS_PROFILE=live-account" in output) is bool(passed)
    assert "PERL5OPT" not in output
    assert "PATH=" in output
    assert output.endswith("\n0\n")


async def test_v5_no_health_check_and_no_template_has_them(tmp_path: Path) -> None:
    """The template of a step is told what its parameters say, and a health check nothing."""
    check = Step(name="Check", action=HealthCheck(script=Script(body=SHOW)), roles=("web",), on="target")
    call = TemplateCall(body=SHOW, template="show", parameters={"Key": "#{Password}"}, sensitive=("Key",))
    for number, each in enumerate((check, Step(name="Call", action=call, pool="setup"))):
        _, output = await played(space(each), tmp_path / str(number))
        assert "PATH=" in output
        assert not [name for name in SECRETS if name in output]


async def test_v5_no_notification_has_them(tmp_path: Path) -> None:
    sent = TemplateCall(
        body=f"{SHOW} >{tmp_path}/sent~; mv {tmp_path}/sent~ {tmp_path}/sent", template="tell"
    )
    declared = replace(space(manual("Ask")), notify=Notify(action=sent))
    async with open_space(declared, tmp_path, "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await until((tmp_path / "sent").exists)
    output = (tmp_path / "sent").read_text()
    assert "PATH=" in output
    assert not [name for name in SECRETS if name in output]


async def test_v5_a_notification_that_misses_a_variable_says_so(tmp_path: Path) -> None:
    sent = TemplateCall(body="set -u; echo $AWS_PROFILE", template="tell")
    declared = replace(space(manual("Ask")), notify=Notify(action=sent))
    async with open_space(declared, tmp_path, "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await until((tmp_path / "test" / "notifications.log").exists)
        await until(
            lambda: "the server has AWS_PROFILE" in (tmp_path / "test" / "notifications.log").read_text()
        )
    assert "live-account" not in (tmp_path / "test" / "notifications.log").read_text()


async def test_v5_a_command_that_prints_a_secret_has_no_other(tmp_path: Path) -> None:
    """It has all the rest of the server's environment: it may need it to prove who it is."""
    show = ("/bin/sh", "-c", 'echo "value ${DB_PASSWORD-none} ${FEED_TOKEN-none} $AWS_PROFILE"')
    declared = space(
        step("Say", f'printf %s "$Printed" >{tmp_path}/said'),
        Printed=Value(kind="sensitive", secret=Secret(command=show)),
    )
    await played(declared, tmp_path)
    assert (tmp_path / "said").read_text() == "value none none live-account"


@pytest.mark.parametrize(
    "action",
    [
        Script(body="set -u; echo $AWS_PROFILE"),
        Script(body='echo "${AWS_PROFILE:?say which}"', shell="sh"),
        Script(body="import os\nos.environ['AWS_PROFILE']", shell="python"),
    ],
    ids=["bash", "sh", "python"],
)
async def test_v5_a_script_that_misses_a_variable_is_told_of_it(tmp_path: Path, action: Script) -> None:
    """Never what it holds; and only where it has failed."""
    hint = (
        "the server has AWS_PROFILE, but scripts get only a small environment: add it to [engine] environment"
    )
    declared = space(Step(name="Miss", action=action, pool="setup"))
    state, output = await played(declared, tmp_path / "a")
    (job,) = state.jobs.values()
    assert (job.state, job.warnings) == ("failed", (hint,))
    assert output.endswith(f"octotui: {hint}\n")
    assert "live-account" not in output
    state, output = await played(replace(declared, engine=Engine(environment=("AWS_*",))), tmp_path / "b")
    assert state.jobs["job-1.1"].state == "succeeded"
    told = space(step("Say", 'echo "AWS_PROFILE: unbound variable"'))
    state, _ = await played(told, tmp_path / "c")
    assert state.jobs["job-1.1"].warnings == ()


HOSTILE = [
    "LD_PRELOAD",
    "BASH_ENV",
    "ENV",
    "SHELLOPTS",
    "PS4",
    "PERL5OPT",
    "PYTHONSTARTUP",
    "GIT_SSH_COMMAND",
]


@pytest.mark.parametrize("shell", ["bash", "sh", "python"])
async def test_v9_no_value_changes_how_a_script_is_started(tmp_path: Path, shell: str) -> None:
    """Not one that was declared, nor one that a caller gives; the script reads it by its own name."""
    trap = tmp_path / "trap"
    trap.write_text(f"echo hostile; : >{tmp_path}/sprung\n")
    names = {
        **dict.fromkeys(HOSTILE, str(trap)),
        "PATH": str(tmp_path),
        "IFS": "e",
        "FUNCNEST": "1",
        "TMOUT": "1",
        "SHELLOPTS": "noexec:xtrace",
        "BASHOPTS": "extdebug",
        "POSIXLY_CORRECT": "1",
        "PYTHONPATH": str(tmp_path),
        "PYTHONINSPECT": "1",
        "LC_ALL": "no_SUCH",
        "OPTIND": "7",
        "RANDOM": "4",
        "GLOBIGNORE": "*",
    }
    (tmp_path / "binascii.py").write_text("raise SystemExit('hostile')")
    for tool in ("base64", "tr", "cat"):
        (tmp_path / tool).write_text("#!/bin/sh\necho hostile\n")
        (tmp_path / tool).chmod(0o755)
    values = {name: Value(value=text) for name, text in names.items()}
    values["PS4"] = Value(kind="prompt", prompt=Prompt(default="x"))
    read = {
        "bash": "write_highlight fine; set_octopusvariable A b; get_octopusvariable PATH",
        "sh": 'write_highlight fine; [ "$_PATH" = "$(get_octopusvariable Path)" ]; get_octopusvariable PATH',
        "python": "printhighlight('fine'); print(get_octopusvariable('PATH'))",
    }
    declared = space(Step(name="Run", action=Script(body=read[shell], shell=shell), pool="setup"), **values)  # type: ignore[arg-type]
    state, output = await played(declared, tmp_path / "space", PS4=f"$(touch {tmp_path}/sprung)")
    (job,) = state.jobs.values()
    assert (job.state, job.reason) == ("succeeded-with-warnings", "")
    assert output.endswith(f"fine\n{tmp_path}" + ("\n" if shell == "python" else ""))
    assert not (tmp_path / "sprung").exists()
    (warning,) = job.warnings
    assert warning.startswith("programs read the names BASHOPTS, BASH_ENV, ENV, ")


async def test_v9_a_run_says_once_which_names_its_scripts_do_not_have(tmp_path: Path) -> None:
    steps = [step(name, "true") for name in ("A", "B", "C")]
    state, _ = await played(space(*steps, PATH=Value(value="x")), tmp_path)
    assert [len(state.jobs[f"job-1.{number}"].warnings) for number in (1, 2, 3)] == [1, 0, 0]
    assert state.runs["run-1"].progress.warnings == (
        "programs read the names PATH, so no variable of a run has them in a script's environment:"
        " read it as $_PATH there, or with get_octopusvariable",
    )


SAY = """
import sys
set_octopusvariable("Large", "x" * 200_000)
for number in range(12):
    set_octopusvariable(f"Part{number}", str(number % 10) * 200_000)
set_octopusvariable("Nul", "a" + chr(0) + "b")
set_octopusvariable("Two.Names", "dot"); set_octopusvariable("Two_Names", "line")
"""
READ = """
of() { get_octopusvariable "Octopus.Action[Say].Output.$1"; }
sizes="$(of Large | wc -c) $(of part11 | wc -c) $(of Nul | wc -c)"
echo "$sizes $(of Two.Names) $(of TWO_NAMES) $(get_octopusvariable RANDOM)"
"""
IN_PYTHON = """
of = lambda name: octopusvariables[f"Octopus.Action[Say].Output.{name}"]
sizes = [len(of(name)) for name in ("Large", "part11", "Nul")]
print(*sizes, of("Two.Names"), of("TWO_NAMES"), octopusvariables["random"])
"""


async def test_v9_no_value_that_a_step_has_set_fails_a_later_one(tmp_path: Path) -> None:
    """One of 200 kB, 2.6 MB in all, a NUL, and names that are one in an environment; clean-up runs, too."""
    scripts = {
        "Bash": Script(body=READ),
        "Sh": Script(body=READ, shell="sh"),
        "Python": Script(body=IN_PYTHON, shell="python"),
        "Fail": Script(body="exit 1"),
    }
    steps = [Step(name="Say", action=Script(body=SAY, shell="python"), pool="setup")]
    steps += [Step(name=name, action=action, pool="setup") for name, action in scripts.items()]
    steps.append(Step(name="Clean up", action=Script(body=READ), pool="setup", condition="always"))
    declared = space(*steps, RANDOM=Value(value="4"))
    async with open_space(declared, tmp_path, "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await ended(session)
        state = await session.family("run-1")
        for number in (2, 3, 4, 6):
            last = session.log_path("run-1", f"job-1.{number}").read_text().splitlines()
            assert "200000 200000 3 dot line 4" in last
    assert [state.jobs[f"job-1.{number}"].state for number in range(2, 7)] == [
        "succeeded-with-warnings",
        "succeeded",
        "succeeded",
        "failed",
        "succeeded",
    ]
    (warning,) = (
        each for each in state.runs["run-1"].progress.warnings if each.startswith("get_octopusvariable has")
    )
    assert '"Octopus.Action[Say].Output.Large", "Octopus.Action[Say].Output.Part0"' in warning
    assert "(too large)" in warning
    assert "(a NUL in it)" in warning
    assert (
        '"Octopus.Action[Say].Output.Two.Names", "Octopus.Action[Say].Output.Two_Names" (each would'
        in warning
    )
    assert not list((tmp_path / "test" / "workers").rglob("values"))


async def test_v9_what_every_script_gets_is_overridden_by_no_value(tmp_path: Path) -> None:
    names = ("HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_TIME", "TZ", "TMPDIR", "TERM", "https_proxy")
    shows = "\n".join(f'echo "{name}=${{{name}-unset}}"' for name in names)
    declared = space(step("Show", shows), **{name: Value(value="hostile") for name in names})
    _, output = await played(declared, tmp_path)
    assert "=hostile" not in output
    assert output.count("=") == len(names)
