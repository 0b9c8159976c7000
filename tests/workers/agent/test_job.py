import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from octotui.workers.agent import processes
from octotui.workers.agent.job import ABANDONED, ENDED, LINGERING, AgentJob
from octotui.workers.agent.processes import since_boot
from octotui.workers.agent.record import RecordedAttempt


def job(tmp_path: Path, child: int = 0, pid: int = 0) -> AgentJob:
    (tmp_path / "record").touch()
    found = (tmp_path / "record").stat()
    attempt = RecordedAttempt("work/a", found.st_dev, found.st_ino, 1, pid=pid or child, started=since_boot())
    spool = os.open(tmp_path / "spool", os.O_RDWR | os.O_CREAT, 0o600)
    return AgentJob("a", "work/a", attempt, [spool], child)


def test_s5_what_cannot_be_ended_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    while Path(f"/proc/{process.pid}/comm").read_text() != "sleep\n":
        time.sleep(0.001)
    stuck = job(tmp_path, process.pid)
    monkeypatch.setattr(processes, "signal_job", lambda signs, found, number: None)
    stuck.stop(0.0, 100.0)
    stuck.check(100.0)
    assert stuck.state != ENDED
    stuck.check(100.0 + ABANDONED)
    assert stuck.report()["survivors"] == [f"{process.pid} (sleep)"]
    process.kill()
    process.wait()
    stuck.close()


def test_s5_what_a_stopped_script_started_has_the_rest_of_its_grace(tmp_path: Path) -> None:
    process = subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 60 & echo; wait"], start_new_session=True)
    time.sleep(0.2)
    lingering = job(tmp_path, process.pid)
    lingering.stop(60.0, 0.0)
    process.kill()
    process.wait()
    lingering.exited(-signal.SIGKILL)
    assert lingering.state == LINGERING
    lingering.check(1.0)
    assert lingering.state == LINGERING
    lingering.check(61.0)
    end = time.monotonic() + 10
    while lingering.state != ENDED and time.monotonic() < end:
        lingering.check(61.0)
    assert (lingering.report()["stopped"], lingering.report()["code"]) == (True, -9)
    lingering.close()


def test_r4_an_adopted_job_lives_as_long_as_its_leader_or_lock(tmp_path: Path) -> None:
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    adopted = job(tmp_path, pid=process.pid)
    assert adopted.adopted
    assert adopted.is_alive(False)
    process.kill()
    process.wait()
    assert adopted.is_alive(True)
    assert not adopted.is_alive(False)
    adopted.close()
