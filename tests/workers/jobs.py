import asyncio
from pathlib import Path
from typing import Any

from octotui.engine.terms import Outcome
from octotui.workers.contract import Executor, Work


def work(directory: Path, script: str, **more: Any) -> Work:
    given = {
        "job": "job-1.1",
        "attempt": 1,
        "run": "run-1",
        "worker": "worker1",
        "shell": "bash",
        "grace": 5.0,
    }
    return Work(**given | {"directory": str(directory), "script": script} | more)


async def result(executor: Executor, given: Work) -> tuple[Outcome, bytes]:
    chunks: list[bytes] = []
    outcome = await executor.run(given, chunks.append)
    return outcome, b"".join(chunks)


async def started(file: Path) -> None:
    async with asyncio.timeout(10):
        while not file.exists():
            await asyncio.sleep(0.005)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] in "ZX"
    except FileNotFoundError:
        return True


async def ends(pid: int) -> None:
    async with asyncio.timeout(10):
        while not gone(pid):
            await asyncio.sleep(0.005)
