import asyncio
from pathlib import Path

import pytest

from octotui.engine.state import Outcome
from octotui.model.process import Simulate
from octotui.workers.simulated import SimulatedExecutor
from tests.workers.jobs import place, result, work


async def simulated(directory: Path, simulate: Simulate | None) -> Outcome:
    return (await result(SimulatedExecutor(), work(directory, "rm -rf /", simulate=simulate)))[0]


async def test_it_ends_as_the_step_says(tmp_path: Path) -> None:
    assert await simulated(tmp_path, Simulate(takes=0)) == Outcome(state="succeeded", exit_code=0)
    assert await simulated(tmp_path, Simulate(takes=0, result="failure")) == Outcome(
        state="failed", exit_code=1, reason="exit code 1"
    )


async def test_it_takes_a_second_unless_told_otherwise(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    assert (await simulated(tmp_path, None)).state == "succeeded"
    assert 0.9 < loop.time() - begun < 1.5


async def test_it_is_stopped_at_once(tmp_path: Path) -> None:
    executor = SimulatedExecutor()
    task = asyncio.create_task(result(executor, work(tmp_path, "", simulate=Simulate(takes=60))))
    await asyncio.sleep(0)
    executor.stop(place(work(tmp_path, "", job="job-9")), 5)
    executor.stop(place(work(tmp_path, "")), 5)
    assert (await task)[0].state == "cancelled"


@pytest.mark.parametrize("how", ["close", "cancel"])
async def test_it_is_closed_at_once(tmp_path: Path, how: str) -> None:
    executor = SimulatedExecutor()
    task = asyncio.create_task(result(executor, work(tmp_path, "", simulate=Simulate(takes=60))))
    await asyncio.sleep(0)
    if how == "close":
        await executor.close()
        assert (await task)[0].state == "cancelled"
    else:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
