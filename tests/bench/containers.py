"""What scripts in containers cost over podman's own ways to run them: jobs in turn, each against its like.

Each round runs one job by an agent of this machine, from its start until nothing of it is left, and `podman
run` of the same script in the same image with the same folder mounted, in an order that changes. The engine
of octotui and its journal are not in it: `jobs.py` measures them.

Then jobs on a worker that is a container, which stays: warm, against `podman exec` of the same script there.
"""

import asyncio
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from octotui.model.process import ContainerSettings
from octotui.runtime.jobs.containers.contained_script import contained
from octotui.workers.container.transport import container_way
from octotui.workers.local.agents.executor import AgentExecutor
from octotui.workers.programs.machines import ProgramKinds
from tests.bench.ssh import job
from tests.podman import CONFIG, IMAGE, PODMAN, missing
from tests.ratios import Ratio, measure
from tests.workers.agents import end_agents
from tests.workers.container_machines import FILES, container
from tests.workers.jobs import run, work

SCRIPT = "echo done\n"
MOST, WARM = 1.15, 1.3


async def a_job(executor: AgentExecutor, home: Path, name: str) -> float:
    """Seconds of a job in a container."""
    plain = work(home, SCRIPT, job=name, shell="sh")
    spec = contained(plain, ContainerSettings(), (IMAGE, ""), f"bench-{name}-1", f"{home}/none")
    output: list[bytes] = []
    before = time.perf_counter()
    outcome = await run(executor, spec, lambda chunk, *_: output.append(chunk))
    took = time.perf_counter() - before
    assert (outcome.state, b"".join(output)) == ("succeeded", b"done\n"), (outcome, output)
    return took


def plainly(folder: Path) -> float:
    """Seconds of `podman run` of the same script."""
    command = [PODMAN or "podman", "run", "--rm", "--user", "0:0", "--volume", f"{folder}:{folder}"]
    command += ["--entrypoint", "sh", "--workdir", str(folder), IMAGE, str(folder / "script")]
    before = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout == b"done\n"
    return time.perf_counter() - before


async def rounds(base: Path, jobs: int) -> tuple[list[float], list[float]]:
    """Take both in turn."""
    (folder := base / "plain").mkdir()
    (folder / "script").write_text(SCRIPT)
    executor, ours, theirs = AgentExecutor(base / "agent"), list[float](), list[float]()
    await a_job(executor, base / "worker", "first")
    for each in range(jobs):
        if each % 2:
            theirs.append(plainly(folder))
        ours.append(await a_job(executor, base / "worker", f"job-{each}"))
        if not each % 2:
            theirs.append(plainly(folder))
    await executor.close()
    return ours, theirs


async def warm_rounds(base: Path, jobs: int) -> tuple[list[float], list[float]]:
    """Take a job on a container that stays, and `podman exec` into it, in turn."""
    name, ours, theirs = container(FILES), list[float](), list[float]()
    (script := base / "script").write_text(SCRIPT)
    kind = ProgramKinds(container_way, "space", base / "fetched").of(f"container://{name}")
    machine = kind.machine("worker", str(base / "warm"))
    await job(machine, "first", SCRIPT)
    for each in range(jobs):
        before = time.perf_counter()
        assert await job(machine, f"warm-{each}", SCRIPT) == len(b"done\n")
        ours.append(time.perf_counter() - before)
        command = (PODMAN or "podman", "exec", name, "sh", str(script))
        before = time.perf_counter()
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=True)
        theirs.append(time.perf_counter() - before)
        assert done.stdout == b"done\n"
    await kind.close()
    return ours, theirs


def main(jobs: int = 40) -> Iterator[Ratio]:
    """Measure jobs in turn."""
    if why := missing():
        print(f"{why}: nothing is measured")
        return
    os.environ["CONTAINERS_CONF"] = str(CONFIG)
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = asyncio.run(rounds(Path(folder), jobs))
        end_agents(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        warm = [statistics.median(each) for each in asyncio.run(warm_rounds(Path(folder), jobs))]
        end_agents(Path(folder))
    medians = statistics.median(ours), statistics.median(theirs)
    print(f"a job {medians[0] * 1000:.0f} ms, podman run {medians[1] * 1000:.0f} ms")
    yield Ratio("a job in a container / podman run, median", medians[0] / medians[1], most=MOST)
    print(f"a job on a warm container {warm[0] * 1000:.0f} ms, podman exec {warm[1] * 1000:.0f} ms")
    yield Ratio("a job on a warm container / podman exec, median", warm[0] / warm[1], most=WARM)


if __name__ == "__main__":
    measure(main, jobs=1)
