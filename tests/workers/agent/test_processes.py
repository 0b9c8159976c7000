import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from octotui.workers.agent import processes as agent_processes
from octotui.workers.agent.processes import (
    JobSigns,
    ProcessStat,
    alive,
    is_process,
    lives,
    lock_path,
    members,
    process_stat,
    processes,
    send,
    send_to,
    signal_job,
    since_boot,
)

LEFT = (
    "import os, sys, time\n"
    "if os.fork(): sys.exit()\n"  # an orphan in a session of its own, as a daemon is
    "os.setsid()\n"
    "if os.fork(): os._exit(0)\n"
    "os.closerange(0, 100)\n"
    "time.sleep(60)\n"
)


STARTS = LEFT.replace(
    "time.sleep(60)",
    "open('/proc/self/comm', 'w').write(sys.argv[2])\n"
    "given = [(os.POSIX_SPAWN_OPEN, 0, sys.argv[1], os.O_RDONLY, 0)]\n"  # the child waits before it has begun
    "os.posix_spawn(sys.executable, [sys.executable, '-c', ''], os.environ, file_actions=given)\n"
    "time.sleep(60)",
)


class Job:
    """A job's leader: a shell of its own session that holds the lock of a file, and hands it on."""

    def __init__(self, record: Path, script: str) -> None:
        with record.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.process = subprocess.Popen(
                ("sh", "-c", f"exec 3<&0; {script}"),
                stdin=lock,
                start_new_session=True,
                env={**os.environ, "OCTOTUI_VALUES": str(record)},
            )
        self.file = os.open(record, os.O_RDWR)
        self.signs = JobSigns(
            lock_path(self.file), os.fsencode(f"OCTOTUI_VALUES={record}"), self.process.pid, child=True
        )

    def find(self, wanted: Callable[[tuple[ProcessStat, ...]], bool]) -> tuple[ProcessStat, ...]:
        """Look until what is found is as wanted."""
        deadline = time.monotonic() + 20
        while not wanted(found := members([self.signs])[0]):
            assert time.monotonic() < deadline, found
        return found


RECORD = f"record-{os.getpid()}"  # tests go on beside these that look at all processes, too


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Callable[..., Job]]:
    """Make a job; all that it started is ended."""
    made: list[Job] = []

    def make(script: str) -> Job:
        made.append(Job(tmp_path / f"{RECORD}-{len(made)}", script))
        return made[-1]

    yield make
    for each in made:
        for process in members([each.signs])[0]:
            send_to(process, signal.SIGKILL)
        each.process.wait()
        os.close(each.file)


def sleeping(count: int) -> Callable[[tuple[ProcessStat, ...]], bool]:
    return lambda found: [each.command for each in found].count("sleep") == count


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")


@pytest.mark.parametrize(
    "script",
    [
        "sleep 60 & wait",
        "setsid sleep 60 & wait",
        "(setsid sh -c 'sleep 60 & exit') & wait; tail -f /dev/null",
        "setsid sh -c \"env -i sh -c 'sleep 60 3<&- </dev/null & exit'; tail -f /dev/null\" & wait",
        "setsid sleep 60 3<&- </dev/null & wait",
        "env -i setsid nohup sleep 60 3<&- </dev/null >/dev/null & wait",
    ],
)
def test_s5_what_a_job_started_is_found(job: Callable[..., Job], script: str) -> None:
    """By the lock, its session or by descent: after setsid, without the lock, without its variable."""
    begun = job(script)
    found = begun.find(sleeping(1))
    assert begun.process.pid in [each.pid for each in found]


def test_s5_who_closed_everything_and_whose_parents_are_gone_is_found_by_its_environment(
    job: Callable[..., Job], tmp_path: Path
) -> None:
    (tmp_path / "daemon.py").write_text(LEFT)
    begun = job(f"{sys.executable} -I -S {tmp_path}/daemon.py; exec sleep 60")
    found = begun.find(
        lambda found: len(found) == 2 and sleeping(1)(found) and all(each.state == "S" for each in found)
    )
    (daemon,) = (each for each in found if each.pid != begun.process.pid)
    assert daemon.session != begun.process.pid
    assert daemon.parent != begun.process.pid


@pytest.mark.skipif(sys.platform != "linux", reason="no process is stuck while it starts another")
def test_s5_who_is_starting_another_process_is_found_and_who_is_stuck_for_longer_not_waited_for(
    job: Callable[..., Job], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a vfork its environment is not read."""
    gate, name = tmp_path / "gate", f"vfork{os.getpid()}"
    os.mkfifo(gate)
    started = job(f'{sys.executable} -c "{STARTS}" {gate} {name} & wait; sleep 60')

    def stuck() -> list[ProcessStat]:
        return [each for each in processes().values() if each.state == "D" and each.command == name]

    deadline = time.monotonic() + 20
    while not stuck():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    (apart,) = stuck()
    monkeypatch.setattr(agent_processes, "AWAKE", 0.01)
    assert apart.pid not in {each.pid for each in members([started.signs])[0]}

    def go_on(seconds: float) -> None:
        with gate.open("w"):
            pass
        while process_stat(apart.pid).state == "D":  # type: ignore[union-attr]
            pass

    monkeypatch.setattr(agent_processes, "AWAKE", 20.0)
    monkeypatch.setattr(agent_processes.time, "sleep", go_on)
    assert apart.pid in {each.pid for each in members([started.signs])[0]}
    os.kill(apart.pid, signal.SIGKILL)


def test_r6_nothing_else_is_found(job: Callable[..., Job], tmp_path: Path) -> None:
    one, other = job("sleep 60 & wait"), job("sleep 60 & wait")
    with (tmp_path / f"{RECORD}-0").open() as record:
        reader = subprocess.Popen(["sleep", "60"], stdin=record, start_new_session=True)
    one.find(sleeping(1))
    other.find(sleeping(1))
    first, second = members([one.signs, other.signs])
    assert {each.session for each in first} == {one.process.pid}
    assert {each.session for each in second} == {other.process.pid}
    assert members([]) == []
    reader.kill()
    reader.wait()


def test_r6_a_process_older_than_the_job_is_none_of_it(
    job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a service is that a job passed its descriptor."""
    begun = job("exec sleep 60")
    begun.find(sleeping(1))
    table = processes()
    mine = table[begun.process.pid]
    older = mine._replace(pid=4_000_001, session=4_000_001, started=mine.started - 1)
    younger = mine._replace(pid=4_000_002, session=4_000_002)
    monkeypatch.setattr(
        agent_processes, "processes", lambda: {each.pid: each for each in (mine, older, younger)}
    )
    monkeypatch.setattr(agent_processes, "holds", lambda pid, links: links)
    assert [each.pid for each in members([begun.signs])[0]] == [mine.pid, younger.pid]


def test_r6_our_own_session_is_none_of_a_job(tmp_path: Path) -> None:
    with (tmp_path / "record").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert members([JobSigns(lock_path(lock.fileno()), b"OCTOTUI_VALUES=none")]) == [()]


def test_m2_a_leader_that_is_no_child_of_ours_must_hold_the_lock(job: Callable[..., Job]) -> None:
    """A record may name any pid."""
    begun = job("exec sleep 60 3<&- <&-")
    begun.find(sleeping(1))
    forged = JobSigns(begun.signs.lock, b"=b", begun.process.pid)
    assert members([forged]) == [()]


@pytest.mark.parametrize("pinned", [True, False])
def test_r6_no_signal_goes_to_another_process_of_the_same_pid(
    monkeypatch: pytest.MonkeyPatch, pinned: bool
) -> None:
    if not pinned:
        monkeypatch.delattr(agent_processes.os, "pidfd_open", raising=False)
    process = subprocess.Popen(["sleep", "60"])
    stat = process_stat(process.pid)
    assert stat is not None
    assert not lives(stat._replace(started=stat.started - 1))
    assert not send_to(stat._replace(started=stat.started - 1), signal.SIGKILL)
    assert process.poll() is None
    assert send_to(stat, signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not lives(stat)  # it is a zombie
    assert not send_to(stat, signal.SIGKILL)
    process.wait()
    assert not send_to(stat, signal.SIGKILL)


def test_r6_no_signal_goes_to_init() -> None:
    init = process_stat(1)
    assert init is not None
    assert not send_to(init, 0)


def test_s5_the_oldest_gets_a_signal_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A supervisor traps TERM before its script ends of it; its group gets one signal in all."""
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(agent_processes, "send", lambda group, number: sent.append(("group", group)))
    monkeypatch.setattr(agent_processes, "send_to", lambda process, number: sent.append(("pid", process.pid)))
    found = [ProcessStat(pid, 1, group, group, age, "S", "") for pid, group, age in ((9, 5, 7), (5, 5, 6))]
    signal_job(JobSigns("", b"", 5), found, signal.SIGTERM)
    assert sent == [("pid", 5), ("pid", 9)]
    sent.clear()
    apart = ProcessStat(3, 1, 3, 3, 8, "S", "")
    signal_job(JobSigns("", b"", 5, child=True), [*found, apart], signal.SIGTERM)
    assert sent == [("group", 5), ("pid", 3)]


def test_r6_a_name_that_a_process_gave_itself_is_shown_with_its_controls() -> None:
    script = (
        "import ctypes, os, time\n"
        "ctypes.CDLL(None).prctl(15, b') \\x1b[31m\\n', 0, 0, 0)\n"
        "print(flush=True)\n"
        "time.sleep(60)"
    )
    assert hasattr(ctypes.CDLL(None), "prctl")
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    stat = process_stat(process.pid)
    process.kill()
    process.wait()
    process.stdout.close()
    assert stat is not None
    assert stat.command == r") \x1b[31m\n"
    assert stat.parent == os.getpid()


def test_without_proc_the_leader_of_a_session_stands_for_its_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_processes, "processes", dict)
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    signs = JobSigns("", b"", process.pid, child=True)
    ((group,),) = members([signs])
    assert (group.pid, lives(group)) == (process.pid, True)
    assert send_to(group, signal.SIGKILL)
    process.wait()
    assert not lives(group)
    assert members([signs, JobSigns("", b"")]) == [(), ()]


def test_r6_a_number_that_was_used_again_is_another_process() -> None:
    process = subprocess.Popen(["sleep", "60"])
    now = since_boot()
    assert is_process(process.pid, now)
    assert not is_process(process.pid, now - 100)
    assert not is_process(process.pid, now + 100)
    process.kill()
    process.wait()
    assert not is_process(process.pid, now)
    assert not is_process(1, now)


def test_without_proc_a_leader_that_is_there_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_processes, "process_stat", lambda pid: None)
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    assert is_process(process.pid, 0.0)
    process.kill()
    process.wait()
    assert not is_process(process.pid, 0.0)


def test_r6_what_began_before_a_job_is_none_of_it(job: Callable[..., Job]) -> None:
    """Also where its leader is gone, and the time is all that is known."""
    begun = job("sleep 60 & wait")
    begun.find(sleeping(1))
    assert members([begun.signs._replace(since=since_boot() + 60)]) == [()]
    assert len(members([begun.signs._replace(since=since_boot())])[0]) == 2


def test_a_job_is_known_by_the_end_of_its_variable_wherever_its_folder_was(job: Callable[..., Job]) -> None:
    """R6: that of another job is not."""
    begun = job("exec sleep 60 3<&- <&-")
    begun.find(sleeping(1))
    moved = JobSigns("", f"/{RECORD}-0".encode())
    assert [each.pid for each in members([moved])[0]] == [begun.process.pid]
    assert members([JobSigns("", f"/{RECORD}-1".encode()), JobSigns("", b"")]) == [(), ()]


def test_the_dead_do_not_count() -> None:
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    assert alive(process.pid)
    assert send(process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert send(process.pid, 0)  # it is there, until somebody waits for it
    assert not alive(process.pid)
    process.wait()
    assert not alive(process.pid)
    assert not send(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("group", [0, 1, -1, -5, os.getpgrp()])
def test_r6_no_signal_goes_to_us_or_to_everybody(monkeypatch: pytest.MonkeyPatch, group: int) -> None:
    sent: list[int] = []
    monkeypatch.setattr(agent_processes.os, "killpg", lambda group, number: sent.append(group))
    assert not send(group, signal.SIGTERM)
    assert sent == []
