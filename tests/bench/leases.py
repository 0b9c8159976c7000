"""Times a job on the warm machine of a dynamic pool against one on a static worker; neither waits.

Both are workers on this machine; beside the job there is only what a lease costs: its events.
"""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from octotui.engine.commands import StartRun
from octotui.engine.events import RunQueued
from octotui.model.machines.dynamic_pools import DynamicPool
from octotui.model.process import Runbook, Script, Step
from octotui.model.space import Model, Pool, Space, Worker
from octotui.runtime.open_space import open_space
from octotui.runtime.session import Session
from tests.ratios import Ratio, measure
from tests.runtime.leases.killing import lease_this_machine, provider
from tests.workers.agents import end_agents


def space(folder: Path) -> Model:
    """Two runbooks, one on each pool."""
    terms = DynamicPool(
        provider="command",
        image="stub",
        warm=1,
        provision=(str(folder / "up.sh"),),
        destroy=(str(folder / "down.sh"),),
    )
    work = Script(body="true", shell="sh")
    return Model(
        space=Space("Bench", "bench"),
        pools={"static": Pool(name="Static", workers=("w1",)), "warm": Pool(name="Warm", dynamic=terms)},
        workers={"w1": Worker(name="w1")},
        runbooks={
            pool: Runbook(name=pool, steps=(Step(name="Work", action=work, pool=pool),))
            for pool in ("static", "warm")
        },
    )


async def took(session: Session, process: str) -> float:
    """Return the seconds from the request for a run until it has ended."""
    began = time.perf_counter()
    happened = await session.send(StartRun(process=process, requester="ann"))
    run = next(each.run for each in happened if isinstance(each, RunQueued))
    while run in session.state.runs:
        await asyncio.sleep(0.0005)
    return time.perf_counter() - began


async def play(folder: Path, rounds: int) -> dict[str, list[float]]:
    """Run one runbook and the other in turn, once the machine is ready."""
    provider(folder, failing=False)
    lease_this_machine()
    times: dict[str, list[float]] = {"static": [], "warm": []}
    async with open_space(space(folder), folder / "state", "ann", time.time) as session:
        while not any(each.phase == "ready" for each in session.state.machine_leases.values()):
            await asyncio.sleep(0.01)
        for _ in range(rounds):
            for process, known in times.items():
                known.append(await took(session, process))
    end_agents(folder)
    return times


def main(rounds: int = 100) -> Iterator[Ratio]:
    """Measure so many runs on each pool."""
    with TemporaryDirectory(prefix="octotui-bench-") as name:
        times = asyncio.run(play(Path(name), rounds))
    static, warm = median(times["static"]), median(times["warm"])
    print(f"static {static * 1000:.1f} ms, warm {warm * 1000:.1f} ms")
    yield Ratio("a job on a warm machine / on a static worker", warm / static, most=1.2)


if __name__ == "__main__":
    measure(main, rounds=3)
