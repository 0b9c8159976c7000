"""W12: commands of providers are bounded in time and output, and one at a time for a machine."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from shlex import quote

import pytest

from octotui.runtime.leases.processes import LARGEST, LEASE, ProviderProcesses
from octotui.runtime.leases.provider import ProviderError
from octotui.workers.agent.processes import ENDED, alive, process_stat
from tests.workers.jobs import ends

SURROUNDINGS = {"PATH": os.environ["PATH"]}


def is_there(pid: int) -> bool:
    stat = process_stat(pid)
    return stat is not None and stat.state not in ENDED


def running(folder: Path) -> ProviderProcesses:
    return ProviderProcesses(folder / "leases")


async def test_a_command_runs_with_the_name_of_its_lease(tmp_path: Path) -> None:
    ended = await running(tmp_path).run("l-1", ["sh", "-c", f'echo "${LEASE}"'], SURROUNDINGS, 20.0)
    assert (ended.code, ended.output) == (0, b"l-1\n")
    assert list((tmp_path / "leases").iterdir()) == []


async def test_how_it_failed_is_one_line(tmp_path: Path) -> None:
    ended = await running(tmp_path).run(
        "l-1", ["sh", "-c", "echo first >&2; echo no quota >&2; exit 3"], SURROUNDINGS, 20.0
    )
    assert ended.reason == "exit code 3: no quota"


async def test_w12_the_end_of_what_it_prints_is_kept(tmp_path: Path) -> None:
    script = (
        "head -c 500000 /dev/zero; echo there; head -c 500000 /dev/zero >&2; printf '\\nno quota' >&2; exit 3"
    )
    ended = await running(tmp_path).run("l-1", ["sh", "-c", script], SURROUNDINGS, 20.0)
    assert (len(ended.output), ended.output[-6:]) == (LARGEST, b"there\n")
    assert ended.reason == "exit code 3: no quota"


async def test_a_command_that_hangs_is_stopped_with_what_it_has_started(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = f"sleep 1000 & echo $! >{note}; wait"
    with pytest.raises(ProviderError, match=r"sh was not finished within 1 s"):
        await running(tmp_path).run("l-1", ["sh", "-c", script], SURROUNDINGS, 1.0)
    await ends(int(note.read_text()))


STUBBORN = "trap '' TERM; echo $$ >{}; while :; do sleep 0.1; done"


@pytest.mark.parametrize("end", ["exit 1", "wait; exit 0"])
async def test_w12_what_ignores_term_is_killed_though_its_leader_has_ended(tmp_path: Path, end: str) -> None:
    """So that a provisioning which was given up is not there beside the next."""
    note = tmp_path / "pid"
    script = f"sh -c {quote(STUBBORN.format(note))} & while [ ! -s {note} ]; do sleep 0.01; done; {end}"
    providing = running(tmp_path)
    with suppress(ProviderError):
        await providing.run("l-1", ["sh", "-c", script], SURROUNDINGS, 1.0)
    assert not is_there(int(note.read_text()))
    assert list((tmp_path / "leases").iterdir()) == []


async def test_w12_what_is_being_stopped_is_waited_for_though_nobody_waits_for_that(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    providing = running(tmp_path)
    script = f"sh -c {quote(STUBBORN.format(note))} & wait"
    first = asyncio.create_task(providing.run("l-1", ["sh", "-c", script], SURROUNDINGS, 1000.0))
    while not note.exists() or not note.read_text():
        await asyncio.sleep(0.02)
    for _ in range(2):  # the second time it is being stopped already
        first.cancel()
        await asyncio.sleep(0.3)
    assert first.done()
    await providing.run("l-1", ["true"], SURROUNDINGS, 60.0)
    assert not is_there(int(note.read_text()))


async def test_w12_what_a_killed_session_has_left_is_found_without_its_leader(tmp_path: Path) -> None:
    (tmp_path / "leases").mkdir()
    script = "sleep 1.5 & exit 0"
    left = subprocess.Popen(["sh", "-c", script], env={**SURROUNDINGS, LEASE: "l-1"}, start_new_session=True)
    left.wait()
    (tmp_path / "leases" / "l-1.pid").write_text(str(left.pid))
    await running(tmp_path).run("l-1", ["true"], SURROUNDINGS, 20.0)
    assert not alive(left.pid)


async def test_one_that_cannot_be_started_says_so(tmp_path: Path) -> None:
    ended = await running(tmp_path).run("l-1", [str(tmp_path / "nothing")], SURROUNDINGS, 20.0)
    assert ended.code == 127
    assert "not found" in ended.reason
    (tmp_path / "leases").rmdir()
    (tmp_path / "leases").write_text("")
    with pytest.raises(ProviderError, match="cannot be started"):
        await running(tmp_path).run("l-1", ["true"], SURROUNDINGS, 20.0)


async def test_what_it_leaves_running_is_not_waited_for(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = f"setsid sleep 1000 & echo $! >{note}; echo there"
    ended = await asyncio.wait_for(
        running(tmp_path).run("l-1", ["sh", "-c", script], SURROUNDINGS, 20.0), 10.0
    )
    assert ended.output == b"there\n"
    os.kill(int(note.read_text()), signal.SIGKILL)


async def test_w12_a_command_of_a_killed_session_is_waited_for(tmp_path: Path) -> None:
    """So that nothing is provisioned twice by two commands at once."""
    log = tmp_path / "log"
    text = (
        "import asyncio, sys; from pathlib import Path;"
        "from octotui.runtime.leases.processes import ProviderProcesses;"
        f"asyncio.run(ProviderProcesses(Path({str(tmp_path / 'leases')!r})).run('l-1',"
        f"['sh','-c','echo began >>{log}; sleep 1.5; echo ended >>{log}'],{SURROUNDINGS!r},20.0))"
    )
    session = subprocess.Popen([sys.executable, "-c", text])
    while not log.exists():
        await asyncio.sleep(0.02)
    session.kill()
    session.wait()
    await running(tmp_path).run("l-1", ["sh", "-c", f"echo again >>{log}"], SURROUNDINGS, 20.0)
    assert log.read_text().split() == ["began", "ended", "again"]


async def test_w12_one_of_a_killed_session_that_hangs_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "leases").mkdir()
    left = subprocess.Popen(["sleep", "1000"], env={**SURROUNDINGS, LEASE: "l-1"}, start_new_session=True)
    (tmp_path / "leases" / "l-1.pid").write_text(str(left.pid))
    with pytest.raises(ProviderError, match="was not finished within"):
        await running(tmp_path).run("l-1", ["true"], SURROUNDINGS, 0.5)
    assert left.wait(10) == -signal.SIGTERM


async def test_another_process_with_the_same_number_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "leases").mkdir()
    other = subprocess.Popen(["sleep", "1000"], env=SURROUNDINGS, start_new_session=True)
    (tmp_path / "leases" / "l-1.pid").write_text(str(other.pid))
    ended = await running(tmp_path).run("l-1", ["true"], SURROUNDINGS, 20.0)
    assert ended.code == 0
    assert other.poll() is None
    other.kill()
    other.wait()
