"""Attaching to a space with 5,000 open runs: the first paint, against that of a space with none.

Run by hand: `python tests/bench/attaching.py [ROUNDS]`. Both spaces are served already.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pexpect

sys.path.insert(0, str(Path(__file__).parents[2]))

from octotui.engine.commands import StartRun
from octotui.runtime.open_space import space_folder
from octotui.runtime.server.client import Client
from tests.servers import end_servers

OPEN = 5000
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


async def fill(state: Path) -> None:
    """Start runs at a server, each of which asks."""
    client = Client(space_folder("bench", state), time.time)
    await client.open()
    for _ in range(OPEN // 100):
        await asyncio.gather(*(client.send(StartRun(process="ask")) for _ in range(100)))
    await client.close()


def main() -> None:
    """Print both times and their ratio."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as folder:
        model, empty, full = (Path(folder) / name for name in ("bench.toml", "empty", "full"))
        model.write_text(MODEL)
        servers = [
            subprocess.Popen(
                [sys.executable, "-m", "octotui", "serve", str(model), "--state", str(state)],
                stdout=subprocess.DEVNULL,
            )
            for state in (empty, full)
        ]
        for state in (empty, full):
            while not (state / "bench" / "socket").exists():
                time.sleep(0.05)
        asyncio.run(fill(full))
        times: dict[str, list[float]] = {"none": [], "open": []}
        for _ in range(rounds):
            times["none"].append(paint(model, empty, "No runs yet"))
            times["open"].append(paint(model, full, "Ask first"))
        for state in (empty, full):
            end_servers(state)
        for server in servers:
            server.wait()
    for name, took in times.items():
        print(f"{name:5} best {min(took) * 1000:7.1f} ms, median {statistics.median(took) * 1000:7.1f} ms")
    best = min(times["open"]) / min(times["none"])
    median = statistics.median(times["open"]) / statistics.median(times["none"])
    print(f"{OPEN:,} open runs / none: {best:.2f} (median {median:.2f}; wanted: at most 1.5)")


if __name__ == "__main__":
    main()
