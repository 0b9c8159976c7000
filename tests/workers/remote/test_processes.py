"""M1 to M3: attempts elsewhere, by a way that breaks anywhere; see also `tests/workers/conformance.py`."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from octotui.workers.agent.frames import Header
from octotui.workers.agent_client import agents
from octotui.workers.executor import AttemptSpec, StartError
from octotui.workers.machine import AttemptKey, Unreachable
from octotui.workers.reaching import follow_to_end, until_reached
from octotui.workers.remote import processes as remote_processes
from octotui.workers.remote.answers import LONGEST, STRANGE
from octotui.workers.remote.channel import RelayChannel
from octotui.workers.remote.machine import RemoteMachine
from tests.workers.agents import living
from tests.workers.jobs import ends, started, work
from tests.workers.local_transport import DeclaredMachines, LocalTransport

ATTEMPT = AttemptKey("space-1", "job-1.1-1")
LINES = 30_000
BODY = "".join(f"{each}\n" for each in range(1, LINES + 1)).encode()


def spec(tmp_path: Path, script: str, **more: object) -> AttemptSpec:
    return work(tmp_path / "worker1", script, **{"shell": "sh", **more})


def nothing(chunk: bytes) -> None:
    pass


@pytest.mark.parametrize("cut", [0, 10, 500, 9_000, 90_000, 160_000])
async def test_m3_no_byte_is_lost_or_doubled_wherever_the_way_breaks(
    machine: RemoteMachine, way: LocalTransport, tmp_path: Path, cut: int
) -> None:
    count, printed = tmp_path / "count", bytearray()
    given = spec(tmp_path, f"echo once >>{count}; seq {LINES}; exit 3")
    await machine.boot()
    way.cut_reading = cut
    await until_reached(lambda: machine.processes.start(ATTEMPT, given, "{}"))
    outcome = await follow_to_end(machine.processes, ATTEMPT, printed.extend)
    assert (outcome.state, outcome.exit_code) == ("failed", 3)
    assert bytes(printed) == BODY
    assert (count.read_text(), way.cuts) == ("once\n", 1)
    assert len(way.opened) == 2


@pytest.mark.parametrize("cut", [1, 20, 150, 400, 900, 1500])
async def test_m2_an_attempt_starts_once_wherever_what_is_sent_breaks_off(
    machine: RemoteMachine, way: LocalTransport, tmp_path: Path, cut: int
) -> None:
    count = tmp_path / "count"
    given = spec(tmp_path, f"echo once >>{count}")
    await machine.boot()
    way.cut_writing = cut
    await until_reached(lambda: machine.processes.start(ATTEMPT, given, "{}"))
    outcome = await follow_to_end(machine.processes, ATTEMPT, nothing)
    assert outcome.state == "succeeded"
    assert count.read_text() == "once\n"


async def test_m1_a_job_goes_on_while_its_machine_is_away_and_the_outage_is_told(
    machine: RemoteMachine, way: LocalTransport, tmp_path: Path
) -> None:
    go, printed, told = tmp_path / "go", bytearray(), list[str]()
    given = spec(tmp_path, f"echo one; until [ -e {go} ]; do sleep 0.01; done; echo two")
    await machine.processes.start(ATTEMPT, given, "{}")
    following = asyncio.create_task(
        follow_to_end(machine.processes, ATTEMPT, printed.extend, lambda problem, wait: told.append(problem))
    )
    async with asyncio.timeout(10):
        while not printed:
            await asyncio.sleep(0.01)
    way.is_away = True
    way.cut()
    async with asyncio.timeout(10):
        while not told:
            await asyncio.sleep(0.01)
    assert told == ["no route to it"]
    go.touch()
    await asyncio.sleep(0.1)
    way.is_away = False
    assert (await following).state == "succeeded"
    assert bytes(printed) == b"one\ntwo\n"


async def test_s5_a_stop_is_repeated_until_a_machine_that_was_away_has_heard_it(
    machine: RemoteMachine, way: LocalTransport, tmp_path: Path
) -> None:
    noted = tmp_path / "pid"
    await machine.processes.start(ATTEMPT, spec(tmp_path, f"echo $$ >{noted}; exec sleep 60"), "{}")
    await started(noted)
    way.is_away = True
    way.cut()
    with pytest.raises(Unreachable):
        await machine.processes.stop(ATTEMPT, 0.0)
    with pytest.raises(Unreachable):
        await machine.processes.follow(ATTEMPT, nothing)
    way.is_away = False
    await machine.processes.stop(ATTEMPT, 0.0)
    await ends(int(noted.read_text()))
    end = await asyncio.wait_for(machine.processes.follow(ATTEMPT, nothing), 10)
    assert end.outcome.state == "cancelled"


async def test_m1_an_agent_that_does_not_answer_fails_no_start(
    machine: RemoteMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M1: it may be the way that is slow; the start is repeated, and what has begun goes on."""
    count = tmp_path / "count"
    await machine.processes.remove_orphans("space-1", set())
    await machine.processes.start(AttemptKey("space-1", "first"), spec(tmp_path, "sleep 60"), "{}")
    (pid,) = living(tmp_path)
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr(agents, "SILENCE", 0.2)
    with pytest.raises(Unreachable, match=rf"the agent \(pid {pid}\) does not answer"):
        await machine.processes.start(ATTEMPT, spec(tmp_path, f"echo once >>{count}"), "{}")
    monkeypatch.undo()
    os.kill(pid, signal.SIGCONT)
    await until_reached(
        lambda: machine.processes.start(ATTEMPT, spec(tmp_path, f"echo once >>{count}"), "{}")
    )
    outcome = await follow_to_end(machine.processes, ATTEMPT, nothing)
    assert (outcome.state, count.read_text()) == ("succeeded", "once\n")


async def test_m1_what_is_forgotten_while_a_machine_is_away_is_forgotten_later(
    machine: RemoteMachine, way: LocalTransport, tmp_path: Path
) -> None:
    await machine.processes.start(ATTEMPT, spec(tmp_path, "true"), "{}")
    await machine.processes.follow(ATTEMPT, nothing)
    way.is_away = True
    way.cut()
    with pytest.raises(Unreachable):
        await machine.processes.clean(ATTEMPT)
    way.is_away = False
    await machine.processes.clean(ATTEMPT)
    assert (await machine.processes.inspect(ATTEMPT)).state == "nothing"
    assert list((tmp_path / "worker1" / "work").iterdir()) == []


async def test_r4_what_a_killed_agent_has_left_is_removed(machine: RemoteMachine, tmp_path: Path) -> None:
    await machine.boot()
    left = tmp_path / "worker1" / "work" / "space-1-abcd.1"
    left.mkdir()
    (left / "values").write_text("s3cret")
    os.utime(left, (0, 0))
    await machine.processes.remove_orphans("space-1", {"job-1"})
    assert not left.exists()


async def test_v5_scripts_have_what_passes_of_the_environment_over_there(
    machines: DeclaredMachines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", "ours")
    machines.transport.environment |= {"MINE": "theirs", "HIDDEN": "s3cret", "LANG": "C"}
    machine, printed = machines.machine("worker1", None), bytearray()
    script = 'echo "$MINE ${HIDDEN-none} $LANG"'
    await machine.processes.start(ATTEMPT, spec(tmp_path, script, passed=("MINE",)), "{}")
    await machine.processes.follow(ATTEMPT, printed.extend)
    assert bytes(printed) == b"theirs none C\n"


@pytest.mark.parametrize(
    ("shell", "script"),
    [
        ("bash", 'echo "$(get_octopusvariable "A Name")"; set_octopusvariable x y'),
        ("sh", 'echo "$(get_octopusvariable "A Name")"; set_octopusvariable x y'),
        ("python", 'print(get_octopusvariable("A Name")); set_octopusvariable("x", "y")'),
    ],
)
async def test_v7_helper_functions_work_over_there(
    machine: RemoteMachine, tmp_path: Path, shell: str, script: str
) -> None:
    printed = bytearray()
    given = spec(tmp_path, script, shell=shell, values={"a name": "its value"})
    await machine.processes.start(ATTEMPT, given, "{}")
    end = await machine.processes.follow(ATTEMPT, printed.extend)
    assert (end.outcome.state, printed.splitlines()[0]) == ("succeeded", b"its value")
    assert b"##octopus[setVariable" in printed
    assert not list((tmp_path / "worker1" / "work").glob("*/values"))


async def test_a_shell_that_is_not_there_is_said(machines: DeclaredMachines, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "sh").symlink_to("/bin/sh")
    machines.transport.environment["PATH"] = str(programs)
    machine = machines.machine("worker1", None)
    with pytest.raises(StartError) as refused:
        await machine.processes.start(ATTEMPT, spec(tmp_path, "true", shell="pwsh"), "{}")
    assert str(refused.value) == "pwsh is not on worker1: install it there, or say another shell"


async def test_m2_an_attempt_is_lost_by_a_reboot_of_its_machine_and_says_so(
    machine: RemoteMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await machine.processes.start(ATTEMPT, spec(tmp_path, "true"), "{}")
    await machine.processes.follow(ATTEMPT, nothing)
    await machine.processes.clean(ATTEMPT)
    machine.processes._boots[ATTEMPT] = "an earlier one"
    end = await machine.processes.follow(ATTEMPT, nothing)
    assert (end.outcome.state, end.outcome.reason) == ("lost", remote_processes.REBOOTED)


async def test_m2_two_directories_of_one_worker_share_its_attempts(
    machines: DeclaredMachines, tmp_path: Path
) -> None:
    """M2: its own, and the same one by its absolute path as it was noted."""
    first = machines.machine("worker1", None)
    second = machines.machine("worker1", str(tmp_path / "account" / ".." / "worker1"))
    await first.processes.start(ATTEMPT, spec(tmp_path, "sleep 60"), "{}")
    assert (await second.processes.inspect(ATTEMPT)).state == "running"
    following = asyncio.create_task(first.processes.follow(ATTEMPT, nothing))
    await second.processes.stop(ATTEMPT, 0.0)
    assert (await asyncio.wait_for(following, 10)).outcome.state == "cancelled"


async def test_m1_a_quiet_script_is_reached_again_once_it_is_followed(
    machine: RemoteMachine, way: LocalTransport, tmp_path: Path
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


@pytest.mark.parametrize(
    "header",
    [
        *({"code": each} for each in ("0", 1 << 31, True, 0.5, float("nan"))),
        {"warnings": 7},
        {"survivors": 1.5},
    ],
)
def test_m1_an_end_that_no_journal_could_keep_is_none(header: Header) -> None:
    with pytest.raises((TypeError, ValueError)):
        remote_processes._credible(header)


def test_m1_what_an_agent_says_of_an_end_is_bounded() -> None:
    said = {"code": None, "why": "a\nb", "warnings": ["w" * 1000] * 1000, "survivors": [], "folder": "f"}
    found = remote_processes._credible(said)
    assert (found["why"], found["folder"], found["survivors"]) == ("a b", "f", [])
    assert [len(each) for each in found["warnings"]] == [LONGEST + 1] * remote_processes.MOST_WARNINGS


@pytest.mark.parametrize("sizes", [["x"], [None], [float("inf")], [-1], [1, 1 << 63]])
def test_m1_lengths_that_are_none_are_refused(sizes: object) -> None:
    with pytest.raises(STRANGE):
        remote_processes._lengths(sizes)


@pytest.mark.parametrize(
    ("header", "body"),
    [({}, b"[]"), ({"open_files": "1"}, b"\xff"), ({"open_files": "1"}, b'["PATH", 7]'), ({}, b"{")],
)
async def test_m1_a_strange_environment_starts_nothing(
    machine: RemoteMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: Header, body: bytes
) -> None:
    await machine.boot()
    ask = RelayChannel.ask

    async def strange(channel: RelayChannel, do: str, *given: Any, **more: Any) -> tuple[Header, bytes]:
        return (header, body) if do == "environment" else await ask(channel, do, *given, **more)

    monkeypatch.setattr(RelayChannel, "ask", strange)
    with pytest.raises(StartError, match="sh cannot be started on "):
        await machine.processes.start(ATTEMPT, spec(tmp_path, "exit 0"), "{}")
