"""What a job prints: 1,000,000 lines of 104 bytes, kept with their index, against `cat | cat > /dev/null`.

The job is one of this machine, run by an agent that is there, and its output takes the way that it takes in a
run: read for service messages, and logged. Once more it is searched for a sensitive value to mask, and for 50
of them, and once more it has a supervisor instead of the agent. Then each log is opened, and a page in its
middle read. CPU is that of all processes.
"""

import asyncio
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from octotui.model.space import Supervisor
from octotui.runtime.jobs.job_output import JobOutput
from octotui.runtime.jobs.transcript import Transcript
from octotui.store.logs.log_reader import LogReader
from octotui.workers.local.agents.executor import AgentExecutor
from tests.cpu_time import adopt_orphans, cpu_time
from tests.ratios import Ratio, measure
from tests.workers.agents import end_agents
from tests.workers.jobs import run, work

LINE = b"x" * 103 + b"\n"
MANY = tuple(f"{Random(number).randbytes(15).hex()} & {number}" for number in range(50))


class Way(NamedTuple):
    """What runs the job, what is searched for, and the most that it may take of `cat | cat`."""

    supervisor: Supervisor
    secrets: Sequence[str]
    most: float


WAYS = {
    "output": Way("agent", (), 1.9),
    "masked output": Way("agent", ("a sensitive value",), 2.5),
    "output masked for 50": Way("agent", MANY, 6.0),
    "output under a supervisor": Way("each", (), 2.5),
}
"""One value took 8 times `cat | cat` when each of its forms was searched for alone."""


class Cost(NamedTuple):
    """Seconds of the wall clock, and of CPU of all processes."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.3f} s ({self.cpu:.2f} s of CPU)"


def piped(file: Path) -> Cost:
    """Measure `cat | cat`."""
    began, cpu = time.perf_counter(), cpu_time()
    subprocess.run(["sh", "-c", 'cat "$1" | cat > /dev/null', "sh", str(file)], check=True)
    return Cost(time.perf_counter() - began, cpu_time() - cpu)


async def logged(home: Path, file: Path, way: Way) -> Cost:
    """Measure a job that prints a file, with values to mask in it."""
    executor = AgentExecutor(home / "agent")
    await run(executor, work(home, "true\n", shell="sh", attempt=2), lambda chunk, stream=1: None)
    job = work(home, f"cat {file}\n", shell="sh", supervisor=way.supervisor)
    began, cpu = time.perf_counter(), cpu_time()
    with JobOutput(home / "log", time.time, lambda: None) as output:
        transcript = Transcript(output, way.secrets)
        outcome = transcript.ended(await run(executor, job, transcript))
    took = Cost(time.perf_counter() - began, cpu_time() - cpu)
    assert (outcome.state, output.problem) == ("succeeded", ""), (outcome, output.problem)
    await executor.close()
    end_agents(home)
    return took


def page(path: Path, lines: int) -> float:
    """Seconds until a page in the middle of a log is there."""
    began = time.perf_counter()
    with LogReader(path) as log:
        assert log.line_count == lines
        shown = log.lines(lines // 2, lines // 2 + 50)
    took = time.perf_counter() - began
    assert shown, "a page has lines"
    return took


def memory() -> float:
    """The most MiB that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(lines: int = 1_000_000, rounds: int = 5) -> Iterator[Ratio]:
    """Measure all ways in turn, and compare each round's with that round's `cat | cat`."""
    adopt_orphans()
    limits: list[Cost] = []
    costs: dict[str, list[Cost]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lines"
        with file.open("wb") as write:
            for _ in range(lines):
                write.write(LINE)
        before = memory()
        for number in range(rounds):
            limits.append(piped(file))
            for name, way in WAYS.items():
                home = Path(folder) / f"{number} {name}"
                home.mkdir()
                costs[name].append(asyncio.run(logged(home, file, way)))
                reading = page(home / "log", lines)
                (home / "log").unlink()
                print(
                    f"cat | cat {limits[-1]}, {name} {costs[name][-1]}, a page of it {reading * 1e3:.1f} ms"
                )
    print(f"+{memory() - before:.1f} MiB of memory")
    for name, way in WAYS.items():
        each = [took.wall / limit.wall for took, limit in zip(costs[name], limits, strict=True)]
        yield Ratio(f"{name} / cat | cat, median", statistics.median(each), way.most)
        each = [took.cpu / limit.cpu for took, limit in zip(costs[name], limits, strict=True)]
        yield Ratio(f"{name} / cat | cat in CPU, median", statistics.median(each))


if __name__ == "__main__":
    measure(main, lines=100, rounds=1)
