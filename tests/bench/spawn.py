"""Starting processes: 1,000 jobs of `true` in a shell, 8 at a time, against `xargs -P 8`."""

import asyncio
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from octotui.store.logs.log_writer import LogWriter
from octotui.workers.executor import AttemptSpec
from octotui.workers.local.executor import LocalExecutor

JOBS = 1000
ROUNDS = 5


def limit() -> float:
    numbers = "\n".join(map(str, range(JOBS))).encode()
    start = time.perf_counter()
    subprocess.run(["xargs", "-P", "8", "-I{}", "bash", "-c", "true"], input=numbers, check=True)
    return time.perf_counter() - start


async def ours(home: Path) -> tuple[float, float]:
    executor, left = LocalExecutor(), iter(range(JOBS))

    async def one() -> None:
        for number in left:
            work = AttemptSpec(
                job=f"job-{number}",
                attempt=1,
                run="run-1",
                worker="worker1",
                directory=str(home),
                shell="bash",
                script="true\n",
            )
            with LogWriter(home / "logs" / f"{number}.log") as log:
                outcome = await executor.run(work, lambda chunk, log=log: log.append(chunk, time.time()))
            assert outcome.state == "succeeded", outcome

    start, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one() for _ in range(8)))
    took = time.perf_counter() - start, time.process_time() - cpu
    await executor.close()
    return took


def main() -> None:
    ratios = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            best = limit()
            took, cpu = asyncio.run(ours(Path(folder)))
        ratios.append(best / took)
        print(
            f"xargs {JOBS / best:,.0f}/s, ours {JOBS / took:,.0f}/s = {ratios[-1]:.2f}, "
            f"{cpu / JOBS * 1e3:.2f} ms of CPU a job"
        )
    print(f"rate {statistics.median(ratios):.2f} of xargs -P 8 (at least 0.6 for the whole engine)")


if __name__ == "__main__":
    main()
