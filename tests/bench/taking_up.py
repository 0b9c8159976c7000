"""Opening a space after a crash, with 1,000 running jobs against 100: what it costs a job must not grow.

The jobs wait; octotui is killed, and what is measured is the time from opening the space again until every
one of them is followed.
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

from octotui.engine.commands import StartRun
from octotui.engine.state import Outcome
from octotui.model.process import Runbook, Script, Step
from octotui.model.space import Engine, Model, Pool, Space, Worker
from octotui.runtime.open_space import open_space
from octotui.workers.executor import AttemptLocation, Leave, Notice, Output, unheard
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from tests.ratios import Ratio, measure

ROOT = Path(__file__).parents[2]
WIDE = 50
BEGIN = "from tests.bench.taking_up import begin_until_killed; begin_until_killed()"


def model(jobs: int) -> Model:
    """For runs of 50 steps side by side, or of as many as there are jobs; each job waits."""
    waits = Script(body="echo begun; read line <../../../../../go", shell="sh")
    wide = min(WIDE, jobs)
    steps = tuple(
        Step(name=f"step {number}", pool="setup", action=waits, start="with-previous")
        for number in range(wide)
    )
    return Model(
        space=Space("Bench", "bench"),
        engine=Engine(task_cap=jobs // wide, max_parallelism=wide),
        pools={"setup": Pool(name="Setup", workers=("worker1", "worker2"))},
        workers={name: Worker(name=name) for name in ("worker1", "worker2")},
        runbooks={"waits": Runbook(name="Waits", steps=steps)},
    )


async def begin(folder: Path, jobs: int) -> None:
    """Start them all, say so when their output is there, and wait to be killed."""
    async with open_space(model(jobs), folder, "ann", time.time) as session:
        for _ in range(max(1, jobs // WIDE)):
            await session.send(StartRun(process="waits"))
        while len(list((folder / "bench" / "logs").glob("*/*.log"))) < jobs:
            await asyncio.sleep(0.1)
        print("now", flush=True)
        await asyncio.sleep(600)


def begin_until_killed() -> None:
    """Begin in a folder, as many jobs as the second argument says."""
    asyncio.run(begin(Path(sys.argv[1]), int(sys.argv[2])))


async def take_up(folder: Path, jobs: int) -> float:
    """Seconds until every job is followed."""
    followed: list[AttemptLocation] = []
    follow = SupervisorExecutor.follow

    def note(
        self: SupervisorExecutor,
        location: AttemptLocation,
        output: Output,
        leave: Leave | None = None,
        notice: Notice = unheard,
    ) -> Coroutine[Any, Any, Outcome]:
        followed.append(location)
        return follow(self, location, output, leave, notice)

    SupervisorExecutor.follow = note  # type: ignore[method-assign]
    began = time.perf_counter()
    async with open_space(model(jobs), folder, "ann", time.time) as session:
        while len(followed) < jobs:
            await asyncio.sleep(0)
        took = time.perf_counter() - began
        states = [job.state for job in session.state.jobs.values()]
    SupervisorExecutor.follow = follow  # type: ignore[method-assign]
    assert states == ["running"] * jobs
    return took


def one(jobs: int, rounds: int) -> float:
    """The best of some rounds, on the same running jobs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.mkfifo(folder / "go")
        call = [sys.executable, "-c", BEGIN, name, str(jobs)]
        with subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            child.kill()
        try:
            return min(asyncio.run(take_up(folder, jobs)) for _ in range(rounds))
        finally:
            for record in folder.glob("bench/workers/*/work/*/record"):
                os.killpg(int(record.read_text().split("\npid ")[-1].split()[0]), signal.SIGKILL)


def main(jobs: int = 1000, rounds: int = 3) -> Iterator[Ratio]:
    """Print both times, and compare them; `jobs` and a tenth of them are multiples of 50, or fewer."""
    tenth = jobs // 10
    few, many = one(tenth, rounds), one(jobs, rounds)
    print(f"taking up {tenth} jobs {few * 1000:.0f} ms, {jobs} jobs {many * 1000:.0f} ms")
    yield Ratio(f"taking up {jobs} / {tenth} jobs", many / few, most=12)


if __name__ == "__main__":
    measure(main, jobs=20, rounds=1)
