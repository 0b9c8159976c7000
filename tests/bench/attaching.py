"""Attaching to a space with 5,000 open runs: the first paint, against that of a space with none.

Both spaces are served already.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import pexpect

from octotui.engine.commands import StartRun
from octotui.runtime.server.client import Client
from octotui.store.space_folder import space_folder
from tests.ratios import Ratio, measure
from tests.servers import end_servers

MODEL = """
[space]
name = "Bench"
[pools.setup]
workers = ["worker1", "worker2"]
[runbooks.ask]
name = "Ask first"
[[runbooks.ask.steps]]
name = "May it go on?"
manual = { instructions = "Is it **needed**?" }
[[runbooks.ask.steps]]
name = "Go on"
pool = "setup"
script = "echo going on"
"""


def paint(model: Path, state: Path, word: str) -> float:
    """Seconds until the board of a space is there."""
    before = time.perf_counter()
    child = pexpect.spawn(
        sys.executable,
        ["-m", "octotui", str(model), "--state", str(state)],
        env={**os.environ, "TERM": "xterm-256color"},
        dimensions=(40, 120),
    )
    child.expect_exact(word, timeout=60)
    took = time.perf_counter() - before
    child.close(force=True)
    return took


async def fill(state: Path, runs: int) -> None:
    """Start runs at a server, each of which asks."""
    client = Client(space_folder("bench", state), time.time)
    await client.open()
    for first in range(0, runs, 100):
        starts = (client.send(StartRun(process="ask")) for _ in range(first, min(first + 100, runs)))
        await asyncio.gather(*starts)
    await client.close()


def serve(model: Path, state: Path) -> subprocess.Popen[bytes]:
    """A server of a space, when it can be reached."""
    call = [sys.executable, "-m", "octotui", "serve", str(model), "--state", str(state)]
    server = subprocess.Popen(call, stdout=subprocess.DEVNULL)
    while not (state / "bench" / "socket").exists():
        assert server.poll() is None, "the server has ended"
        time.sleep(0.05)
    return server


def main(runs: int = 5000, rounds: int = 9) -> Iterator[Ratio]:
    """Print both times, and compare them."""
    times: dict[str, list[float]] = {"none": [], "open": []}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        model, empty, full = (Path(folder) / name for name in ("bench.toml", "empty", "full"))
        model.write_text(MODEL)
        for state in (empty, full):
            servers.enter_context(serve(model, state))
            servers.callback(end_servers, state)
        asyncio.run(fill(full, runs))
        for _ in range(rounds):
            times["none"].append(paint(model, empty, "No runs yet"))
            times["open"].append(paint(model, full, "Ask first"))
    for name, took in times.items():
        print(f"{name:5} best {min(took) * 1000:7.1f} ms, median {median(took) * 1000:7.1f} ms")
    yield Ratio(f"{runs:,} open runs / none, best", min(times["open"]) / min(times["none"]), most=1.5)
    yield Ratio(f"{runs:,} open runs / none, median", median(times["open"]) / median(times["none"]))


if __name__ == "__main__":
    measure(main, runs=1, rounds=1)
