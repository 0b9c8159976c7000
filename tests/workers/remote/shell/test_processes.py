"""M1 to M3: attempts by a shell, by a way that breaks anywhere; see also `tests/workers/conformance.py`."""

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest

from octotui.workers.executor import AttemptSpec, StartError
from octotui.workers.machine import AttemptKey, FileError
from octotui.workers.reaching import follow_to_end, until_reached
from octotui.workers.remote.shell import calls, outcomes
from octotui.workers.remote.shell.machine import ShellMachine
from tests.workers.jobs import ends, started, work
from tests.workers.local_transport import LocalTransport
from tests.workers.shell_machines import DeclaredShellMachines

ATTEMPT = AttemptKey("space-1", "job-1.1-1")
LINES = 30_000
BODY = "".join(f"{each}\n" for each in range(1, LINES + 1)).encode()


def spec(tmp_path: Path, script: str, **more: object) -> AttemptSpec:
    return work(tmp_path / "worker1", script, **{"shell": "sh", **more})


def folder(tmp_path: Path) -> Path:
    return tmp_path / "worker1" / "attempts" / ATTEMPT.space / ATTEMPT.name


def nothing(chunk: bytes) -> None:
    pass


async def printed(machine: ShellMachine, given: AttemptSpec) -> tuple[str, str]:
    """How a script ends, and what it prints."""
    body = bytearray()
    await machine.processes.start(ATTEMPT, given, "{}")
    end = await machine.processes.follow(ATTEMPT, body.extend)
    return end.outcome.reason or end.outcome.state, body.decode()


@pytest.mark.parametrize("cut", [0, 10, 500, 9_000, 90_000, 168_700])
async def test_m3_no_byte_is_lost_or_doubled_wherever_the_way_breaks(
    machine: ShellMachine, way: LocalTransport, tmp_path: Path, cut: int
) -> None:
    count, body = tmp_path / "count", bytearray()
    given = spec(tmp_path, f"echo once >>{count}; seq {LINES}; exit 3")
    await machine.boot()
    way.cut_reading = cut
    await until_reached(lambda: machine.processes.start(ATTEMPT, given, "{}"))
    outcome = await follow_to_end(machine.processes, ATTEMPT, body.extend)
    assert (outcome.state, outcome.exit_code) == ("failed", 3)
    assert bytes(body) == BODY
    assert (count.read_text(), way.cuts) == ("once\n", 1)


@pytest.mark.parametrize("cut", [1, 200, 4_000, 9_000, 30_000])
async def test_m2_an_attempt_starts_once_wherever_what_is_sent_breaks_off(
    machine: ShellMachine, way: LocalTransport, tmp_path: Path, cut: int
) -> None:
    count = tmp_path / "count"
    given = spec(tmp_path, f"echo once >>{count}")
    await machine.boot()
    way.cut_writing = cut
    await until_reached(lambda: machine.processes.start(ATTEMPT, given, "{}"))
    assert way.cuts == 1
    outcome = await follow_to_end(machine.processes, ATTEMPT, nothing)
    assert outcome.state == "succeeded"
    assert count.read_text() == "once\n"


async def test_m2_many_who_start_it_at_once_start_it_once(
    machines: DeclaredShellMachines, tmp_path: Path
) -> None:
    count = tmp_path / "count"
    given = spec(tmp_path, f"echo once >>{count}")
    made = [machines.machine("worker1", None) for _ in range(5)]
    await asyncio.gather(*(each.processes.start(ATTEMPT, given, "{}") for each in made))
    ends = await asyncio.gather(*(each.processes.follow(ATTEMPT, nothing) for each in made))
    assert {each.outcome.state for each in ends} == {"succeeded"}
    assert count.read_text() == "once\n"


async def test_m2_where_the_one_that_was_to_start_it_died_another_does(
    machine: ShellMachine, tmp_path: Path
) -> None:
    """M2: it made the gate, and may have put some files in place; without a pid nothing began."""
    for left in ((), ("memo", "record"), ("memo", "record", "files")):
        (folder(tmp_path) / "gate.1").mkdir(parents=True)
        if left:
            (folder(tmp_path) / "memo").write_text(f"memo {ATTEMPT.name} {{}}\n")
            (folder(tmp_path) / "record").touch()
        if "files" in left:
            (folder(tmp_path) / "files").mkdir()
        assert (await machine.processes.inspect(ATTEMPT)).state == "unstarted"
        assert await printed(machine, spec(tmp_path, "echo begun")) == ("succeeded", "begun\n")
        await machine.processes.clean(ATTEMPT)


@pytest.mark.parametrize("seed", range(4))
async def test_m2_an_attempt_starts_once_whenever_the_shell_that_starts_it_is_killed(
    machine: ShellMachine, way: LocalTransport, tmp_path: Path, seed: int
) -> None:
    chosen, count = random.Random(seed), tmp_path / "count"
    given = spec(tmp_path, f"echo once >>{count}; echo printed")
    await machine.boot()

    async def kill() -> None:
        for _ in range(3):
            await asyncio.sleep(chosen.uniform(0, 0.1))
            if way.opened[-1].process.returncode is None:
                way.opened[-1].process.kill()

    killing = asyncio.create_task(kill())
    await until_reached(lambda: machine.processes.start(ATTEMPT, given, "{}"))
    await killing
    body = bytearray()
    assert (await follow_to_end(machine.processes, ATTEMPT, body.extend)).state == "succeeded"
    assert (count.read_text(), bytes(body)) == ("once\n", b"printed\n")


async def test_m2_what_an_agent_has_begun_is_not_begun_again(machine: ShellMachine, tmp_path: Path) -> None:
    record = tmp_path / "worker1" / "work" / f"{ATTEMPT.space}-7" / "record"
    record.parent.mkdir(parents=True)
    record.write_text(f"memo {ATTEMPT.name} {{}}\nbegun\n")
    assert (await machine.processes.inspect(ATTEMPT)).reason == outcomes.ELSEWHERE
    with pytest.raises(StartError, match="no Python any more"):
        await machine.processes.start(ATTEMPT, spec(tmp_path, "true"), "{}")
    for other in (AttemptKey(ATTEMPT.space, f"{ATTEMPT.name}1"), AttemptKey("space", ATTEMPT.name)):
        assert (await machine.processes.inspect(other)).state == "nothing"


async def test_m2_a_script_that_empties_its_workspace_is_not_started_again(
    machine: ShellMachine, machines: DeclaredShellMachines, tmp_path: Path
) -> None:
    count = tmp_path / "count"
    given = spec(tmp_path, f'echo once >>{count}; rm -rf "$PWD"; echo gone')
    assert await printed(machine, given) == ("succeeded", "gone\n")
    assert (await machine.processes.inspect(ATTEMPT)).state == "ended"
    await machines.machine("worker1", None).processes.start(ATTEMPT, given, "{}")
    assert count.read_text() == "once\n"


async def test_m1_a_job_goes_on_while_its_machine_is_away(
    machine: ShellMachine, way: LocalTransport, tmp_path: Path
) -> None:
    go, body, told = tmp_path / "go", bytearray(), list[str]()
    given = spec(tmp_path, f"echo one; until [ -e {go} ]; do sleep 0.01; done; echo two")
    await machine.processes.start(ATTEMPT, given, "{}")
    following = asyncio.create_task(
        follow_to_end(machine.processes, ATTEMPT, body.extend, lambda problem, wait: told.append(problem))
    )
    async with asyncio.timeout(20):
        while not body:
            await asyncio.sleep(0.01)
    way.is_away = True
    way.cut()
    async with asyncio.timeout(20):
        while not told:
            await asyncio.sleep(0.01)
    go.touch()
    way.is_away = False
    assert (await following).state == "succeeded"
    assert bytes(body) == b"one\ntwo\n"


async def test_r4_where_its_supervisor_is_killed_it_is_followed_to_its_end_and_lost(
    machine: ShellMachine, tmp_path: Path
) -> None:
    go, body, told = tmp_path / "go", bytearray(), list[str]()
    given = spec(tmp_path, f"until [ -e {go} ]; do sleep 0.01; done; echo still")
    await machine.processes.start(ATTEMPT, given, "{}")
    os.kill(pid(tmp_path), signal.SIGKILL)
    following = asyncio.create_task(machine.processes.follow(ATTEMPT, body.extend, notice=told.append))
    async with asyncio.timeout(20):
        while not told:
            await asyncio.sleep(0.01)
    assert (await machine.processes.inspect(ATTEMPT)).state == "running"
    go.touch()
    end = await following
    assert (end.outcome.state, end.outcome.reason) == ("lost", outcomes.UNREPORTED)
    assert (bytes(body), told) == (b"still\n", [outcomes.ORPHANED])


async def test_r4_after_a_restart_of_its_machine_it_is_lost_for_that(
    machine: ShellMachine, tmp_path: Path
) -> None:
    await machine.processes.start(ATTEMPT, spec(tmp_path, "exec sleep 60"), "{}")
    os.killpg(pid(tmp_path), signal.SIGKILL)
    (folder(tmp_path) / "boot").write_text("another\n")
    end = await machine.processes.follow(ATTEMPT, nothing)
    assert (end.outcome.state, end.outcome.reason) == ("lost", outcomes.REBOOTED)


@pytest.mark.parametrize(("script", "reason"), [
    ("kill -9 $$", "killed by SIGKILL"),
    ("kill -TERM $$", "killed by SIGTERM"),
    ("kill -INT $$; sleep 9", "exit code 130"),
    ("exit 137", "exit code 137"),
])  # fmt: skip
async def test_s7_a_signal_is_told_from_an_exit_code(
    machine: ShellMachine, tmp_path: Path, script: str, reason: str
) -> None:
    assert await printed(machine, spec(tmp_path, script)) == (reason, "")


async def test_scripts_ignore_no_signal(machine: ShellMachine, tmp_path: Path) -> None:
    """But 32 and 33: glibc keeps them to itself, nobody can give them back what they did."""
    reason, line = await printed(machine, spec(tmp_path, "grep SigIgn /proc/self/status"))
    ignored = int(line.removeprefix("SigIgn:"), 16)
    kept = {32, 33}
    assert reason == "succeeded"
    assert [n for n in range(1, 65) if ignored >> (n - 1) & 1 and n not in kept] == []


async def test_v5_a_script_gets_the_environment_that_passes_and_its_own(
    machine: ShellMachine, way: LocalTransport, tmp_path: Path
) -> None:
    way.environment |= {"PASSED": "a\nb 'c'", "OTHER": "hidden", "WITHHELD_KEY": "secret", "LC_X": "x"}
    own = {"OWN": "1\n'2' $HOME", "PASSED_TOO": ""}
    given = spec(
        tmp_path,
        'printf "%s|" "$PASSED" "${OTHER-none}" "${WITHHELD_KEY-none}" "$LC_X" "$OWN" "${PASSED_TOO-none}"',
        environment=own,
        passed=("PASSED", "WITHHELD_*"),
        withheld=("WITHHELD_KEY",),
    )
    assert await printed(machine, given) == ("succeeded", "a\nb 'c'|none|none|x|1\n'2' $HOME||")


async def test_v5_the_path_of_a_script_has_no_relative_entry(
    machine: ShellMachine, way: LocalTransport, tmp_path: Path
) -> None:
    path = way.environment["PATH"]
    way.environment["PATH"] = f".:{path}::bin"
    assert await printed(machine, spec(tmp_path, 'echo "$PATH"')) == ("succeeded", f"{path}\n")


async def test_v5_nothing_secret_is_in_arguments(machine: ShellMachine, tmp_path: Path) -> None:
    given = spec(
        tmp_path,
        'cat /proc/[0-9]*/cmdline 2>/dev/null | grep -a -c "PASS[W]ORD-" || true',
        environment={"KEY": "PASSWORD-1"},
        values={"Name": "PASSWORD-2"},
    )
    assert await printed(machine, given) == ("succeeded", "0\n")


async def test_v9_helpers_and_values_work_there(machine: ShellMachine, tmp_path: Path) -> None:
    given = spec(
        tmp_path, 'get_octopusvariable "My name"; echo; set_octopusvariable x y', values={"my NAME": "a\nb"}
    )
    state, body = await printed(machine, given)
    assert state == "succeeded"
    assert body == "a\nb\n##octopus[setVariable name='eA==' value='eQ==']\n"
    assert not (folder(tmp_path) / "files" / "values").exists()  # they are removed at its end


async def test_a_shell_that_is_not_there_is_said(machine: ShellMachine, tmp_path: Path) -> None:
    with pytest.raises(StartError) as refused:
        await machine.processes.start(ATTEMPT, spec(tmp_path, "1", shell="pwsh"), "{}")
    assert str(refused.value) == "pwsh is not on worker1: install it there, or say another shell"
    with pytest.raises(StartError, match="embedded null byte"):
        await machine.processes.start(ATTEMPT, spec(tmp_path, "1", environment={"A": "\0"}), "{}")
    with pytest.raises(StartError, match="cannot set 'A B'"):
        await machine.processes.start(ATTEMPT, spec(tmp_path, "1", environment={"A B": ""}), "{}")


async def test_m1_names_of_attempts_are_names_of_folders(machine: ShellMachine) -> None:
    for name in ("..", "a/b", ""):
        with pytest.raises(FileError):
            await machine.processes.inspect(AttemptKey("space-1", name))


async def test_m1_one_who_follows_leaves_nothing_behind(
    machine: ShellMachine, way: LocalTransport, tmp_path: Path
) -> None:
    await machine.processes.start(ATTEMPT, spec(tmp_path, "echo; exec sleep 60"), "{}")
    following = asyncio.create_task(machine.processes.follow(ATTEMPT, nothing))
    async with asyncio.timeout(20):
        while not (followers := [each for each in way.opened if each.process.returncode is None]):
            await asyncio.sleep(0.01)
    following.cancel()
    await asyncio.wait((following,))
    for each in followers:
        await ends(each.process.pid)
    await machine.processes.stop(ATTEMPT, 0.0)
    assert (await machine.processes.follow(ATTEMPT, nothing)).outcome.state == "cancelled"


async def test_s5_a_stop_whose_maker_died_is_made_again(machine: ShellMachine, tmp_path: Path) -> None:
    await machine.processes.start(
        ATTEMPT, spec(tmp_path, "trap 'echo twice' TERM; while :; do sleep 1; done")
    )
    (folder(tmp_path) / "stopping").mkdir()
    (folder(tmp_path) / "stopping" / "pid").write_text("1\n")
    body = bytearray()
    following = asyncio.create_task(machine.processes.follow(ATTEMPT, body.extend))
    await machine.processes.stop(ATTEMPT, 0.1)
    end = await asyncio.wait_for(following, 20)
    assert (end.outcome.state, bytes(body)) == ("cancelled", b"")  # TERM is sent once


async def test_where_there_is_no_proc_its_group_is_looked_at(
    machine: ShellMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = calls._source
    monkeypatch.setattr(calls, "_source", lambda file: source(file).replace("/proc/", "/no-proc/"))
    pids = tmp_path / "pids"
    given = spec(tmp_path, f"sleep 60 & echo $! >{pids}~; mv {pids}~ {pids}; wait")
    await machine.processes.start(ATTEMPT, given, "{}")
    await started(pids)
    assert (await machine.processes.inspect(ATTEMPT)).state == "running"
    following = asyncio.create_task(machine.processes.follow(ATTEMPT, nothing))
    await machine.processes.stop(ATTEMPT, 0.1)
    assert (await asyncio.wait_for(following, 20)).outcome.state == "cancelled"
    await ends(int(pids.read_text()))


def pid(tmp_path: Path) -> int:
    return int((folder(tmp_path) / "record").read_text().split()[1])


async def test_m1_a_quiet_script_is_reached_again_once_it_is_followed(
    machine: ShellMachine, way: LocalTransport, tmp_path: Path
) -> None:
    begun, go, told = tmp_path / "begun", tmp_path / "go", list[str]()
    given = spec(tmp_path, f"touch {begun}; until [ -e {go} ]; do sleep 0.01; done")
    await machine.processes.start(ATTEMPT, given, "{}")
    following = asyncio.create_task(
        follow_to_end(machine.processes, ATTEMPT, nothing, lambda problem, wait: told.append(problem))
    )
    async with asyncio.timeout(20):
        while not begun.exists():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        way.is_away = True
        way.cut()
        while not told:
            await asyncio.sleep(0.01)
        way.is_away = False
        while told[-1]:
            await asyncio.sleep(0.01)
    assert not following.done()
    go.touch()
    assert (await following).state == "succeeded"
