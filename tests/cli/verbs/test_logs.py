"""What jobs printed."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from octotui.cli.verbs.logs import LogPrinter
from octotui.engine.evolve.evolve import replay
from tests.cli.conftest import GREETING, OK, ROOT, Call, Lived, command
from tests.exported import tamed
from tests.servers import holder
from tests.workers.agents import end_agents

TWO = """
[[runbooks.two.steps]]
name = "First"
pool = "setup"
script = 'echo one; echo two; printf three'
[[runbooks.two.steps]]
name = "Second"
pool = "setup"
script = 'echo four'
"""


def test_lines_stand_behind_their_step_where_there_are_several(
    octotui: Call, write: Call, state: Path
) -> None:
    model = write(TWO)
    octotui("run", model, "two", "--state", state)
    at = ("--state", state)
    assert octotui("logs", model, "run-1", *at).out.splitlines() == [
        "First | one",
        "First | two",
        "First | three",
        "Second | four",
    ]
    assert octotui("logs", model, 1, "--step", "Second", *at).out == "four\n"
    assert octotui("logs", model, 1, "--step", "First", "--tail", 1, *at).out == "three\n"
    plain = [json.loads(line) for line in octotui("logs", model, 1, "--json", *at).out.splitlines()]
    assert [each["line"] for each in plain] == ["one", "two", "three", "four"]
    assert plain[0]["job"] == "job-1.1"
    assert plain[0]["at"] > 1e9
    assert octotui("logs", model, 2, *at).err == "octotui: there is no run run-2\n"


async def test_logs_that_were_printed_are_closed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run may have more jobs than files may be open; what is appended is printed all the same."""
    state, opened = replay(tamed().world.events), len([*Path("/dev/fd").iterdir()])
    printer = LogPrinter("run-1", None, None, as_json=False)

    async def where(run: str, job: str) -> Path:
        with (tmp_path / f"{job}.log").open("a") as log:
            log.write(f"of {job}\n")
        return tmp_path / f"{job}.log"

    for _ in range(2):
        await printer.take(state, where)
        printed = [line.rpartition(" ")[2] for line in capsys.readouterr().out.splitlines()]
        assert len(printed) == len(set(printed)) > 2
        assert len([*Path("/dev/fd").iterdir()]) == opened


def test_s9_streams_are_told_apart_where_the_model_says_so(octotui: Call, write: Call, state: Path) -> None:
    step = "[[runbooks.r.steps]]\nname = 'One'\npool = 'setup'\nscript = 'echo out; echo error >&2'\n"
    separate = write(step, head='[engine]\nsupervisor = "agent"\nstderr = "separate"\n')
    octotui("run", separate, "r", "--state", state)
    merged = write(step, "merged.toml", head='[engine]\nsupervisor = "agent"\n')
    octotui("run", merged, "r", "--state", state)
    for run, streams in (("run-1", ["stdout", "stderr"]), ("run-2", ["stdout", "stdout"])):
        at = (merged, run, "--state", state)
        told = [json.loads(line) for line in octotui("logs", *at, "--json").out.splitlines()]
        assert [(each["stream"], each["line"]) for each in told] == [
            *zip(streams, ["out", "error"], strict=True)
        ]
        errors = ["error"] * (streams[1] == "stderr")
        assert octotui("logs", *at, "--stream", "stderr").out.splitlines() == errors
        printed = ["out", *(["error"] if not errors else [])]
        assert octotui("logs", *at, "--stream", "stdout").out.splitlines() == printed
    end_agents(state)


def test_s9_the_last_lines_are_those_of_the_stream(octotui: Call, write: Call, state: Path) -> None:
    script = "echo e1 >&2; sleep 0.3; echo o1; sleep 0.3; echo e2 >&2; sleep 0.3; seq 5"
    step = f"[[runbooks.r.steps]]\nname = 'One'\npool = 'setup'\nscript = '{script}'\n"
    model = write(step, head='[engine]\nstderr = "separate"\n')
    octotui("run", model, "r", "--state", state)
    for tail, stream, lines in (
        (0, "stderr", []),
        (1, "stderr", ["e2"]),
        (9, "stderr", ["e1", "e2"]),
        (2, "stdout", ["4", "5"]),
        (6, "stdout", ["o1", "1", "2", "3", "4", "5"]),
    ):
        said = octotui("logs", model, 1, "--tail", tail, "--stream", stream, "--state", state)
        assert said.out.splitlines() == lines
    end_agents(state)


def test_followed_they_come_as_they_are_printed_until_the_run_ends(lived: Lived) -> None:
    model, *state = lived.at
    call = command("logs", model, "run-4", "-f", *state)
    with subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "sleeping\n"
        subprocess.run(command("cancel", model, "run-4", *state), cwd=ROOT, check=True, capture_output=True)
        assert child.wait(20) == 0


def stopped(lived: Lived) -> None:
    model, *state = lived.at
    subprocess.run(command("stop", model, *state), cwd=ROOT, check=True, capture_output=True)


def terminated(lived: Lived) -> None:
    os.kill(holder(lived.state / "small"), signal.SIGTERM)


def moved(lived: Lived) -> None:
    shutil.move(lived.state, lived.state.with_name("elsewhere"))


@pytest.mark.parametrize("end", [stopped, terminated, moved])
@pytest.mark.parametrize("verb", [("logs", "run-4", "-f"), ("events", "-f", "--since", "0")])
def test_r6_who_follows_hears_that_the_server_has_ended(
    lived: Lived, verb: tuple[str, ...], end: Callable[[Lived], None]
) -> None:
    name, *more = verb
    model, *state = lived.at
    call, pipe = command(name, model, *more, *state), subprocess.PIPE
    with subprocess.Popen(call, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.readline()
        end(lived)
        assert child.wait(20) == 1
        assert child.stderr.read().startswith("octotui: ")


def test_of_a_run_that_is_over_all_is_there_at_once(octotui: Call, write: Call, state: Path) -> None:
    model = write(OK, head=GREETING)
    octotui("run", model, "ok", "--set", "Greeting=you", "--state", state)
    assert octotui("logs", model, "run-1", "-f", "--state", state).out == "hello  you\n"


def test_an_unknown_step_is_told_which_there_are(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    for step, meant in (("Befor", 'did you mean "Before"?'), ("Nowhere", "May it go on?")):
        refused = octotui("logs", model, "run-2", "--step", step, *state)
        assert (refused.code, refused.out) == (2, "")
        assert refused.err.startswith(f"octotui: run-2 has no step “{step}”; ")
        assert meant in refused.err
    known = octotui("logs", model, "run-2", "--step", "After", *state)
    assert (known.code, known.out, known.err) == (0, "", ""), "it has not run yet"


def test_the_output_of_the_last_runs_is_searched_newest_first(
    octotui: Call, write: Call, state: Path
) -> None:
    """Each line behind its run, step and number; exit code 1 as that of grep where there is none."""
    model = write(TWO)
    for _ in range(2):
        octotui("run", model, "two", "--state", state)
    at = (model, "--state", state)
    assert octotui("logs", *at, "--grep", "t(wo|hree)").out.splitlines() == [
        f"run-{run} | First | {line}" for run in (2, 1) for line in ("2 | two", "3 | three")
    ]
    for pattern in ("O", "FOUR"):
        assert octotui("logs", *at, "-g", pattern)[:2] == (1, "")
    newest = octotui("logs", *at, "-g", "o", "--last", 1, "--step", "Second")
    assert newest[:2] == (0, "run-2 | Second | 1 | four\n")
    said = octotui("logs", model, 1, "-g", "one", "--state", state, "--json").out
    found = [json.loads(line) for line in said.splitlines()]
    assert [(each["run"], each["job"], each["step"], each["number"], each["line"]) for each in found] == [
        ("run-1", "job-1.1", "First", 1, "one")
    ]
    assert octotui("logs", *at, "-g", "one", "--stream", "stderr")[:2] == (1, "")
    missing = octotui("logs", model, 9, "-g", "one", "--state", state)
    assert missing[::2] == (2, "octotui: there is no run run-9\n")


def test_what_a_search_needs_is_said(octotui: Call, write: Call, state: Path) -> None:
    at = (write(TWO), "--state", state)
    assert "name a RUN, or search the last runs with --grep" in octotui("logs", *at).err
    assert "leave --follow and --tail out" in octotui("logs", *at, "-g", "x", "-f").err


def test_lines_that_were_found_are_made_visible(octotui: Call, write: Call, state: Path) -> None:
    script = "printf 'a\\\\033]0;title\\\\007 b\\\\n'"
    model = write(f'[[runbooks.r.steps]]\nname = "One"\npool = "setup"\nscript = "{script}"\n')
    octotui("run", model, "r", "--state", state)
    assert (
        octotui("logs", model, "-g", "title", "--state", state).out
        == "run-1 | One | 1 | a\\x1b]0;title\\x07 b\n"
    )
