import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from octotui.cli.main import cli
from octotui.runtime.open_space import state_on_disk
from octotui.store.space_folder import space_folder
from tests.servers import end_servers

ROOT = Path(__file__).parents[2]


class Said(NamedTuple):
    """What a call of the program printed, and its exit code."""

    code: int
    out: str
    err: str


Call = Callable[..., Said]


@pytest.fixture
def octotui(capsys: pytest.CaptureFixture[str]) -> Call:
    """Call the command line in this process."""

    def call(*arguments: object) -> Said:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli([str(each) for each in arguments], prog_name="octotui")
        out, err = capsys.readouterr()
        return Said(int(left.value.code or 0), out, err)

    return call


@pytest.fixture
def program() -> Call:
    """Call the program in a process of its own, without a terminal."""

    def call(*arguments: object, **more: object) -> Said:
        done = subprocess.run(
            command(*arguments),
            check=False,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            **more,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    return call


def command(*arguments: object) -> list[str]:
    """The program's command line."""
    return [sys.executable, "-m", "octotui", *map(str, arguments)]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a model of one pool, its workers, environments and a tenant, and these runbooks."""

    def write(runbooks: str, name: str = "model.toml", head: str = "") -> Path:
        path = tmp_path / name
        path.write_text(HEAD + head + runbooks)
        return path

    return write


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A state directory that is not there yet; servers in it are ended."""
    yield tmp_path / "state"
    end_servers(tmp_path / "state")


HEAD = """\
[space]
name = "Small"
[pools.setup]
workers = ["one", "two", "three"]
[environments.test]
name = "Test"
[environments.live]
name = "In production"
[tenants.contoso]
name = "Contoso Ltd"
[teams.others]
name = "Others"
members = ["somebody-else"]
"""
GREETING = "[variables]\nGreeting = { prompt = { required = false } }\n"
OK = """
[[runbooks.ok.steps]]
name = "Say hello"
pool = "setup"
script = 'echo "hello $Octopus_Environment_Name $Greeting"'
"""
FAIL = """
[[runbooks.fail.steps]]
name = "Fail"
pool = "setup"
script = "exit 3"
"""
ASK = """
[runbooks.ask]
name = "Ask first"
[[runbooks.ask.steps]]
name = "Before"
pool = "setup"
script = "true"
[[runbooks.ask.steps]]
name = "May it go on?"
manual = { instructions = "Is it **needed**, #{Octopus.Deployment.CreatedBy.Username}?" }
[[runbooks.ask.steps]]
name = "After"
pool = "setup"
script = 'echo "they said: $Octopus_Action_May_it_go_on_Output_Manual_Notes"'
"""
OTHERS = ASK.replace("runbooks.ask", "runbooks.others").replace('?" }', '?", teams = ["others"] }')
FIELDS = """fields = {
  Size = { kind = "select", options = ["small", "large"], default = "small" },
  Ticket = { help = "The number of the change." },
  Token = { kind = "sensitive" },
}"""
SIZED = (
    ASK.replace("runbooks.ask", "runbooks.sized")
    .replace('?" }', f'?", {" ".join(FIELDS.split())} }}'.replace(", }", " }"))
    .replace("they said: ", "")
    .replace(
        "$Octopus_Action_May_it_go_on_Output_Manual_Notes",
        " ".join(f"$Octopus_Action_May_it_go_on_Output_{name}" for name in ("Size", "Ticket", "Token")),
    )
)
GUIDED = """
[runbooks.guided]
guided_failure = "on"
[[runbooks.guided.steps]]
name = "Fail"
pool = "setup"
script = "test -e ../../again || { touch ../../again; echo broken; exit 3; }"
[[runbooks.guided.steps]]
name = "After"
pool = "setup"
script = 'echo "they said: $Octopus_Action_Fail_Output_Guidance_Answer"'
"""
SLEEP = """
[[runbooks.sleep.steps]]
name = "Sleep"
pool = "setup"
grace = "1s"
script = "echo sleeping; sleep 100"
"""


def environment(**more: str) -> dict[str, str]:
    """This process's environment, with more in it."""
    return {**os.environ, **more}


class Lived(NamedTuple):
    """A space that is served: run-1 ended, run-2 asks, run-3 failed and asks, run-4 runs, run-5 is queued."""

    model: Path
    state: Path

    @property
    def at(self) -> tuple[object, ...]:
        """What verbs are told to find it."""
        return self.model, "--state", self.state


@pytest.fixture
def lived(octotui: Call, write: Callable[..., Path], state: Path) -> Lived:
    """A space with some life in it."""
    head = f"[engine]\ntask_cap = 2\n{GREETING}"
    model = write(OK + ASK + GUIDED + SLEEP, head=head)
    for runbook in ("ok", "ask", "guided", "sleep", "ok"):
        assert octotui("run", model, runbook, "--detach", "--state", state).code == 0
    space = space_folder("small", state)
    end = time.monotonic() + 20
    while len((present := state_on_disk(space)).asking) < 2 or "run-1" in present.runs:
        assert time.monotonic() < end
        time.sleep(0.02)
    return Lived(model, state)
