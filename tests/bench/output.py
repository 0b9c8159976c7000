"""What a job prints: 1,000,000 lines of 104 bytes, kept with their index, against `cat | cat > /dev/null`.

The job is one of the local executor, under its supervisor, and its output takes the way that it takes in a
run: read for service messages, and logged. Once more it is searched for a sensitive value to mask, and for 50
of them. Then each log is opened, and a page in its middle read.
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

from octotui.runtime.jobs.job_output import JobOutput
from octotui.runtime.jobs.transcript import Transcript
from octotui.store.logs.log_reader import LogReader
from octotui.workers.local.supervisors.executor import SupervisorExecutor
from tests.ratios import Ratio, measure
from tests.workers.jobs import run, work

LINE = b"x" * 103 + b"\n"
MANY = tuple(f"{Random(number).randbytes(15).hex()} & {number}" for number in range(50))
WAYS: dict[str, Sequence[str]] = {
    "output": (),
    "masked output": ("a sensitive value",),
    "output masked for 50": MANY,
}
"""What is searched for. One value took 8 times `cat | cat` when each of its forms was searched for alone."""


def piped(file: Path) -> float:
    """Seconds of `cat | cat`."""
    began = time.perf_counter()
    subprocess.run(["sh", "-c", 'cat "$1" | cat > /dev/null', "sh", str(file)], check=True)
    return time.perf_counter() - began


async def logged(home: Path, file: Path, secrets: Sequence[str]) -> float:
    """Seconds of a job that prints a file, with values to mask in it."""
    executor, job = SupervisorExecutor(), work(home, f"cat {file}\n", shell="sh")
    began = time.perf_counter()
    with JobOutput(home / "log", time.time, lambda: None) as output:
        transcript = Transcript(output, secrets)
        outcome = transcript.ended(await run(executor, job, transcript))
    took = time.perf_counter() - began
    assert (outcome.state, output.problem) == ("succeeded", ""), (outcome, output.problem)
    await executor.close()
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
    limits: list[float] = []
    times: dict[str, list[float]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lines"
        with file.open("wb") as write:
            for _ in range(lines):
                write.write(LINE)
        before = memory()
        for number in range(rounds):
            limits.append(piped(file))
            for name, secrets in WAYS.items():
                home = Path(folder) / f"{number} {name}"
                home.mkdir()
                times[name].append(asyncio.run(logged(home, file, secrets)))
                reading = page(home / "log", lines)
                (home / "log").unlink()
                print(
                    f"cat | cat {limits[-1]:.3f} s, {name} {times[name][-1]:.3f} s, "
                    f"a page of it {reading * 1e3:.1f} ms"
                )
    print(f"+{memory() - before:.1f} MiB of memory")
    for name, most in (("output", 2.5), ("masked output", 16.0), ("output masked for 50", 16.0)):
        each = [took / limit for took, limit in zip(times[name], limits, strict=True)]
        yield Ratio(f"{name} / cat | cat, median", statistics.median(each), most)
        yield Ratio(f"{name} / cat | cat, the best times of each", min(times[name]) / min(limits))


if __name__ == "__main__":
    measure(main, lines=100, rounds=1)
