"""A space with a long history: opening it, cleanly left or killed, and its lists; against an empty one.

The history is put into the tables as the writer does it.
"""

import asyncio
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from octotui.engine.events import JobPlaced, ModelLoaded
from octotui.engine.evolve.evolve import evolve
from octotui.engine.queries.parse import parse
from octotui.engine.state import State
from octotui.engine.state.snapshot import encode
from octotui.model.space import Model
from octotui.model.toml.read import load
from octotui.runtime.open_space import open_space
from octotui.runtime.snapshots import EVENTS
from octotui.store.journal import sqlite
from octotui.store.journal.hash_chain import seal
from octotui.store.journal.tables import Tables
from tests.bench.journal import at, numbered, some_events
from tests.ratios import Ratio, measure

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "configs" / "kraken.toml"
OPEN = "from tests.bench.history import time_opening; time_opening()"


def batches(model: Model, runs: int) -> Iterator[list[Any]]:
    """The events of so many ended runs, those of a thousand at a time."""
    yield [ModelLoaded(model=model, seq=1, at=1.7e9)]
    seq = 2
    for first in range(1, runs + 1, 1000):
        events = some_events(min(1000, runs + 1 - first), first)
        batch = numbered([each for each in events if type(each) is not JobPlaced], seq)
        seq += len(batch)
        yield batch


def fill(base: Path, runs: int) -> tuple[int, bytes]:
    """Write so many ended runs, as after a clean end; the snapshot that a killed session would have left."""
    model = load(MODEL)
    folder = base / model.space.slug
    folder.mkdir(parents=True)
    database = sqlite.connect(folder / "journal.sqlite")
    database.execute("PRAGMA synchronous = OFF")
    tables, state = Tables(database), State()
    killed = (0, b"")
    for events in batches(model, runs):
        database.execute("BEGIN")
        tables.add(events)
        database.execute("COMMIT")
        for event in events:
            state = evolve(state, event)
            if event.seq % EVENTS == 0:
                killed = (event.seq, seal(encode(state)))
    database.execute(sqlite.SAVE_SNAPSHOT, (state.seq, seal(encode(state))))
    database.close()
    size = (folder / "journal.sqlite").stat().st_size >> 20
    print(f"{runs} runs, {state.seq} events, {size} MiB", flush=True)
    return killed


def time_opening() -> None:
    """Print the seconds that opening a space takes; its state directory is the last argument."""

    async def opened(base: Path) -> float:
        model = load(MODEL)
        began = time.perf_counter()
        async with open_space(model, base, "ann", time.time):
            return time.perf_counter() - began

    print(asyncio.run(opened(Path(sys.argv[-1]))))


def opening(base: Path) -> float:
    """Seconds that a fresh process needs to open a space; each time a copy as it was left."""
    call = [sys.executable, "-c", OPEN, str(base)]
    return float(subprocess.run(call, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def openings(bases: dict[str, Path], rounds: int) -> dict[str, float]:
    """The median of many times of each, in turn; what opening writes is put back."""
    times: dict[str, list[float]] = {name: [] for name in bases}
    for _ in range(rounds):
        for name, base in bases.items():
            path = base / load(MODEL).space.slug / "journal.sqlite"
            kept = _last(path)
            times[name].append(opening(base))
            _put_back(path, kept)
    return {name: statistics.median(each) for name, each in times.items()}


def _last(path: Path) -> tuple[int, tuple[int, bytes]]:
    database = sqlite3.connect(path)
    snapshot = database.execute("SELECT seq, body FROM snapshot").fetchone()
    seq = database.execute("SELECT max(seq) FROM events").fetchone()[0]
    database.close()
    return seq, snapshot


def _put_back(path: Path, kept: tuple[int, tuple[int, bytes]]) -> None:
    database = sqlite3.connect(path)
    database.execute("DELETE FROM events WHERE seq > ?", (kept[0],))
    database.execute(sqlite.SAVE_SNAPSHOT, kept[1])
    database.commit()
    database.close()


async def lists(base: Path) -> None:
    """What pages of the list cost."""
    async with open_space(load(MODEL), base, "ann", time.time) as session:
        for words in ((), ("succeeded",), ("aws", "test"), ("run-777",), ("nowhere",), ("kraken", "failed")):
            times = []
            before: int | None = None
            for _ in range(20):
                start = time.perf_counter()
                found = await session.history(parse(" ".join(words), 0), before, 200)
                times.append((time.perf_counter() - start) * 1000)
                before = found[-1].number if found else None
            told = f"p50 {at(times, 0.5):.1f} ms, worst {max(times):.1f} ms"
            print(f"page of {' '.join(words) or 'all'!r}: {told}")


def main(runs: int = 100_000, rounds: int = 15) -> Iterator[Ratio]:
    """Compare opening the spaces, and print what lists cost."""
    with tempfile.TemporaryDirectory() as folder:
        bases = {name: Path(folder, name) for name in ("empty", "left", "killed")}
        fill(bases["empty"], 0)
        killed = fill(bases["left"], runs)
        assert killed[0], "fewer than 200 runs leave no snapshot before the last one"
        shutil.copytree(bases["left"], bases["killed"])
        with closing(
            sqlite3.connect(bases["killed"] / load(MODEL).space.slug / "journal.sqlite")
        ) as database:
            database.execute(sqlite.SAVE_SNAPSHOT, killed)
            database.commit()
        found = openings(bases, rounds)
        for name, seconds in found.items():
            print(f"{name}: {seconds * 1000:.1f} ms")
        asyncio.run(lists(bases["left"]))
    for name in ("left", "killed"):
        yield Ratio(f"opening what was {name} / empty", found[name] / found["empty"], most=1.2)


if __name__ == "__main__":
    measure(main, runs=200, rounds=1)
