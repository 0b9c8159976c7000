"""Output: a job that prints 1,000,000 lines of 104 bytes, kept with its index, against `cat | cat`."""

import asyncio
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from octotui.store.logs.log_reader import LogReader
from octotui.store.logs.log_writer import LogWriter
from octotui.workers.executor import AttemptSpec
from octotui.workers.local.executor import LocalExecutor

LINES = 1_000_000
ROUNDS = 5


def limit(file: Path) -> float:
    start = time.perf_counter()
    subprocess.run(["sh", "-c", f"cat {file} | cat > /dev/null"], check=True)
    return time.perf_counter() - start


async def ours(home: Path, file: Path) -> float:
    executor = LocalExecutor()
    work = AttemptSpec(
        job="job-1",
        attempt=1,
        run="run-1",
        worker="worker1",
        directory=str(home),
        shell="bash",
        script=f"cat {file}\n",
    )
    start = time.perf_counter()
    with LogWriter(home / "job-1.log") as log:
        outcome = await executor.run(work, lambda chunk: log.append(chunk, time.time()))
    took = time.perf_counter() - start
    assert outcome.state == "succeeded", outcome
    await executor.close()
    return took


def memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    ratios, reads = [], []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lines"
        with file.open("wb") as write:
            for _ in range(LINES // 1000):
                write.write((b"x" * 103 + b"\n") * 1000)
        before = memory()
        for number in range(ROUNDS):
            home = Path(folder) / str(number)
            home.mkdir()
            best, took = limit(file), asyncio.run(ours(home, file))
            start = time.perf_counter()
            with LogReader(home / "job-1.log") as log:
                assert log.line_count == LINES
                log.lines(LINES // 2, LINES // 2 + 50)
            reads.append(time.perf_counter() - start)
            ratios.append(took / best)
            print(
                f"cat | cat {best:.3f} s, ours {took:.3f} s = {ratios[-1]:.2f}, "
                f"reading {reads[-1] * 1e3:.1f} ms"
            )
            (home / "job-1.log").unlink()
        print(f"{statistics.median(ratios):.2f} times cat | cat (at most 2.5), +{memory() - before:.1f} MiB")


if __name__ == "__main__":
    main()
