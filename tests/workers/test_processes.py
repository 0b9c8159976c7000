"""M2: calls of an executor, made idempotent."""

import asyncio
from pathlib import Path

import pytest

from octotui.engine.state import Outcome
from octotui.store.logs.line_streams import STDERR
from octotui.workers.executor import AttemptLocation, AttemptSpec, AttemptStatus, Output, StartError
from octotui.workers.machine import AttemptKey
from octotui.workers.processes import ExecutorProcesses
from octotui.workers.simulated import SimulatedExecutor
from tests.workers.jobs import work

ATTEMPT = AttemptKey("space-1", "job-1.1-1")


class Slow(SimulatedExecutor):
    """Starts when told, and notes what it is asked."""

    def __init__(self, status: AttemptStatus | None = None) -> None:
        super().__init__()
        self.status = status
        self.go = asyncio.Event()
        self.asked: list[str] = []

    async def inspect(self, location: AttemptLocation) -> AttemptStatus:
        return self.status or await super().inspect(location)

    async def start(self, location: AttemptLocation, given: AttemptSpec, resume: str = "") -> None:
        self.asked.append("start")
        await self.go.wait()
        await super().start(location, given, resume)

    def stop(self, location: AttemptLocation, grace: float) -> None:
        self.asked.append("stop")
        super().stop(location, grace)

    async def follow(
        self, location: AttemptLocation, output: Output, leave: object = None, notice: object = None
    ) -> Outcome:
        for chunk in (b"abc", b"def", b"ghi"):
            output(chunk)
            output(chunk.upper(), STDERR)
        return Outcome(state="succeeded", exit_code=0)


async def test_m2_a_stop_during_the_start_waits_for_it(tmp_path: Path) -> None:
    slow = Slow()
    processes = ExecutorProcesses(slow, str(tmp_path))
    starting = asyncio.ensure_future(processes.start(ATTEMPT, work(tmp_path, "true")))
    again = asyncio.ensure_future(processes.start(ATTEMPT, work(tmp_path, "true")))
    stopping = asyncio.ensure_future(processes.stop(ATTEMPT, 0.0))
    await asyncio.sleep(0.01)
    assert slow.asked == ["start"]
    slow.go.set()
    await asyncio.gather(starting, again, stopping)
    assert slow.asked == ["start", "stop"]


async def test_m2_a_start_that_was_given_up_may_be_tried_again(tmp_path: Path) -> None:
    slow = Slow()
    processes = ExecutorProcesses(slow, str(tmp_path))
    starting = asyncio.ensure_future(processes.start(ATTEMPT, work(tmp_path, "true")))
    await asyncio.sleep(0)
    starting.cancel()
    slow.go.set()
    await processes.start(ATTEMPT, work(tmp_path, "true"))
    assert slow.asked == ["start", "start"]
    assert (await processes.inspect(ATTEMPT)).state == "running"


@pytest.mark.parametrize("state", ["running", "ended", "lost"])
async def test_m2_what_an_earlier_process_started_is_not_started_again(tmp_path: Path, state: str) -> None:
    slow = Slow(AttemptStatus(state, "{}"))  # type: ignore[arg-type]
    await ExecutorProcesses(slow, str(tmp_path)).start(ATTEMPT, work(tmp_path, "true"))
    assert slow.asked == []


async def test_m2_nothing_starts_where_nobody_can_look(tmp_path: Path) -> None:
    slow = Slow(AttemptStatus("lost", reason="it cannot be read"))
    with pytest.raises(StartError, match="it cannot be read"):
        await ExecutorProcesses(slow, str(tmp_path)).start(ATTEMPT, work(tmp_path, "true"))
    assert slow.asked == []


@pytest.mark.parametrize("offset", range(11))
async def test_m3_what_is_known_of_output_is_passed_over(tmp_path: Path, offset: int) -> None:
    """M3: of each stream by itself."""
    chunks: list[tuple[int, bytes]] = []
    processes = ExecutorProcesses(Slow(), str(tmp_path))
    end = await processes.follow(
        ATTEMPT, lambda chunk, stream=0: chunks.append((stream, chunk)), (offset, 10 - offset)
    )
    for stream, body in ((0, b"abcdefghi"[offset:]), (1, b"ABCDEFGHI"[10 - offset :])):
        assert b"".join(chunk for number, chunk in chunks if number == stream) == body
    assert b"" not in (chunk for _, chunk in chunks)
    assert end.lengths == (9, 9)
