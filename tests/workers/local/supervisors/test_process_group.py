import asyncio
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from octotui.workers.agent.processes import processes, send_to
from octotui.workers.local.supervisors import process_group
from octotui.workers.local.supervisors.process_group import Watch, leads


def sleeper() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(["sleep", "60"], start_new_session=True)


@pytest.mark.parametrize("how", ["pidfd", "polling"])
async def test_an_exit_is_noticed(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    if how == "polling":
        monkeypatch.delattr(process_group.os, "pidfd_open", raising=False)
    exited, process = asyncio.Event(), sleeper()
    watch = Watch(process.pid, lambda: process.poll() is not None, exited.set)
    await asyncio.sleep(0.02)
    assert not exited.is_set()
    process.kill()
    await asyncio.wait_for(exited.wait(), 10)
    assert process.wait() == -signal.SIGKILL
    watch.close()
    exited.clear()
    Watch(process.pid, lambda: True, exited.set)  # it is gone already
    await asyncio.wait_for(exited.wait(), 10)


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[int]:
    """A file that can be locked, open as it is in a process that only looks."""
    file = os.open(tmp_path / "record", os.O_RDWR | os.O_CREAT)
    yield file
    os.close(file)


def locking(path: Path, *command: str) -> "subprocess.Popen[bytes]":
    """A process of its own session that has the lock, and hands it on."""
    with path.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return subprocess.Popen(command or ("sleep", "60"), stdin=lock, start_new_session=True)


def test_s5_the_group_that_has_the_lock_is_known(tmp_path: Path, shared: int) -> None:
    process = locking(tmp_path / "record")
    assert leads(shared, process.pid)
    assert not leads(shared, 1)  # whatever was written down
    (tmp_path / "record").unlink()
    assert leads(shared, process.pid)
    process.kill()
    process.wait()
    assert not leads(shared, process.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell who has a lock")
def test_r6_who_only_reads_a_record_is_none_of_the_job(tmp_path: Path, shared: int) -> None:
    with (tmp_path / "record").open() as record:
        reader = subprocess.Popen(["sleep", "60"], stdin=record, start_new_session=True)
    process = locking(tmp_path / "record")
    (tmp_path / "another").touch()
    other = locking(tmp_path / "another")
    assert leads(shared, process.pid)
    assert not leads(shared, reader.pid)
    assert not leads(shared, other.pid)
    assert not leads(shared, os.getpgrp())
    for each in (reader, process, other):
        each.kill()
        each.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell who has a lock")
def test_r4_a_group_without_its_leader_is_known_by_those_who_have_the_lock(
    tmp_path: Path, shared: int
) -> None:
    process = locking(tmp_path / "record", "sh", "-c", "exec 3<&0; sleep 60 & echo; wait")
    deadline = time.monotonic() + 20
    while len(table := [each for each in processes().values() if each.group == process.pid]) < 2:
        assert time.monotonic() < deadline
    process.kill()
    process.wait()
    assert leads(shared, process.pid)
    for each in table:
        send_to(each, signal.SIGKILL)


def test_another_system_knows_the_leader_of_a_session(monkeypatch: pytest.MonkeyPatch, shared: int) -> None:
    monkeypatch.setattr(process_group.sys, "platform", "darwin")
    process = sleeper()
    assert leads(shared, process.pid)
    assert not leads(shared, 4_000_000)
    process.kill()
    process.wait()
