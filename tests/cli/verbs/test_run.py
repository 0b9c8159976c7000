"""`octotui run`: a run to its end without a screen, its lines, its JSON and its exit codes."""

import json
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from octotui.cli.start_options import account
from octotui.runtime.open_space import state_on_disk
from octotui.store.space_folder import space_folder
from tests.cli.conftest import ASK, FAIL, GREETING, GUIDED, OK, OTHERS, ROOT, SLEEP, Call, command
from tests.runtime.feeds import put

NOTES = "they said: "
OFF = """
[pools.empty]
workers = []
[pools.off]
workers = ["four"]
[workers.four]
enabled = false
"""


def journaled(state: Path) -> list[Any]:
    """The events in the journal, as they stand there."""
    database = sqlite3.connect(state / "small" / "journal.sqlite")
    bodies = [json.loads(body) for (body,) in database.execute("SELECT body FROM events ORDER BY seq")]
    database.close()
    return bodies


def states(state: Path) -> dict[str, str]:
    """The runs that are still open in the space, and how they stand."""
    kept = state_on_disk(space_folder("small", state))
    return {name: run.state for name, run in kept.runs.items()}


def output(state: Path, run: str) -> str:
    """All that a run's jobs printed."""
    return "".join(each.read_text() for each in sorted((state / "small" / "logs" / run).glob("*.log")))


def test_a_run_that_succeeds_is_told_line_by_line_and_as_a_tree(
    octotui: Call, write: Call, state: Path
) -> None:
    given = ("--environment", "In Production", "--tenant", "contoso ltd", "--set", "Greeting=a=b c")
    said = octotui("run", write(OK, head=GREETING), "OK", *given, "--state", state)
    assert (said.code, said.err) == (0, "")
    told = said.out.splitlines()
    assert told[:3] == [
        "the model of Small is loaded",
        "run-1  ok is queued for In production, Contoso Ltd",
        "run-1  starts",
    ]
    assert "run-1  “Say hello” starts on one" in told
    assert told[-3:-1] == ["✔ run-1 ok · In production · Contoso Ltd  succeeded 0s", "one: first in setup"]
    assert output(state, "run-1") == "hello In production a=b c\n"


def test_a_run_that_fails_is_exit_code_1_and_says_why(octotui: Call, write: Call, state: Path) -> None:
    said = octotui("run", write(FAIL), "fail", "--state", state, "--ascii")
    assert said.code == 1
    assert said.err == "octotui: run-1 failed: step “Fail” failed: exit code 3\n"
    assert said.out.isascii() or "“" in said.out


def test_json_is_every_event_as_journaled_and_then_the_summary(
    octotui: Call, write: Call, state: Path
) -> None:
    parent = (
        OK
        + """
[runbooks.parent]
name = "Parent"
[[runbooks.parent.steps]]
name = "Start it"
pool = "setup"
runbook = "ok"
environment = "live"
[[runbooks.parent.steps]]
name = "Never"
condition = "failure"
pool = "setup"
script = "true"
"""
    )
    said = octotui("run", write(parent), "Parent", "--tenant", "contoso", "--json", "--state", state)
    assert (said.code, said.err) == (0, "")
    *events, summary = map(json.loads, said.out.splitlines())
    assert events == journaled(state)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (summary["type"], summary["exit_code"]) == ("Summary", 0)
    parts = [{name: run[name] for name in list(run)[:11]} for run in summary["runs"]]
    assert {"type": "Summary", "runs": parts} == {
        "type": "Summary",
        "runs": [
            {
                "id": "run-1",
                "process": "parent",
                "name": "Parent",
                "environment": None,
                "tenant": "contoso",
                "parent": None,
                "state": "succeeded",
                "workers": {"Start it": "one"},
                "may_run": [],
                "artifacts": [],
                "questions": [],
            },
            {
                "id": "run-2",
                "process": "ok",
                "name": "ok",
                "environment": "live",
                "tenant": "contoso",
                "parent": "run-1",
                "state": "succeeded",
                "workers": {"Say hello": "one"},
                "may_run": [],
                "artifacts": [],
                "questions": [],
            },
        ],
    }
    assert list(summary["runs"][0])[:11] == [
        "id",
        "process",
        "name",
        "environment",
        "tenant",
        "parent",
        "state",
        "workers",
        "may_run",
        "artifacts",
        "questions",
    ]


def test_proceed_answers_every_question_as_the_caller(octotui: Call, write: Call, state: Path) -> None:
    said = octotui("run", write(ASK), "Ask first", "--proceed", "--state", state)
    assert (said.code, said.err) == (0, "")
    assert f"run-1  {account()} answers “May it go on?” with proceed" in said.out.splitlines()
    assert "said proceed" in said.out
    assert output(state, "run-1") == f"{NOTES}\n"
    assert states(state) == {}


def test_abort_fails_the_run(octotui: Call, write: Call, state: Path) -> None:
    said = octotui("run", write(ASK), "ask", "--abort", "--state", state)
    assert said.code == 1
    assert f"aborted by {account()}" in said.err
    assert states(state) == {}


def test_without_a_terminal_a_question_stays_and_others_go_on(
    octotui: Call, write: Call, state: Path
) -> None:
    model = write(ASK + OK)
    said = octotui("run", model, "ask", "--state", state)
    assert said.code == 4
    assert said.err == (
        f"octotui: run-1 asks “May it go on?”, and stays open: octotui proceed --state {state} {model} run-1;"
        " or abort instead of proceed\n"
    )
    assert octotui("wait", model, "run-1", "--state", state).err == said.err
    assert "  asks anyone: nobody has taken the question yet" in said.out.splitlines()
    assert states(state) == {"run-1": "paused"}
    assert octotui("run", model, "ok", "--state", state).code == 0
    summary = json.loads(octotui("run", model, "ask", "--json", "--state", state).out.splitlines()[-1])
    assert [(run["id"], run["state"]) for run in summary["runs"]] == [("run-3", "paused")]
    assert states(state) == {"run-1": "paused", "run-3": "paused"}


@pytest.mark.parametrize("flag", ["--proceed", "--abort"])
def test_who_may_not_answer_gets_exit_code_4_and_the_run_stays_paused(
    octotui: Call, write: Call, state: Path, flag: str
) -> None:
    said = octotui("run", write(OTHERS), "others", flag, "--state", state)
    assert said.code == 4
    assert said.err == (f"octotui: only Others may answer “May it go on?”, and {account()} is not a member\n")
    assert states(state) == {"run-1": "paused"}
    kept = state_on_disk(space_folder("small", state)).interruptions["question-1"]
    assert (kept.responsible, kept.answer) == (None, None)


def test_the_last_of_two_flags_counts_and_of_several_ends_the_worst(
    octotui: Call, write: Call, state: Path
) -> None:
    both = """
[[runbooks.both.steps]]
name = "A"
pool = "setup"
runbook = "fail"
wait = false
[[runbooks.both.steps]]
name = "B"
pool = "setup"
runbook = "ask"
wait = false
"""
    model = write(ASK + FAIL + both)
    assert octotui("run", model, "both", "--state", state).code == 1
    assert states(state)["run-3"] == "paused"


def test_a_run_behind_a_question_of_an_earlier_one_does_not_wait_for_ever(
    octotui: Call, write: Call, state: Path
) -> None:
    tagged = ASK.replace('name = "Ask first"', 'concurrency = "one"')
    model = write(tagged.replace("\nmanual", "\nblock_concurrent = true\nmanual"))
    assert octotui("run", model, "ask", "--state", state).code == 4
    said = octotui("run", model, "ask", "--proceed", "--state", state)
    assert said.code == 4
    assert states(state) == {"run-1": "paused", "run-2": "queued"}


def test_a_plan_that_fails_fails_the_run_with_every_problem(octotui: Call, write: Call, state: Path) -> None:
    model = write(
        OK.replace("runbooks.ok", "runbooks.bad").replace('"setup"', '"empty"')
        + OK.replace("runbooks.ok", "runbooks.bad").replace("Say hello", "Again").replace('"setup"', '"off"'),
        head=OFF,
    )
    said = octotui("run", model, "bad", "--state", state)
    assert said.code == 1
    assert said.err.count("\n") == 1
    assert "step “Say hello”, pool empty: the pool has no workers" in said.err
    assert "step “Again”, pool off: no worker is eligible: four is disabled" in said.err
    assert not (state / "small" / "logs").exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["okk"], 'there is no runbook “okk”; did you mean "ok"?'),
        (["ok", "--environment", "in prod"], "there is no environment “in prod”; "),
        (["ok", "--tenant", "contso"], 'there is no tenant “contso”; did you mean "contoso"?'),
        (["ok", "--set", "Greeting"], "--set takes NAME=VALUE, not “Greeting”"),
        (["ok", "--set", " =x"], "--set takes NAME=VALUE, not “ =x”"),
        (["ok", "--set", "A=\udcff"], "--set A=… is not text in UTF-8"),
    ],
)
@pytest.mark.parametrize("verb", ["run", "plan"])
def test_words_that_mean_nothing_are_exit_code_2_and_nothing_happens(
    octotui: Call, write: Call, state: Path, verb: str, given: list[str], sentence: str
) -> None:
    said = octotui(verb, write(OK), *given, "--state", state)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"octotui: {sentence}")
    assert said.err.count("\n") == 1
    assert not state.exists()


def test_the_state_directory_of_the_platform_is_the_default(
    program: Call, write: Call, tmp_path: Path
) -> None:
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "xdg"), "HOME": str(tmp_path)}
    assert program("run", write(OK), "ok", env=env).code == 0
    assert (tmp_path / "xdg" / "octotui" / "small" / "journal.sqlite").exists()


def test_an_answer_beforehand_needs_no_terminal_at_all(write: Call, state: Path) -> None:
    closed = " ".join(command("run", model := write(ASK), "ask", "--state", state)) + " <&-"
    done = subprocess.run(["bash", "-c", closed], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert f"octotui proceed --state {state} {model} run-1" in done.stderr


def test_s5_a_time_limit_ends_the_script_and_all_it_started(octotui: Call, write: Call, state: Path) -> None:
    limits = 'name = "Sleep"\ntime_limit = "300ms"'
    body = "echo $$; sleep 100 & wait"
    said = octotui(
        "run",
        write(SLEEP.replace('name = "Sleep"', limits).replace("sleep 100", body)),
        "sleep",
        "--state",
        state,
    )
    assert said.code == 1
    assert said.err == "octotui: run-1 failed: step “Sleep” failed: it exceeded its time limit of 0.3 s\n"
    begun, group = output(state, "run-1").split()
    assert begun == "sleeping"
    wait_for(lambda: not alive(int(group)))


def alive(group: int) -> bool:
    """Whether a process group has members, if only ones that nobody has buried yet."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Look until it is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_s5_a_script_that_fails_is_tried_again_and_all_its_output_kept(
    octotui: Call, write: Call, state: Path, tmp_path: Path
) -> None:
    once = f"echo try; test -e {tmp_path}/tried || {{ touch {tmp_path}/tried; exit 3; }}"
    flaky = FAIL.replace('script = "exit 3"', f'retries = 2\nbackoff = "50ms"\nscript = "{once}"')
    said = octotui("run", write(flaky), "fail", "--json", "--state", state)
    assert said.code == 0
    events = [json.loads(line) for line in said.out.splitlines()]
    (failed,) = [event for event in events if event["type"] == "AttemptFailed"]
    assert (failed["exit_code"], failed["reason"]) == (3, "exit code 3")
    starts = [(event["attempt"], event["at"]) for event in events if event["type"] == "JobStarted"]
    assert [attempt for attempt, _ in starts] == [1, 2]
    assert starts[1][1] - failed["at"] >= 0.05
    assert output(state, "run-1") == "try\noctotui: attempt 2\ntry\n"


def test_l1_who_acquires_keeps_the_worker_for_itself(
    octotui: Call, write: Call, state: Path, tmp_path: Path
) -> None:
    put(tmp_path / "feed", "tools.1.0.0.zip", 20_000)
    feed = '[feeds.local]\ndirectory = "feed"\nrate = "40 KiB/s"\n[pools.alone]\nworkers = ["four"]\n'
    both = """
[[runbooks.both.steps]]
name = "Beside it"
runbook = "ok"
pool = "setup"
wait = false
[[runbooks.both.steps]]
name = "Use it"
pool = "alone"
packages = ["tools"]
script = 'ls "#{Octopus.Action.Package[tools].ExtractedPath}"'
"""
    model = write(OK.replace('"setup"', '"alone"') + both, head=feed)
    said = octotui("run", model, "both", "--state", state)
    assert said.code == 0
    told = said.out.splitlines()
    waits = next(index for index, line in enumerate(told) if "“Say hello” waits for four: run-1 " in line)
    acquired = told.index("run-1  acquiring tools 1.0.0 succeeded")
    assert waits < acquired < told.index("run-2  “Say hello” starts on four")
    assert output(state, "run-1").endswith("README\n")
    printed = octotui("logs", model, "run-1", "--state", state).out.splitlines()
    assert printed[0].startswith("Acquire packages | copying tools")


@pytest.mark.parametrize(
    ("options", "code", "open_runs"),
    [
        ((), 4, {"run-1": "executing"}),
        (("--proceed",), 4, {"run-1": "executing"}),
        (("--abort",), 1, {}),
        (("--no-guided-failure",), 1, {}),
    ],
)
def test_a_failed_step_of_a_guided_run_asks(
    octotui: Call, write: Call, state: Path, options: tuple[str, ...], code: int, open_runs: dict[str, str]
) -> None:
    """I7: without a terminal it is left, and --abort is fail."""
    said = octotui("run", write(GUIDED), "guided", *options, "--state", state)
    assert said.code == code
    assert states(state) == open_runs


def test_guidance_can_be_asked_for_where_the_model_says_nothing(
    octotui: Call, write: Call, state: Path
) -> None:
    """I7."""
    said = octotui("run", write(FAIL), "fail", "--guided-failure", "--state", state)
    assert (said.code, states(state)) == (4, {"run-1": "executing"})


LEAVES = """
[[runbooks.leaves.steps]]
name = "Leave something"
pool = "setup"
script = "echo found > result.txt; mkdir deep; touch deep/more"
"""


@pytest.mark.parametrize("kept", [True, False])
def test_what_is_left_in_a_workspace_is_kept_where_the_model_says_so(
    octotui: Call, write: Call, state: Path, kept: bool
) -> None:
    head = '[retention]\nworkspaces = { age = "2d" }\n' if kept else ""
    assert octotui("run", write(LEAVES, head=head), "leaves", "--state", state).code == 0
    folder = state / "small" / "workspaces" / "run-1" / "job-1.1-1"
    found = sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*"))
    assert found == (["deep", "deep/more", "result.txt"] if kept else [])


@pytest.mark.parametrize("verb", ["run", "plan", "deploy", "promote", "release", "publish"])
def test_swapped_arguments_are_told_in_their_right_order(
    octotui: Call, write: Call, state: Path, verb: str
) -> None:
    model = write(OK)
    said = octotui(verb, "ok", model, "--state", state)
    assert (said.code, said.err) == (2, f"octotui: say the model first: octotui {verb} {model} ok\n")
