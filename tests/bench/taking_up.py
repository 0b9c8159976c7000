"""Opening a space after a crash, with 1,000 running jobs against 100: what it costs a job must not grow.

Run by hand: python tests/bench/taking_up.py [ROUNDS]. The jobs wait; octotui is killed, and what is
measured is the time from opening the space again until every one of them is followed.
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from octotui.engine.commands import StartRun
from octotui.model.process import Runbook, Script, Step
from octotui.model.space import Engine, Model, Pool, Space, Worker
from octotui.runtime.open_space import open_space
from octotui.workers.local import executor

FEW, MANY, WANTED = 100, 1000, 12.0


def model(jobs: int) -> Model:
    """Runs of 50 steps side by side, each with a job that waits."""
    waits = Script(body="echo begun; read line <../../../../../go", shell="sh")
    steps = tuple(
        Step(name=f"step {number}", pool="setup", action=waits, start="with-previous") for number in range(50)
    )
    return Model(
        space=Space("Bench", "bench"),
        engine=Engine(task_cap=jobs // 50, max_parallelism=50),
        pools={"setup": Pool(name="Setup", workers=("worker1", "worker2"))},
        workers={name: Worker(name=name) for name in ("worker1", "worker2")},
        runbooks={"waits": Runbook(name="Waits", steps=steps)},
    )


async def begin(folder: Path, jobs: int) -> None:
    """Start them all, say so when their output is there, and wait to be killed."""
    async with open_space(model(jobs), folder, "ann", time.time) as session:
        for _ in range(jobs // 50):
            await session.send(StartRun(process="waits"))
        while len(list((folder / "bench" / "logs").glob("*/*.log"))) < jobs:
            await asyncio.sleep(0.1)
        print("now", flush=True)
        await asyncio.sleep(600)


async def take_up(folder: Path, jobs: int) -> float:
    """Seconds until every job is followed."""
    followed: list[executor.Process] = []
    found = executor.LocalExecutor._found

    def note(self: executor.LocalExecutor, place: executor.Place) -> executor.Process:
        followed.append(found(self, place))
        return followed[-1]

    executor.LocalExecutor._found = note  # type: ignore[method-assign]
    began = time.perf_counter()
    async with open_space(model(jobs), folder, "ann", time.time) as session:
        while len(followed) < jobs:
            await asyncio.sleep(0)
        took = time.perf_counter() - began
        states = [job.state for job in session.state.jobs.values()]
    executor.LocalExecutor._found = found  # type: ignore[method-assign]
    assert states == ["running"] * jobs
    return took


def one(jobs: int, rounds: int) -> float:
    """The best of some rounds, on the same running jobs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.mkfifo(folder / "go")
        call = [sys.executable, __file__, "begin", name, str(jobs)]
        with subprocess.Popen(call, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            child.kill()
        try:
            return min(asyncio.run(take_up(folder, jobs)) for _ in range(rounds))
        finally:
            for record in folder.glob("bench/workers/*/work/*/record"):
                os.killpg(int(record.read_text().split("\npid ")[-1].split()[0]), signal.SIGKILL)


def main() -> None:
    """Print both times and their ratio."""
    if sys.argv[1:2] == ["begin"]:
        asyncio.run(begin(Path(sys.argv[2]), int(sys.argv[3])))
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    few, many = one(FEW, rounds), one(MANY, rounds)
    print(f"taking up {FEW} jobs {few * 1000:.0f} ms, {MANY} jobs {many * 1000:.0f} ms")
    print(f"ratio {many / few:.1f} (wanted: at most {WANTED:g})")


if __name__ == "__main__":
    main()
