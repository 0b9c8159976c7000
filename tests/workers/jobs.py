import asyncio
from pathlib import Path
from typing import Any

import pytest

from octotui.engine.state import Outcome
from octotui.workers.executor import AttemptLocation, AttemptSpec, Executor, Leave, Output, StartError


def work(directory: Path, script: str, **more: Any) -> AttemptSpec:
    given: dict[str, Any] = {
        "job": "job-1.1",
        "attempt": 1,
        "run": "run-1",
        "worker": "worker1",
        "shell": "bash",
        "grace": 5.0,
    }
    return AttemptSpec(**given | {"directory": str(directory), "script": script} | more)


def place(given: AttemptSpec) -> AttemptLocation:
    return AttemptLocation(given.directory, "space-1", f"{given.job}-{given.attempt}")


async def run(executor: Executor, given: AttemptSpec, output: Output, leave: Leave | None = None) -> Outcome:
    """All that becomes of an attempt, from its start until nothing of it is left."""
    await executor.start(place(given), given, "{}")
    try:
        return await executor.follow(place(given), output, leave)
    finally:
        executor.clean(place(given))


async def result(executor: Executor, given: AttemptSpec) -> tuple[Outcome, bytes]:
    chunks: list[bytes] = []
    outcome = await run(executor, given, chunks.append)
    return outcome, b"".join(chunks)


async def refusal(executor: Executor, given: AttemptSpec) -> str:
    """Why an attempt cannot be started."""
    with pytest.raises(StartError) as refused:
        await executor.start(place(given), given)
    return str(refused.value)


async def started(file: Path) -> None:
    async with asyncio.timeout(10):
        while not file.exists():
            await asyncio.sleep(0.005)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):  # before it is opened, or before it is read
        return True


async def ends(pid: int) -> None:
    async with asyncio.timeout(10):
        while not gone(pid):
            await asyncio.sleep(0.005)
