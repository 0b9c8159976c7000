"""What the relay of a machine elsewhere costs, by the same way as what it is compared with.

1,000,000 lines of 104 bytes of a job, on a channel that is open, against `sh -c cat` of the same file; then a
file of 100 MB that is sent, with its SHA-256 checked over there, against `cat` into a file.
"""

import asyncio
import hashlib
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from octotui.workers.machine import AttemptKey
from octotui.workers.remote.machine import RemoteMachine
from tests.ratios import Ratio, measure
from tests.workers.agents import end_agents
from tests.workers.jobs import work
from tests.workers.local_transport import DeclaredMachines, LocalTransport

LINE = b"x" * 103 + b"\n"
READ = 1 << 18
LEAST = {"output": 0.6, "files": 0.7}


async def printed(way: LocalTransport, file: Path) -> float:
    """Seconds of `cat` by a way, whose output is thrown away."""
    began, count = time.perf_counter(), 0
    command = await way.open(f"cat {file}")
    while data := await command.read(READ):
        count += len(data)
    assert (await command.wait()).code == 0
    assert count == file.stat().st_size
    return time.perf_counter() - began


async def followed(machine: RemoteMachine, file: Path, number: int) -> float:
    """Seconds of a job that prints a file, from its start to its end."""
    key, count = AttemptKey("space", f"job-{number}"), 0

    def output(chunk: bytes) -> None:
        nonlocal count
        count += len(chunk)

    began = time.perf_counter()
    await machine.processes.start(key, work(file.parent, f"cat {file}", shell="sh"), "{}")
    end = await machine.processes.follow(key, output)
    took = time.perf_counter() - began
    assert (end.outcome.state, count, end.length) == ("succeeded", file.stat().st_size, count)
    await machine.processes.clean(key)
    return took


async def piped(way: LocalTransport, body: bytes, file: Path) -> float:
    """Seconds of `cat` into a file."""
    began = time.perf_counter()
    assert (await way.run(f"cat >{file}", body)).code == 0
    return time.perf_counter() - began


async def put(machine: RemoteMachine, body: bytes) -> float:
    """Seconds of a file that is sent and checked."""

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 1 << 20):
            yield body[at : at + (1 << 20)]

    digest = hashlib.sha256(body).hexdigest()
    began = time.perf_counter()
    await machine.files.put("file", chunks(), digest)
    return time.perf_counter() - began


async def rounds_of(home: Path, lines: int, megabytes: int, rounds: int) -> dict[str, list[float]]:
    """Measure each pair in turn, and return their ratios."""
    machines, found = DeclaredMachines(lambda worker: home / worker), dict[str, list[float]]()
    machine, way = machines.machine("worker1", None), LocalTransport(home / "other")
    file, body = home / "lines", os.urandom(megabytes * 10**6)
    file.write_bytes(LINE * lines)
    await followed(machine, file, -1)
    for each in range(rounds):
        plain = await printed(way, file)
        found.setdefault("output", []).append(plain / await followed(machine, file, each))
        plain = await piped(way, body, home / "piped")
        found.setdefault("files", []).append(plain / await put(machine, body))
    await machines.close()
    await way.close()
    return found


def main(lines: int = 1_000_000, megabytes: int = 100, rounds: int = 5) -> Iterator[Ratio]:
    """Compare the throughput of both."""
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(rounds_of(Path(folder), lines, megabytes, rounds))
        end_agents(Path(folder))
    for name, ratios in found.items():
        yield Ratio(f"{name} by the relay, a second", statistics.median(ratios), least=LEAST[name])


if __name__ == "__main__":
    measure(main, lines=1000, megabytes=1, rounds=1)
