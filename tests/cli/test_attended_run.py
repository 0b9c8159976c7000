"""A run from the outside: interrupted, killed, followed by another, and beside a space in use."""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from octotui.cli.attended_run import AttendedRun, AttendOptions, attend
from octotui.cli.spaces import connection
from octotui.engine.commands import StartRun
from octotui.runtime.offline_space import OfflineSpace
from octotui.runtime.open_space import state_on_disk
from octotui.runtime.space_access import Undecided
from octotui.store.space_folder import SpaceFolder, space_folder
from octotui.workers.local.supervisors.process import UNREPORTED
from tests.cli.conftest import ASK, FAIL, OK, ROOT, SIZED, SLEEP, Call, command
from tests.cli.verbs.test_run import output, states, wait_for
from tests.servers import gone, holder
from tests.world import model, script

STUBBORN = SLEEP.replace("echo sleeping;", "trap '' TERM; echo sleeping; sleep 100 &").replace(
    '"1s"', '"200ms"'
)


@contextmanager
def running(model: Path, state: Path, process: str = "sleep") -> Iterator[subprocess.Popen[str]]:
    """A run in a process of its own whose script has begun."""
    call = command("run", model, process, "--state", state)
    log = state / "small" / "logs" / "run-1" / "job-1.1.log"
    with subprocess.Popen(
        call, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        try:
            wait_for(lambda: log.exists() and "sleeping" in log.read_text())
            yield child
        finally:
            child.kill()


def left_behind(state: Path) -> list[str]:
    """The processes whose working directory is a worker's of this space."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            where = str((process / "cwd").readlink())
        except OSError:
            continue
        if where.startswith(f"{state}/small/workers/"):
            found.append((process / "cmdline").read_text())
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_cancels_the_run(write: Call, state: Path, number: int) -> None:
    with running(write(SLEEP), state) as child:
        child.send_signal(number)
        out, err = child.communicate(timeout=20)
    assert child.returncode == 130
    assert err == "octotui: cancelling; ^C again leaves at once\n"
    assert "run-1  was cancelled" in out
    assert "⊘ Sleep" in out
    assert states(state) == {}
    assert left_behind(state) == []


def test_when_its_terminal_is_gone_the_run_goes_on_at_a_server(write: Call, state: Path) -> None:
    """A run belongs to the space, and not to the terminal that started it."""
    short = SLEEP.replace("sleep 100", "sleep 0.5; echo awake")
    with running(write(short), state) as child:
        child.send_signal(signal.SIGHUP)
        assert child.wait(20) == 129
    assert holder(state / "small"), "somebody has to go on with it"
    wait_for(lambda: states(state) == {})
    assert output(state, "run-1") == "sleeping\nawake\n"


def test_a_script_that_minds_no_term_is_killed_after_its_grace_with_all_it_started(
    write: Call, state: Path
) -> None:
    with running(write(STUBBORN), state) as child:
        child.send_signal(signal.SIGINT)
        assert child.wait(20) == 130
    assert left_behind(state) == []
    assert states(state) == {}


def test_a_second_interrupt_leaves_at_once_and_the_job_goes_on(
    octotui: Call, write: Call, state: Path
) -> None:
    model = write(STUBBORN.replace('"200ms"', '"90s"') + OK)
    with running(model, state) as child:
        child.send_signal(signal.SIGINT)
        assert child.stderr is not None
        assert child.stderr.readline().startswith("octotui: cancelling")
        child.send_signal(signal.SIGINT)
        assert child.wait(10) == 130
    assert left_behind(state) != []
    assert states(state) == {"run-1": "cancelling"}
    wait_for(lambda: holder(state / "small"))
    end_orphans(state)
    assert octotui("wait", model, "run-1", "--state", state).code == 5
    assert states(state) == {}


def test_what_was_killed_with_its_supervisor_is_lost_and_not_run_again(
    octotui: Call, write: Call, state: Path
) -> None:
    model = write(SLEEP + OK + '[engine]\nsupervisor = "each"\n')
    with running(model, state) as child:
        child.send_signal(signal.SIGKILL)
        child.wait()
    end_orphans(state)
    said = octotui("run", model, "ok", "--state", state)
    assert said.code == 0
    (question,) = state_on_disk(SpaceFolder(state, "small")).interruptions.values()
    assert question.instructions == UNREPORTED
    assert output(state, "run-1") == "sleeping\n"
    assert states(state) == {"run-1": "executing"}


def test_r4_an_agent_knows_that_what_it_runs_was_killed(octotui: Call, write: Call, state: Path) -> None:
    model = write(SLEEP + OK)
    with running(model, state) as child:
        child.send_signal(signal.SIGKILL)
        child.wait()
    end_orphans(state)
    assert octotui("run", model, "ok", "--state", state).code == 0
    wait_for(lambda: states(state) == {})
    assert output(state, "run-1") == "sleeping\n"
    assert "killed by SIGKILL" in octotui("tree", model, "run-1", "--state", state).out


def end_orphans(state: Path) -> None:
    """Kill what an octotui that has ended left running, and wait until it is gone."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str((process / "cwd").readlink()).startswith(f"{state}/small/workers/"):
                os.kill(int(process.name), signal.SIGKILL)
                gone(int(process.name))
        except OSError:
            continue


def test_r4_calls_at_the_same_time_share_a_space_that_none_serves(write: Call, state: Path) -> None:
    """The first to end hands the others over to a server: each ends with the code of its own run."""
    model = write(BRIEF + FAIL)
    asked = ("brief", "fail", "brief", "fail")
    calls = [command("run", model, each, "--state", state) for each in asked]
    children = [
        subprocess.Popen(
            call, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for call in calls
    ]
    told = [child.communicate(timeout=60)[0].decode() for child in children]
    assert [child.returncode for child in children] == [0, 1, 0, 1], told
    ended = asyncio.run(OfflineSpace(space_folder("small", state)).history())
    assert sorted(each.state for each in ended) == ["failed", "failed", "succeeded", "succeeded"]


BRIEF = OK.replace("runbooks.ok", "runbooks.brief").replace("script = 'echo", "script = 'sleep 1; echo")


def test_a_space_in_use_is_told_in_one_sentence(
    octotui: Call, write: Call, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PATIENCE", 0.1)
    with SpaceFolder(state, "small"):
        said = octotui("run", write(OK), "ok", "--state", state)
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        f"octotui: {state}/small is in use by another octotui (process {os.getpid()}): "
        "end that one first, or choose another folder with --state\n"
    )


def test_what_ran_before_is_taken_up_and_handed_to_a_server(octotui: Call, write: Call, state: Path) -> None:
    """R4: the call for another run waits for that alone, and leaves the others in good hands."""
    go = state.with_name("go")
    until_told = SLEEP.replace("sleep 100", f"until test -e '{go}'; do sleep 0.1; done; echo awake")
    model = write(until_told + OK)
    with running(model, state) as child:
        child.kill()
        child.wait()
    assert octotui("run", model, "ok", "--state", state).code == 0
    assert states(state) == {"run-1": "executing"}
    go.touch()
    assert octotui("wait", model, "run-1", "--state", state).code == 0
    assert output(state, "run-1") == "sleeping\nawake\n"


def test_what_needs_a_value_is_left_and_named(octotui: Call, write: Call, state: Path) -> None:
    """I6: `--proceed` has defaults alone to fill in, and takes no question that it cannot answer."""
    said = octotui("run", write(SIZED), "sized", "--proceed", "--state", state)
    assert said.code == 4
    assert said.err.splitlines()[:-1] == [
        "octotui: “May it go on?” is not answered: Ticket needs a value; Token needs a value"
    ]
    assert "takes" not in said.out


def test_defaults_are_filled_in(octotui: Call, write: Call, state: Path) -> None:
    """I6: where there is nothing else to say."""
    easy = SIZED.replace("the change.", 'the change.", default = "CHG-0').replace(
        'kind = "sensitive"', 'kind = "sensitive", required = false'
    )
    said = octotui("run", write(easy), "sized", "--proceed", "--state", state)
    assert (said.code, said.err) == (0, "")
    assert output(state, "run-1") == "small CHG-0 \n"
    assert octotui("run", write(easy), "sized", "--abort", "--state", state).code == 1


def test_one_of_two_approvals_is_all_one_can_give(octotui: Call, write: Call, state: Path) -> None:
    """I6: what is missing is said, and the run stays paused."""
    model = write(ASK.replace('?" }', '?", approvals = 2 }'))
    said = octotui("run", model, "ask", "--proceed", "--state", state)
    assert (said.code, said.err.splitlines()) == (
        4,
        ["octotui: “May it go on?” has 1 of 2 approvals: another person must answer, too"],
    )
    assert "answers “May it go on?” with proceed (1 of 2 approvals)" in said.out
    assert states(state) == {"run-1": "paused"}


SAID: AttendOptions = {
    "environment": None,
    "tenant": None,
    "pairs": (),
    "skip": (),
    "guided": None,
    "as_json": True,
    "plain": True,
    "state": None,
    "at": None,
    "after": None,
    "top": False,
    "answer": None,
    "detach": False,
    "pass_env": (),
}


@pytest.mark.parametrize(
    ("start", "code"), [(StartRun(process="go"), 0), (StartRun(process="go", skip=("Nothing",)), 2)]
)
def test_its_exit_code_says_how_it_went_or_that_it_made_no_sense(
    tmp_path: Path, start: StartRun, code: int
) -> None:
    with pytest.raises(SystemExit) as left:
        attend(model({"go": [script("One")]}), None, start, {**SAID, "state": tmp_path})
    assert left.value.code == code


def test_r10_a_run_that_may_have_begun_is_exit_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(attended: AttendedRun, session: object) -> str:
        raise Undecided("the server went away: check whether it took effect before you ask again")

    monkeypatch.setattr(AttendedRun, "_begin", lost)
    with pytest.raises(SystemExit) as left:
        attend(model({"go": [script("One")]}), None, StartRun(process="go"), {**SAID, "state": tmp_path})
    assert left.value.code == 1


def test_a_space_that_cannot_be_opened_is_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "test").touch()
    with pytest.raises(SystemExit) as left:
        attend(model({"go": [script("One")]}), None, StartRun(process="go"), {**SAID, "state": tmp_path})
    assert left.value.code == 1


@pytest.mark.parametrize("more", [("--detach",), ()], ids=["detached", "attended"])
def test_q1_a_run_that_begins_at_once_needs_not_be_moved_to_the_top(
    octotui: Call, write: Call, state: Path, more: tuple[str, ...]
) -> None:
    """It is no exit code 2, after which a script would start another."""
    said = octotui("run", write(OK), "ok", "--top", *more, "--state", state)
    assert (said.code, "octotui: " in said.err) == (0, False)
    assert "ok is queued" in (said.err if more else said.out)


@pytest.mark.parametrize("more", [(), ("--top",)], ids=["in line", "at the top"])
def test_q1_one_that_waits_is_moved(octotui: Call, write: Call, state: Path, more: tuple[str, ...]) -> None:
    model = write(SLEEP + OK, head="[engine]\ntask_cap = 1\n")
    for process in ("sleep", "ok"):
        assert octotui("run", model, process, "--detach", "--state", state).code == 0
    said = octotui("run", model, "ok", "--detach", *more, "--state", state)
    assert (said.code, said.out) == (0, "run-3\n")
    assert ("to the top" in said.err) is bool(more), said.err


def test_of_a_detached_run_stdout_holds_the_id_alone_and_stderr_the_rest(
    octotui: Call, write: Call, state: Path
) -> None:
    model = write(ASK)
    said = octotui("run", model, "ask", "--detach", "--state", state)
    assert (said.code, said.out) == (0, "run-1\n")
    assert said.err.startswith("run-1  Ask first is queued\nrun-1  starts\n")
    said = octotui("run", model, "ask", "--detach", "--top", "--json", "--state", state)
    started = json.loads(said.out)
    assert (said.err, started["type"], started["run"]) == ("", "RunQueued", "run-2")


def test_v5_who_leaves_a_question_hears_that_sensitive_values_end_with_the_process(
    octotui: Call, write: Call, state: Path, tmp_path: Path
) -> None:
    asked = '[variables]\nToken = { prompt = { kind = "sensitive" } }\n'
    model, token = write(ASK, head=asked), tmp_path / "token"
    token.write_text("abcdefgh")
    given, at = ("--set-file", f"Token={token}"), ("--state", state)
    said = octotui("run", model, "ask", *given, *at)
    assert said.code == 4
    assert "run-1 stays open, but its sensitive values (Token) were kept in this process only" in said.err
    ended = octotui("run", model, "ask", *given, *at, "--proceed")
    assert (ended.code, "sensitive" in ended.err) == (0, False)
    assert "sensitive" not in octotui("run", model, "ask", *given, *at, "--detach").err
