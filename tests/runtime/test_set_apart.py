"""S5, R4: what scripts set apart when a limit ends them, and scripts whose supervisor or agent was killed."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.commands import CancelRun, StartRun
from octotui.model.process import Runbook, Script, Step
from octotui.model.space import Model, Supervisor, Value
from octotui.runtime.open_space import open_space
from octotui.runtime.session import Session
from octotui.store.space_folder import space_folder
from octotui.views import why
from octotui.workers.agent import processes
from octotui.workers.agent_client import agents, attempt
from octotui.workers.local.supervisors import process, termination
from tests.workers.jobs import gone
from tests.world import model, script

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")

APART = 'setsid sh -c \'trap "" TERM; echo $$ >>"$Pids"; while :; do sleep 0.1; done\' 3<&- &\n'
WAITS = 'until [ -s "$Pids" ]; do sleep 0.01; done; sleep 60\n'


def shell(name: str, body: str, **more: object) -> Step:
    return replace(script(name, **more), action=Script(body=body, shell="sh"), grace=0.2)


def space(folder: Path, step: Step, supervisor: Supervisor = "agent", **more: object) -> Model:
    """A space of one runbook, whose scripts are told where to note pids."""
    made = model({"a": Runbook(name="A", steps=(step,), **more)})  # type: ignore[arg-type]
    engine = replace(made.engine, supervisor=supervisor)
    return replace(made, engine=engine, variables={"Pids": (Value(value=str(folder / "pids")),)})


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


def pids(folder: Path) -> list[int]:
    file = folder / "pids"
    return list(map(int, file.read_text().split())) if file.exists() else []


async def ended(session: Session) -> None:
    """Wait until the run has ended, and that is on disk."""
    async with asyncio.timeout(30):
        async for state in session.states():
            if "run-1" not in state.runs:
                return


async def test_s5_a_step_that_takes_too_long_ends_with_all_that_it_started_before_it_is_tried_again(
    tmp_path: Path,
) -> None:
    step = shell("Hang", APART + WAITS, time_limit=2.0, retries=1, backoff=0.01)
    async with open_space(space(tmp_path, step), tmp_path, "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await until(lambda: len(pids(tmp_path)) == 2)
        first, second = pids(tmp_path)
        assert gone(first)  # the second attempt began when nothing of the first was left
        await ended(session)
        assert gone(second)
        job = (await session.family("run-1")).jobs["job-1.1"]
    assert (job.state, job.attempt, job.warnings) == ("failed", 2, ())


@pytest.mark.parametrize("how", ["time limit", "cancel"])
async def test_s5_a_run_that_ends_early_ends_all_that_its_scripts_started(tmp_path: Path, how: str) -> None:
    limit = {"time_limit": 2.0} if how == "time limit" else {}
    declared = space(tmp_path, shell("Hang", APART + WAITS), **limit)
    async with open_space(declared, tmp_path, "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await until(lambda: bool(pids(tmp_path)))
        (apart,) = pids(tmp_path)
        if how == "cancel":
            await session.send(CancelRun(run="run-1", by="ann"))
            assert session.state.runs["run-1"].state == "cancelling"
            assert not gone(apart)
        await ended(session)
        assert gone(apart)
        run = (await session.family("run-1")).runs["run-1"]
    assert run.state == ("cancelled" if how == "cancel" else "timed-out")


async def test_s5_what_cannot_be_ended_is_a_warning_of_the_job_and_in_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(pinned: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(processes.signal, "pidfd_send_signal", refused)
    monkeypatch.setattr(termination, "KILLED", 0.05)
    declared = space(tmp_path, shell("Hang", APART + WAITS), "each")
    async with open_space(declared, tmp_path, "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await until(lambda: bool(pids(tmp_path)))
        (apart,) = pids(tmp_path)
        await session.send(CancelRun(run="run-1", by="ann"))
        await ended(session)
        job = (await session.family("run-1")).jobs["job-1.1"]
        log = session.log_path("run-1", "job-1.1").read_text()
    os.killpg(apart, signal.SIGKILL)
    (warning,) = job.warnings
    assert job.state == "cancelled"
    assert f"could not be ended, and go on: {apart} (sh)" in warning
    assert f"octotui: {warning}\n" in log


CRASH = """
import asyncio, sys, time
from pathlib import Path
from octotui.engine.commands import StartRun
from octotui.runtime.open_space import open_space
from tests.runtime.test_set_apart import goes_on

async def main(folder):
    async with open_space(goes_on(folder, sys.argv[2]), folder, "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await asyncio.sleep(60)

asyncio.run(main(Path(sys.argv[1])))
"""


def goes_on(folder: Path, supervisor: Supervisor) -> Model:
    """A script that notes what runs it, and goes on when the file `go` is there."""
    body = f'echo one; echo $PPID >"$Pids"; until [ -e {folder}/go ]; do sleep 0.01; done; echo two; exit 3'
    return space(folder, shell("Hang", body, retries=3), supervisor)


def told(session: Session) -> str:
    """What the only job reports."""
    progress = session.state.jobs["job-1.1"].progress
    return progress.message if progress else ""


SAID: dict[Supervisor, tuple[str, str]] = {
    "agent": (agents.ADOPTED, attempt.UNKNOWN),
    "each": (process.ORPHANED, process.UNREPORTED),
}  # of a job whose supervisor was killed: while it goes on, and when it has ended


@pytest.mark.parametrize("kind", SAID)
async def test_r4_a_job_says_at_once_that_its_supervisor_was_killed(tmp_path: Path, kind: Supervisor) -> None:
    """Where this session started it, and what it left goes on."""
    orphaned = SAID[kind][0]
    async with open_space(goes_on(tmp_path, kind), tmp_path, "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await until(lambda: bool(pids(tmp_path)))
        assert told(session) == ""
        (supervisor,) = pids(tmp_path)
        os.kill(supervisor, signal.SIGKILL)
        await until(lambda: told(session) == orphaned)
        assert session.state.jobs["job-1.1"].state == "running"
        assert (
            f"“Hang” 0 %: {orphaned}"
            in dict(why.of_run(session.state, "run-1", session.now()))["What its steps report"]
        )
        (tmp_path / "go").touch()
        await until(lambda: session.state.jobs["job-1.1"].state == "asking")


@pytest.mark.parametrize("order", ["session first", "supervisor first"])
@pytest.mark.parametrize("meanwhile", [False, True])
@pytest.mark.parametrize("kind", SAID)
async def test_r4_a_script_that_outlives_session_and_supervisor_is_followed_and_lost(
    tmp_path: Path, order: str, meanwhile: bool, kind: Supervisor
) -> None:
    """M2: all its output is there, and it is not tried again; also if it has ended meanwhile."""
    with subprocess.Popen([sys.executable, "-c", CRASH, str(tmp_path), kind], cwd=ROOT) as child:
        await until(lambda: bool(pids(tmp_path)))
        (supervisor,) = pids(tmp_path)
        if order == "supervisor first":
            os.kill(supervisor, signal.SIGKILL)
        child.kill()
    if order == "session first":
        os.kill(supervisor, signal.SIGKILL)
    log = space_folder("test", tmp_path).log("run-1", "job-1.1")
    if meanwhile:
        (tmp_path / "go").touch()
        (spool,) = tmp_path.rglob("spool")
        await until(lambda: b"two" in spool.read_bytes())
    async with open_space(goes_on(tmp_path, kind), tmp_path, "ann", time.time) as session:
        if not meanwhile:
            await until(lambda: told(session) == SAID[kind][0])
            assert session.state.jobs["job-1.1"].state == "running"
            (tmp_path / "go").touch()
        await until(lambda: session.state.jobs["job-1.1"].state == "asking")
        (question,) = session.state.interruptions.values()
        assert question.instructions == SAID[kind][1]
        assert session.state.jobs["job-1.1"].attempt == 1
    assert log.read_text() == "one\ntwo\n"
