"""Journal: its rate against a bare executemany, its acknowledgements against a bare commit."""

import asyncio
import gc
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from octotui.engine.events import (
    JobEnded,
    JobPlaced,
    JobQueued,
    JobStarted,
    RunEnded,
    RunQueued,
    RunStarted,
    WorkersSelected,
)
from octotui.engine.state import Event, Pick
from octotui.store.journal.journal import Journal
from tests.ratios import Ratio, measure


def some_events(runs: int, first: int = 1, seq: int = 1) -> list[Event]:
    """Runs of four steps, one after the other, from a run and a sequence number on."""
    events: list[Event] = []
    for number in range(first, first + runs):
        run, picks = (
            f"run-{number}",
            (Pick(pool="setup", worker="worker1", steps=(0, 1, 2, 3), policy="round-robin"),),
        )
        events += [
            RunQueued(run=run, root=run, process="unleash", name="Unleash the kraken", environment="test"),
            RunStarted(run=run),
            WorkersSelected(run=run, picks=picks),
        ]
        for step in range(4):
            job = f"job-{number}.{step + 1}"
            events += [
                JobQueued(run=run, job=job, kind="script", step=step, worker="worker1", mode="shared"),
                JobPlaced(run=run, job=job),
                JobStarted(run=run, job=job),
                JobEnded(run=run, job=job, state="succeeded", exit_code=0),
            ]
        events.append(RunEnded(run=run, state="succeeded"))
    return numbered(events, seq)


def numbered(events: list[Event], seq: int = 1) -> list[Event]:
    """Events with their numbers and times."""
    return [msgspec.structs.replace(e, seq=s, at=1.7e9 + s / 7) for s, e in enumerate(events, seq)]


def bare(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, body BLOB)")
    return database


def bare_rate(path: Path, rows: list[tuple[int, bytes]]) -> float:
    database, start = bare(path), time.perf_counter()
    for first in range(0, len(rows), 1000):
        database.execute("BEGIN")
        database.executemany("INSERT INTO events VALUES (?, ?)", rows[first : first + 1000])
        database.execute("COMMIT")
    return len(rows) / (time.perf_counter() - start)


def bare_commits(path: Path, rows: list[tuple[int, bytes]]) -> list[float]:
    database, times = bare(path), []
    for row in rows:
        start = time.perf_counter()
        database.execute("BEGIN")
        database.execute("INSERT INTO events VALUES (?, ?)", row)
        database.execute("COMMIT")
        times.append(time.perf_counter() - start)
    return times


async def our_rate(path: Path, events: list[Event]) -> float:
    """As the session does it: an append for each command, here of four events, thousands in flight."""
    journal, start = Journal(path), time.perf_counter()
    for first in range(0, len(events), 4000):
        last = min(first + 4000, len(events))
        await asyncio.gather(*(journal.append(events[at : at + 4]) for at in range(first, last, 4)))
    took = time.perf_counter() - start
    journal.close()
    return len(events) / took


async def our_acknowledgements(path: Path, events: list[Event]) -> list[float]:
    journal, times, left = Journal(path), [], iter(events)

    async def one() -> None:
        for event in left:
            start = time.perf_counter()
            await journal.append((event,))
            times.append(time.perf_counter() - start)

    await asyncio.gather(*(one() for _ in range(32)))
    journal.close()
    return times


def at(times: list[float], part: float) -> float:
    return sorted(times)[int(len(times) * part)]


def main(runs: int = 4000, rounds: int = 7) -> Iterator[Ratio]:
    """Measure all four in turn, and compare those of each round."""
    events = some_events(runs)
    rows = [(event.seq, msgspec.json.encode(event)) for event in events]
    gc.freeze()
    rates, acks = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            limit = bare_rate(home / "a", rows)
            ours = asyncio.run(our_rate(home / "b", events))
            commits = bare_commits(home / "c", rows[:2000])
            times = asyncio.run(our_acknowledgements(home / "d", events[: 32 * 1000]))
        rates.append(ours / limit)
        acks.append(at(times, 0.99) / at(commits, 0.99))
        print(
            f"rate {ours:,.0f}/s of {limit:,.0f}/s = {rates[-1]:.2f};  p50 and p99 in µs: bare commit "
            f"{at(commits, 0.5) * 1e6:.0f} {at(commits, 0.99) * 1e6:.0f}, acknowledgement "
            f"{at(times, 0.5) * 1e6:.0f} {at(times, 0.99) * 1e6:.0f} = {acks[-1]:.1f}"
        )
    yield Ratio("rate / executemany", statistics.median(rates), least=0.6)
    yield Ratio("acknowledgement, p99 / bare commit, p99, median", statistics.median(acks), most=2)


if __name__ == "__main__":
    measure(main, runs=2, rounds=1)
