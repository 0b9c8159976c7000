"""1,000 jobs of `true` in a shell, journaled and logged, 8 at a time, against `xargs -P 8`.

Both sides in turn, each in every round.
"""

import asyncio
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from octotui.engine.commands import LoadModel, StartRun
from octotui.engine.state import State
from octotui.model.process import Runbook, Script, Step
from octotui.model.space import Engine, Model, Pool, Space, Worker
from octotui.runtime.effects import EffectRunner
from octotui.runtime.jobs.package_acquisition import RealAcquirer
from octotui.runtime.open_space import local_machines
from octotui.runtime.session import Session
from octotui.store.journal.journal import Journal
from octotui.store.space_folder import SpaceFolder
from octotui.workers.local.executor import LocalExecutor
from tests.ratios import Ratio, measure

WIDE = 8


def model(jobs: int) -> Model:
    """For eight runs side by side that share the jobs."""
    steps = tuple(
        Step(name=f"step {number}", pool="setup", action=Script(body="true", shell="sh"))
        for number in range(jobs // WIDE)
    )
    return Model(
        space=Space("Bench", "bench"),
        engine=Engine(task_cap=WIDE),
        pools={"setup": Pool(name="Setup", workers=("worker1", "worker2"))},
        workers={name: Worker(name=name) for name in ("worker1", "worker2")},
        runbooks={"true": Runbook(name="True", steps=steps)},
    )


async def engine(directory: Path, jobs: int) -> float:
    """Jobs a second through the whole engine."""
    with SpaceFolder(directory, "bench") as folder:
        journal = Journal(folder.journal)
        machines = local_machines(LocalExecutor(), folder)
        effects = partial(EffectRunner, folder, machines, RealAcquirer(folder.manifests), time.time)
        session = Session(State(), journal, effects, user="ann", now=time.time)
        await session.send(LoadModel(model(jobs)))
        began = time.perf_counter()
        await asyncio.gather(*(session.send(StartRun(process="true")) for _ in range(WIDE)))
        async for state in session.states():
            if not state.runs:
                break
        took = time.perf_counter() - began
        ended = {record.state for record in session.recent(WIDE)}
        assert ended == {"succeeded"}, ended
        await session.close()
        journal.close()
    return jobs / took


def xargs(directory: Path, jobs: int) -> float:
    """Jobs a second of `sh script` through xargs."""
    script = directory / "script"
    script.write_text("true")
    names = "\n".join([str(script)] * jobs).encode()
    began = time.perf_counter()
    subprocess.run(["xargs", "-P", str(WIDE), "-n", "1", "sh"], input=names, check=True)
    return jobs / (time.perf_counter() - began)


def main(jobs: int = 1000, rounds: int = 5) -> Iterator[Ratio]:
    """Print both rates, and compare them; `jobs` are a multiple of eight."""
    ours, theirs = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as directory:
            theirs.append(xargs(Path(directory), jobs))
            ours.append(asyncio.run(engine(Path(directory), jobs)))
    each = [one / other for one, other in zip(ours, theirs, strict=True)]
    print(f"engine {max(ours):,.0f} jobs/s, xargs -P {WIDE} {max(theirs):,.0f} jobs/s")
    print(f"by round {', '.join(f'{ratio:.2f}' for ratio in each)}")
    yield Ratio("engine / xargs, median", statistics.median(each), least=0.5)
    yield Ratio("engine / xargs, the best rates of each", max(ours) / max(theirs))


if __name__ == "__main__":
    measure(main, jobs=WIDE, rounds=1)
