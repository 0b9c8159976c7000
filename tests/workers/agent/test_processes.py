import fcntl
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from octotui.workers.agent import processes
from octotui.workers.agent.processes import (
    LockIdentity,
    describe,
    is_process,
    members,
    signal_all,
    since_boot,
)
from tests.workers.jobs import gone


@pytest.fixture
def lock(tmp_path: Path) -> LockIdentity:
    (tmp_path / "record").touch()
    found = (tmp_path / "record").stat()
    return LockIdentity(found.st_dev, found.st_ino, since_boot())


def started(tmp_path: Path, script: str, *, locking: bool = True) -> "subprocess.Popen[bytes]":
    """A session whose shell has inherited the lock, and has printed a line."""
    with (tmp_path / "record").open() as record:
        fcntl.flock(record, fcntl.LOCK_EX)
        process = subprocess.Popen(
            ["sh", "-c", f"{script}\necho; wait; sleep 60"],
            stdin=subprocess.DEVNULL,
            pass_fds=(record.fileno(),) if locking else (),
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    return process


def away(pids: set[int]) -> bool:
    end = time.monotonic() + 10
    while not all(map(gone, pids)) and time.monotonic() < end:
        time.sleep(0.005)
    return all(map(gone, pids))


@pytest.mark.parametrize(
    "left", ["sleep 60 &", "setsid sleep 60 &", "(setsid sh -c 'sleep 60 & sleep 60' &)"]
)
def test_s5_a_signal_reaches_what_has_left_the_group(tmp_path: Path, lock: LockIdentity, left: str) -> None:
    shell = started(tmp_path, left)
    end = time.monotonic() + 10
    while len(found := members(0, lock)) < 2 + left.count("sh -c") * 2 and time.monotonic() < end:
        time.sleep(0.005)
    assert shell.pid in found
    assert len(found) > 1
    assert signal_all(shell.pid, lock, signal.SIGKILL) <= found  # some have ended by then
    shell.wait()
    assert away(found)
    assert members(0, lock) == set()


def test_s5_one_that_closed_the_lock_is_found_by_its_session(tmp_path: Path, lock: LockIdentity) -> None:
    shell = started(tmp_path, "sleep 60 &", locking=False)
    assert members(0, lock) == set()
    assert len(members(shell.pid, lock)) > 1
    signal_all(shell.pid, lock, signal.SIGKILL)
    shell.wait()


def test_r6_who_only_reads_the_file_or_was_there_before_is_none_of_it(
    tmp_path: Path, lock: LockIdentity
) -> None:
    with (tmp_path / "record").open() as record:
        reader = subprocess.Popen(["sleep", "60"], stdin=record, start_new_session=True)
    holder = started(tmp_path, ":")
    assert reader.pid not in members(0, lock)
    assert members(0, lock._replace(since=since_boot() + 60)) == set()
    for each in (reader, holder):
        os.killpg(each.pid, signal.SIGKILL)
        each.wait()


def test_r6_a_number_that_was_used_again_is_another_process() -> None:
    process = subprocess.Popen(["sleep", "60"])
    now = since_boot()
    assert is_process(process.pid, now)
    assert not is_process(process.pid, now - 100)
    assert not is_process(process.pid, now + 100)
    assert describe({process.pid}) == [f"{process.pid} (sleep)"]
    process.kill()
    process.wait()
    assert not is_process(process.pid, now)
    assert not is_process(1, now)
    assert describe({process.pid}) == [f"{process.pid} (?)"]


def test_s5_without_proc_the_leader_counts(lock: LockIdentity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PROC", False)
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    assert members(process.pid, lock) == {process.pid}
    assert is_process(process.pid, 0.0)
    signal_all(process.pid, lock, signal.SIGKILL)
    process.wait()
    assert members(process.pid, lock) == set()
