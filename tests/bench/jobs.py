"""1,000 jobs of `true` in a shell, journaled and logged, 8 at a time, against `xargs -P 8`.

Three times in turn, each in every round: through the engine in this process, by `octotui run` as a whole, and
by xargs. And once with an executor whose scripts end at once: what a job costs apart from its process. CPU is
that of all processes; the wall clock is that of a quiet machine.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from octotui.engine.commands import LoadModel, StartRun
from octotui.engine.state import Outcome, State
from octotui.model.process import Runbook, Script, Step
from octotui.model.space import Engine, Model, Pool, Space, Worker
from octotui.model.toml.write import dump
from octotui.runtime.effects import EffectRunner
from octotui.runtime.jobs.package_acquisition import RealAcquirer
from octotui.runtime.jobs.secret_sources import read_secret
from octotui.runtime.open_space import space_machines
from octotui.runtime.session import Session
from octotui.store.journal.journal import Journal
from octotui.store.space_folder import SpaceFolder
from octotui.workers.executor import AttemptLocation, Executor, Leave, Notice, Output, unheard
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from octotui.workers.simulated import SimulatedExecutor
from tests.cpu_time import adopt_orphans, cpu_time
from tests.ratios import Ratio, measure

ROOT = Path(__file__).parents[2]
WIDE = 8


class Cost(NamedTuple):
    """Seconds of CPU of all processes, and of the wall clock."""

    cpu: float
    wall: float

    def __str__(self) -> str:
        return f"{self.cpu:.2f} s of CPU in {self.wall:.2f} s"


class EndsAtOnce(SimulatedExecutor):
    """Says of every attempt that it has succeeded, and starts nothing."""

    async def follow(
        self, location: AttemptLocation, output: Output, leave: Leave | None = None, notice: Notice = unheard
    ) -> Outcome:
        return Outcome(state="succeeded", exit_code=0)


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


def cost(work: Callable[[], object]) -> Cost:
    """Measure a call."""
    cpu, wall = cpu_time(), time.perf_counter()
    work()
    return Cost(cpu_time() - cpu, time.perf_counter() - wall)


async def _engine(directory: Path, jobs: int, executor: Executor) -> Cost:
    with SpaceFolder(directory, "bench") as folder:
        journal = Journal(folder.journal)
        machines = space_machines(executor, folder, read_secret)
        effects = partial(EffectRunner, folder, machines, RealAcquirer(folder.manifests), time.time)
        session = Session(State(), journal, effects, user="ann", now=time.time)
        await session.send(LoadModel(model(jobs)))
        cpu, wall = cpu_time(), time.perf_counter()
        await asyncio.gather(*(session.send(StartRun(process="true")) for _ in range(WIDE)))
        async for state in session.states():
            if not state.runs:
                break
        took = Cost(cpu_time() - cpu, time.perf_counter() - wall)
        ended = {record.state for record in session.recent(WIDE)}
        assert ended == {"succeeded"}, ended
        await session.close()
        journal.close()
    return took


def engine(jobs: int, executor: Callable[[], Executor] = SupervisorExecutor) -> Cost:
    """Take the jobs through the whole engine."""
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(_engine(Path(directory), jobs, executor()))


def octotui(verb: str, *arguments: str) -> None:
    """Call a verb in a process of its own."""
    command = (sys.executable, "-m", "octotui", verb, *arguments)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)


def verbs(jobs: int) -> tuple[Cost, Cost]:
    """Call `octotui check` and `octotui run` on a model whose run starts eight others."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "model.toml")
        file.write_text(whole(jobs))
        check = cost(lambda: octotui("check", str(file)))
        return check, cost(lambda: octotui("run", str(file), "all", "--state", f"{directory}/state"))


def whole(jobs: int) -> str:
    """Return the model with a runbook that starts the eight runs and waits for them."""
    beside = 'start = "with-previous"\n'
    starts = "".join(
        f'[[runbooks.all.steps]]\nname = "{number}"\nrunbook = "true"\n{beside if number else ""}'
        for number in range(WIDE)
    )
    return f'{dump(model(jobs))}\n[runbooks.all]\nname = "All"\n{starts}'


def xargs(jobs: int) -> Cost:
    """Take the jobs through xargs, each `sh script`."""
    with tempfile.TemporaryDirectory() as directory:
        script = Path(directory, "script")
        script.write_text("true")
        names = "\n".join([str(script)] * jobs).encode()
        command = ("xargs", "-P", str(WIDE), "-n", "1", "sh")
        return cost(lambda: subprocess.run(command, input=names, check=True))


def main(jobs: int = 1000, rounds: int = 5) -> Iterator[Ratio]:
    """Measure all in turn, and compare the costs of each round; `jobs` are a multiple of eight."""
    adopt_orphans()
    in_cpu, in_wall, as_a_whole = list[float](), list[float](), list[float]()
    for _ in range(rounds):
        theirs, ours, alone = xargs(jobs), engine(jobs), engine(jobs, EndsAtOnce)
        check, run = verbs(jobs)
        in_cpu.append(theirs.cpu / ours.cpu)
        in_wall.append(theirs.wall / ours.wall)
        as_a_whole.append(theirs.wall / (run.wall - check.wall))
        print(
            f"xargs -P {WIDE} {theirs}, the engine {ours}, without processes {alone}, "
            f"`octotui run` {run} of which `octotui check` takes {check}"
        )
    yield Ratio("xargs / engine in CPU, median", statistics.median(in_cpu), least=0.65)
    yield Ratio("xargs / engine in wall, median", statistics.median(in_wall))
    whole_run = statistics.median(as_a_whole)
    yield Ratio("xargs / `octotui run` less `check` in wall, median", whole_run, least=0.55)


if __name__ == "__main__":
    measure(main, jobs=WIDE, rounds=1)
