"""What starting a job costs, apart from the engine: 1,000 scripts of `true`, 8 at a time, in four ways.

`xargs -P 8` starts bash for each; then sh that starts bash for each, as a supervisor has to, but with nothing
to supervise; the executor starts each under its supervisor, in a workspace that it then takes back; and an
agent starts them. The ratios are of what all processes take of the processor, which depends less than jobs a
second on what else the machine does. Workspaces are in memory where the system has a folder for that. The
journal and the engine are not in it: `jobs.py` measures all of them together.
"""

import asyncio
import os
import resource
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from octotui.model.space import Supervisor
from octotui.workers.local.agents.executor import AgentExecutor
from tests.ratios import Ratio, in_memory, measure
from tests.workers.agents import end_agents, living
from tests.workers.jobs import run, work

WIDE = 8
LEAST = {"a supervisor each": 0.3, "an agent": 0.65}
BASH = ("bash",)
SUPERVISED = ("sh", "-c", '(exec bash "$1"); exit $?', "supervisor")


TICKS = os.sysconf("SC_CLK_TCK")


def used() -> float:
    """Seconds of the processor that this process and its ended children have used."""
    both = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(each.ru_utime + each.ru_stime for each in both)


def used_by(processes: Sequence[int]) -> float:
    """Seconds that other processes and their ended children have used."""
    stats = [Path(f"/proc/{each}/stat").read_text().rpartition(") ")[2].split() for each in processes]
    return sum(float(field) for stat in stats for field in stat[11:15]) / TICKS


def xargs(command: tuple[str, ...], script: Path, jobs: int) -> float:
    """Seconds a job of a command that runs a script."""
    names = f"{script}\n".encode() * jobs
    before = used()
    subprocess.run(["xargs", "-P", str(WIDE), "-n", "1", *command], input=names, check=True)
    return (used() - before) / jobs


async def executor(home: Path, jobs: int, supervisor: Supervisor) -> float:
    """Seconds a job of the executor, with its agent if it has one; to start that is not in it."""
    local, left = AgentExecutor(home / "agent"), iter(range(jobs))

    async def start(name: str) -> None:
        job = work(home, "true", job=name, shell="bash", supervisor=supervisor)
        outcome = await run(local, job, lambda *chunk: None)
        assert outcome.state == "succeeded", outcome

    async def worker() -> None:
        for number in left:
            await start(f"job-{number}")

    await start("first")
    agents = list(living(home))
    before = used() + used_by(agents)
    await asyncio.gather(*(worker() for _ in range(WIDE)))
    took = used() + used_by(agents) - before
    await local.close()
    end_agents(home)
    return took / jobs


def main(jobs: int = 1000, rounds: int = 5) -> Iterator[Ratio]:
    """Measure the four in turn, and compare those of each round."""
    found: dict[str, list[float]] = {"bash under sh": [], "a supervisor each": [], "an agent": []}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
            script = Path(folder) / "script"
            script.write_text("true")
            plain = xargs(BASH, script, jobs)
            took = [
                xargs(SUPERVISED, script, jobs),
                asyncio.run(executor(Path(folder), jobs, "each")),
                asyncio.run(executor(Path(folder), jobs, "agent")),
            ]
        for ratios, seconds in zip(found.values(), took, strict=True):
            ratios.append(plain / seconds)
        each = ", ".join(f"{name} {seconds * 1e3:.2f} ms" for name, seconds in zip(found, took, strict=True))
        print(f"of the processor a job: xargs -P {WIDE} of bash {plain * 1e3:.2f} ms, {each}")
    for name, ratios in found.items():
        yield Ratio(f"bash / {name}", statistics.median(ratios), least=LEAST.get(name, 0.0))


if __name__ == "__main__":
    measure(main, jobs=8, rounds=1)
