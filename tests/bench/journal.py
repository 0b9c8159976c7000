"""Journal: its rate against a bare executemany, its acknowledgements against a bare commit."""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

import msgspec

from octotui.engine.events import Event, JobEnded, JobPlaced, JobQueued, JobStarted, RunEnded, RunQueued, RunStarted
from octotui.store.journal import Journal

RUNS = 10_000


def some_events(runs: int) -> list[Event]:
    events: list[Event] = []
    for number in range(1, runs + 1):
        run, job = f"run-{number}", f"job-{number}.1"
        events += [
            RunQueued(run=run, root=run, process="create", name="Create AWS RDS", environment="test"),
            RunStarted(run=run),
            JobQueued(run=run, job=job, kind="script", step=0, worker="worker1", mode="shared"),
            JobPlaced(run=run, job=job),
            JobStarted(run=run, job=job),
            JobEnded(run=run, job=job, state="succeeded", exit_code=0),
            RunEnded(run=run, state="succeeded"),
        ]
    return [msgspec.structs.replace(e, seq=s, at=1.7e9 + s / 7) for s, e in enumerate(events, 1)]


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
    journal, start = Journal(path), time.perf_counter()
    waiting = []
    for event in events:
        waiting.append(journal.append((event,)))
        if len(waiting) >= 4000:
            await waiting[-1]
            waiting.clear()
    await waiting[-1]
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


def main() -> None:
    events = some_events(RUNS)
    rows = [(event.seq, msgspec.json.encode(event)) for event in events]
    rates, acks = [], []
    for _ in range(5):
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
            home = Path(folder)
            limit = bare_rate(home / "a", rows)
            ours = asyncio.run(our_rate(home / "b", events))
            rates.append(ours / limit)
            median = statistics.median(bare_commits(home / "c", rows[:2000]))
            times = sorted(asyncio.run(our_acknowledgements(home / "d", events[:14_000])))
            acks.append(times[int(len(times) * 0.99)] / median)
            print(
                f"rate {ours:,.0f}/s of {limit:,.0f}/s = {rates[-1]:.2f}   bare commit {median * 1e6:.0f} µs, "
                f"ack p50 {times[len(times) // 2] * 1e6:.0f} p99 {times[int(len(times) * 0.99)] * 1e6:.0f} µs"
                f" = {acks[-1]:.2f}"
            )
    print(f"rate {statistics.median(rates):.2f} (at least 0.6), ack {statistics.median(acks):.2f} (at most 4)")


if __name__ == "__main__":
    main()
