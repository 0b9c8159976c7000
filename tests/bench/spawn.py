"""What starting a job costs, apart from the engine: 1,000 scripts of `true`, 8 at a time, in three ways.

`xargs -P 8` starts bash for each; then sh that starts bash for each, as a supervisor has to, but with nothing
to supervise; the local executor starts each under its supervisor, in a workspace that it then takes back. So
the first ratio is what outliving octotui costs at least, and the second what the executor adds to that. The
journal and the engine are not in it: `jobs.py` measures all of them together.
"""

import asyncio
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from octotui.workers.local.executor import LocalExecutor
from tests.ratios import Ratio, measure
from tests.workers.jobs import run, work

WIDE = 8
BASH = ("bash",)
SUPERVISED = ("sh", "-c", '(exec bash "$1"); exit $?', "supervisor")


def xargs(command: tuple[str, ...], script: Path, jobs: int) -> float:
    """Jobs a second of a command that runs a script."""
    names = f"{script}\n".encode() * jobs
    began = time.perf_counter()
    subprocess.run(["xargs", "-P", str(WIDE), "-n", "1", *command], input=names, check=True)
    return jobs / (time.perf_counter() - began)


async def executor(home: Path, jobs: int) -> float:
    """Jobs a second of the local executor."""
    local, left = LocalExecutor(), iter(range(jobs))

    async def worker() -> None:
        for number in left:
            job = work(home, "true", job=f"job-{number}", shell="bash")
            outcome = await run(local, job, lambda chunk: None)
            assert outcome.state == "succeeded", outcome

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(WIDE)))
    took = time.perf_counter() - began
    await local.close()
    return jobs / took


def main(jobs: int = 1000, rounds: int = 5) -> Iterator[Ratio]:
    """Measure the three in turn, and compare the rates of each round."""
    least, added, whole = [], [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "script"
            script.write_text("true")
            plain, twofold = xargs(BASH, script, jobs), xargs(SUPERVISED, script, jobs)
            began = time.process_time()
            ours = asyncio.run(executor(Path(folder), jobs))
            cpu = (time.process_time() - began) / jobs
        least.append(twofold / plain)
        added.append(ours / twofold)
        whole.append(ours / plain)
        print(
            f"xargs -P {WIDE} of bash {plain:,.0f} jobs/s, of bash under sh {twofold:,.0f} jobs/s, "
            f"the executor {ours:,.0f} jobs/s with {cpu * 1e3:.2f} ms of its CPU a job"
        )
    yield Ratio("bash under sh / bash", statistics.median(least))
    yield Ratio("the executor / bash under sh", statistics.median(added))
    yield Ratio("the executor / bash", statistics.median(whole), least=0.6)


if __name__ == "__main__":
    measure(main, jobs=8, rounds=1)
