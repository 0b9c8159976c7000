from pathlib import Path
from typing import Any

from octotui.engine.commands import Outcome
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
