"""S5, R4: what a job has set apart is ended with it when it is stopped, and lives on when its script ends."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from octotui.engine.state import Outcome
from octotui.workers.agent import processes
from octotui.workers.executor import AttemptSpec
from octotui.workers.local.supervisors import termination
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from octotui.workers.local.supervisors.process import UNREPORTED
from tests.workers.jobs import ends, gone, place, result, started, work

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")

DAEMON = """
import os, signal, sys, time
if os.fork(): sys.exit()
os.setsid()
if os.fork(): os._exit(0)
os.chdir('/')
os.closerange(0, 100)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pid = os.open(os.environ['PID'] + '~', os.O_CREAT | os.O_WRONLY)
os.write(pid, b'%d' % os.getpid())
os.rename(os.environ['PID'] + '~', os.environ['PID'])
while True: time.sleep(60)
"""
NOTE = "echo $$ >$PID~; mv $PID~ $PID"
SLEEPS = f"{NOTE}; exec sleep 60"
KINDS = {
    "setsid": f"setsid sh -c '{SLEEPS}' &",
    "double fork": "(setsid sh -c 'sh \"$NOTE\" &' &)",
    "setsid and closed descriptors": f"setsid sh -c '{SLEEPS}' </dev/null >/dev/null 2>&1 3<&- 255<&- &",
    "nohup": f"nohup setsid sh -c '{SLEEPS}' >/dev/null 2>&1 &",
    "a daemon of Python": 'python3 -I -S "$DAEMON"',
    "a shell that ignores TERM": f"setsid sh -c 'trap \"\" TERM; {NOTE}; while :; do sleep 0.1; done' &",
    "a job in the background": f"sh -c '{SLEEPS}' &",
}


class Apart:
    """A script that starts something that notes its pid; that is ended after the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "pid"
        (folder / "daemon.py").write_text(DAEMON)
        (folder / "note.sh").write_text(SLEEPS)

    def work(self, start: str, then: str = "") -> AttemptSpec:
        """Return a script that goes on once the pid is there."""
        waits = f'until [ -s "{self.file}" ]; do sleep 0.01; done'
        environment = {"PID": self.file, "DAEMON": self.folder / "daemon.py", "NOTE": self.folder / "note.sh"}
        given = {name: str(path) for name, path in environment.items()}
        return work(self.folder, f"{start}\n{waits}\n{then}", environment=given)

    @property
    def pid(self) -> int:
        return int(self.file.read_text())


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Apart]:
    found = Apart(tmp_path)
    yield found
    (tmp_path / "chain.sh").unlink(missing_ok=True)
    if found.file.exists() and not gone(found.pid):
        os.kill(found.pid, signal.SIGKILL)


@pytest.mark.parametrize("kind", KINDS)
async def test_s5_what_a_job_started_is_ended_when_it_is_stopped(apart: Apart, kind: str) -> None:
    executor, given = SupervisorExecutor(), apart.work(KINDS[kind], then="sleep 60")
    task = asyncio.create_task(result(executor, given))
    await started(apart.file)
    executor.stop(place(given), 0.3)
    outcome, _ = await asyncio.wait_for(task, 20)
    assert gone(apart.pid)  # at once: a stop is over when nothing lives
    assert (outcome.state, outcome.warnings) == ("cancelled", ())
    await executor.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_s5_a_later_session_ends_it_too(apart: Apart, kind: str) -> None:
    first, given = SupervisorExecutor(), apart.work(KINDS[kind], then="sleep 60")
    await first.start(place(given), given, "{}")
    await started(apart.file)
    await first.close()
    later = SupervisorExecutor()
    assert (await later.inspect(place(given))).state == "running"
    following = asyncio.create_task(later.follow(place(given), lambda chunk: None))
    await asyncio.sleep(0.05)
    later.stop(place(given), 0.3)
    outcome = await asyncio.wait_for(following, 20)
    assert gone(apart.pid)
    assert (outcome.state, outcome.warnings) == ("cancelled", ())
    later.clean(place(given))
    await later.close()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "a job in the background"])
@pytest.mark.parametrize("later", [False, True])
async def test_s5_what_was_set_apart_lives_on_when_its_script_ends(
    apart: Apart, kind: str, later: bool
) -> None:
    executor, given = SupervisorExecutor(), apart.work(KINDS[kind], then="exit 3")
    await executor.start(place(given), given, "{}")
    await started(apart.file)
    if later:
        await executor.close()
        executor = SupervisorExecutor()
        await ended(executor, given)
    outcome = await asyncio.wait_for(executor.follow(place(given), lambda chunk: None), 20)
    assert not gone(apart.pid)
    assert (outcome.state, outcome.exit_code, outcome.warnings) == ("failed", 3, ())
    executor.clean(place(given))
    await executor.close()


async def ended(executor: SupervisorExecutor, given: AttemptSpec) -> None:
    """Wait until a script's exit code is recorded, whatever it has set apart."""
    record = Path(given.directory, "work", "space-1-1", "record")
    async with asyncio.timeout(20):
        while b"exit" not in record.read_bytes():
            await asyncio.sleep(0.005)
    await executor.inspect(place(given))


async def test_s5_term_comes_once_and_what_is_set_apart_has_its_grace_too(apart: Apart) -> None:
    """And so has what its handler starts."""
    trap = f"""trap "echo one; sleep 0.2; echo two; exit" TERM; {NOTE}; while :; do sleep 0.01; done"""
    executor, given = SupervisorExecutor(), apart.work(f"setsid sh -c '{trap}' &", then="sleep 60")
    task = asyncio.create_task(result(executor, given))
    await started(apart.file)
    executor.stop(place(given), 20)
    outcome, output = await asyncio.wait_for(task, 15)
    output = output.replace(b"Terminated\n", b"")  # as bash may say of its sleep
    assert (outcome.state, output) == ("cancelled", b"one\ntwo\n")
    await executor.close()


async def test_s5_what_forks_in_new_sessions_is_ended(apart: Apart) -> None:
    """Each of a chain starts the next after a second, in a session of its own, and ends."""
    chain = apart.folder / "chain.sh"
    chain.write_text(f'#!/bin/sh\ntrap "" TERM\n{NOTE}\nsleep 1\nsetsid "$0" &\n')
    chain.chmod(0o700)
    executor, given = SupervisorExecutor(), apart.work(f"setsid {chain} &", then="sleep 60")
    task = asyncio.create_task(result(executor, given))
    await started(apart.file)
    executor.stop(place(given), 0.1)
    outcome, _ = await asyncio.wait_for(task, 20)
    assert (outcome.state, outcome.warnings) == ("cancelled", ())
    last = apart.pid
    await asyncio.sleep(1.5)
    assert apart.pid == last
    assert gone(last)
    await executor.close()


async def test_s5_what_cannot_be_ended_is_named(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    """As another account's process cannot be: the kernel refuses the signal."""
    sent = processes.signal.pidfd_send_signal

    def refused(pinned: int, number: int) -> None:
        target = Path(f"/proc/self/fdinfo/{pinned}").read_text().partition("Pid:")[2].split()[0]
        if int(target) == apart.pid:
            raise PermissionError
        sent(pinned, number)

    monkeypatch.setattr(processes.signal, "pidfd_send_signal", refused)
    monkeypatch.setattr(termination, "KILLED", 0.05)
    executor, given = SupervisorExecutor(), apart.work(KINDS["setsid"], then="sleep 60")
    task = asyncio.create_task(result(executor, given))
    await started(apart.file)
    executor.stop(place(given), 0.1)
    outcome, _ = await asyncio.wait_for(task, 20)
    assert outcome.state == "cancelled"
    assert outcome.warnings == (
        f"processes that it started could not be ended, and go on: {apart.pid} (sleep)",
    )
    await executor.close()


@pytest.mark.parametrize("later", [False, True])
async def test_r4_a_script_without_its_supervisor_is_followed_to_its_end(apart: Apart, later: bool) -> None:
    """Where the session lives, and where it was killed before or after: its output is complete."""
    go = apart.folder / "go"
    then = f"echo one; until [ -e {go} ]; do sleep 0.01; done; echo two; sleep 0.3; echo three"
    executor, given = SupervisorExecutor(), apart.work('echo $PPID >"$PID~"; mv "$PID~" "$PID"', then=then)
    await executor.start(place(given), given, "{}")
    await started(apart.file)
    if later:
        await executor.close()
    os.kill(apart.pid, signal.SIGKILL)
    if later:
        executor = SupervisorExecutor()
        assert (await executor.inspect(place(given))).state == "running"
    chunks: list[bytes] = []
    following = asyncio.create_task(executor.follow(place(given), chunks.append))
    await asyncio.sleep(0.2)
    assert not following.done()
    go.touch()
    outcome = await asyncio.wait_for(following, 20)
    assert outcome == Outcome(state="lost", reason=UNREPORTED)
    assert b"".join(chunks) == b"one\ntwo\nthree\n"
    executor.clean(place(given))
    await executor.close()


async def test_r4_one_that_ended_without_its_supervisor_meanwhile_is_lost_with_its_output(
    apart: Apart,
) -> None:
    executor = SupervisorExecutor()
    given = apart.work('echo $PPID >"$PID~"; mv "$PID~" "$PID"', then="echo one; sleep 0.3; echo two")
    await executor.start(place(given), given, "{}")
    await started(apart.file)
    await executor.close()
    os.kill(apart.pid, signal.SIGKILL)
    later, chunks = SupervisorExecutor(), list[bytes]()
    async with asyncio.timeout(20):
        while (await later.inspect(place(given))).state == "running":
            await asyncio.sleep(0.01)
    assert (await later.inspect(place(given))).state == "ended"
    outcome = await later.follow(place(given), chunks.append)
    assert (outcome.state, outcome.reason) == ("lost", UNREPORTED)
    assert b"".join(chunks) == b"one\ntwo\n"
    later.clean(place(given))
    await later.close()


@pytest.mark.parametrize("later", [False, True])
async def test_s5_a_script_without_its_supervisor_is_ended_when_it_is_stopped(
    apart: Apart, later: bool
) -> None:
    script = 'echo $PPID >"$PID~"; mv "$PID~" "$PID"; echo $$; setsid sleep 60 & echo $!; sleep 60'
    executor, given = SupervisorExecutor(), apart.work(script)
    await executor.start(place(given), given, "{}")
    await started(apart.file)
    if later:
        await executor.close()
        executor = SupervisorExecutor()
    os.kill(apart.pid, signal.SIGKILL)
    await executor.inspect(place(given))
    chunks: list[bytes] = []
    following = asyncio.create_task(executor.follow(place(given), chunks.append))
    await asyncio.sleep(0.2)
    assert not following.done()
    executor.stop(place(given), 5)
    assert (await asyncio.wait_for(following, 20)).state == "cancelled"
    pids = b"".join(chunks).split()
    assert len(pids) == 2
    for pid in pids:
        await ends(int(pid))
    executor.clean(place(given))
    await executor.close()


async def test_s5_the_jobs_of_an_octotui_that_a_script_calls_are_its_own(apart: Apart) -> None:
    """S5: it ends them itself, so that their runs are cancelled, and not failed."""
    other = (
        f"OCTOTUI_VALUES=/elsewhere/values setsid sh -c '{SLEEPS}' </dev/null >/dev/null 2>&1 3<&- 255<&- &"
    )
    given = apart.work(other, "touch there; sleep 60")
    executor = SupervisorExecutor()
    await executor.start(place(given), given, "{}")
    following = asyncio.ensure_future(executor.follow(place(given), lambda chunk: None))
    await started(apart.file)
    executor.stop(place(given), 0.2)
    assert (await following).state == "cancelled"
    assert not gone(apart.pid)
    executor.clean(place(given))
    await executor.close()
