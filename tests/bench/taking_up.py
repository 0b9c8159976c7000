"""Opening a space after a crash, with 1,000 running jobs against 100: what it costs a job must not grow.

The jobs wait; octotui is killed, and what is measured is the time from opening the space again until every
one of them is followed: once where an agent runs them, and once where each has a supervisor.
"""

import asyncio
import fcntl
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, get_args

from octotui.engine.commands import StartRun
from octotui.model.process import Runbook, Script, Step
from octotui.model.space import Engine, Model, Pool, Space, Supervisor, Worker
from octotui.runtime.open_space import open_space
from octotui.workers.executor import Notice, Output, unheard
from octotui.workers.machine import AttemptEnd, AttemptKey
from octotui.workers.processes import ExecutorProcesses
from tests.ratios import Ratio, measure

ROOT = Path(__file__).parents[2]
WIDE = 50
BEGIN = "from tests.bench.taking_up import begin_until_killed; begin_until_killed()"


def model(jobs: int, supervisor: Supervisor) -> Model:
    """For runs of 50 steps side by side, or of as many as there are jobs; each job waits."""
    waits = Script(body="echo begun; read line <../../../../../go", shell="sh")
    wide = min(WIDE, jobs)
    steps = tuple(
        Step(name=f"step {number}", pool="setup", action=waits, start="with-previous")
        for number in range(wide)
    )
    return Model(
        space=Space("Bench", "bench"),
        engine=Engine(task_cap=jobs // wide, max_parallelism=wide, supervisor=supervisor),
        pools={"setup": Pool(name="Setup", workers=("worker1", "worker2"))},
        workers={name: Worker(name=name) for name in ("worker1", "worker2")},
        runbooks={"waits": Runbook(name="Waits", steps=steps)},
    )


async def begin(folder: Path, jobs: int, supervisor: Supervisor) -> None:
    """Start them all, say so when their output is there, and wait to be killed."""
    async with open_space(model(jobs, supervisor), folder, "ann", time.time) as session:
        for _ in range(max(1, jobs // WIDE)):
            await session.send(StartRun(process="waits"))
        while len(list((folder / "bench" / "logs").glob("*/*.log"))) < jobs:
            await asyncio.sleep(0.1)
        print("now", flush=True)
        await asyncio.sleep(600)


def begin_until_killed() -> None:
    """Begin in a folder, as many jobs as the second argument says, by what the third one says."""
    asyncio.run(begin(Path(sys.argv[1]), int(sys.argv[2]), "each" if sys.argv[3] == "each" else "agent"))


async def take_up(folder: Path, jobs: int, supervisor: Supervisor) -> float:
    """Seconds until every job is followed."""
    followed: list[AttemptKey] = []
    follow = ExecutorProcesses.follow

    def note(
        self: ExecutorProcesses,
        attempt: AttemptKey,
        output: Output,
        offset: int = 0,
        notice: Notice = unheard,
    ) -> Coroutine[Any, Any, AttemptEnd]:
        followed.append(attempt)
        return follow(self, attempt, output, offset, notice)

    ExecutorProcesses.follow = note  # type: ignore[method-assign]
    began = time.perf_counter()
    async with open_space(model(jobs, supervisor), folder, "ann", time.time) as session:
        while len(followed) < jobs:
            await asyncio.sleep(0)
        took = time.perf_counter() - began
        states = [job.state for job in session.state.jobs.values()]
    ExecutorProcesses.follow = follow  # type: ignore[method-assign]
    assert states == ["running"] * jobs
    return took


def one(jobs: int, rounds: int, supervisor: Supervisor) -> float:
    """The best of some rounds, on the same running jobs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.mkfifo(folder / "go")
        call = [sys.executable, "-c", BEGIN, name, str(jobs), supervisor]
        with subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            child.kill()
        try:
            return min(asyncio.run(take_up(folder, jobs, supervisor)) for _ in range(rounds))
        finally:
            end_jobs(folder)


def end_jobs(folder: Path) -> None:
    """Have all scripts that wait for a line go on, until none is left: whoever runs them ends by itself."""
    while True:
        try:
            os.close(os.open(folder / "go", os.O_WRONLY | os.O_NONBLOCK))
        except OSError:  # none waits
            if not any(map(_is_locked, folder.glob("bench/workers/*/work/*/record"))):
                return
        time.sleep(0.01)


def _is_locked(record: Path) -> bool:
    with record.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def main(jobs: int = 1000, rounds: int = 3) -> Iterator[Ratio]:
    """Print both times, and compare them; `jobs` and a tenth of them are multiples of 50, or fewer."""
    tenth = jobs // 10
    for supervisor in get_args(Supervisor):
        few, many = one(tenth, rounds, supervisor), one(jobs, rounds, supervisor)
        print(f"{supervisor}: taking up {tenth} jobs {few * 1000:.0f} ms, {jobs} jobs {many * 1000:.0f} ms")
        yield Ratio(f"{supervisor}: taking up {jobs} / {tenth} jobs", many / few, most=11)


if __name__ == "__main__":
    measure(main, jobs=20, rounds=1)
