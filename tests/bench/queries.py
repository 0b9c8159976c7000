"""The first page of a query over a long history, against the newest runs by their primary key.

The bound stands for 100 ms: reading and decoding a hundred rows by primary key takes 1 ms or more on the
machines it was measured on. The upgrade of a journal without workers is measured against reading its events.
"""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import msgspec

from octotui.engine.events import JobProgressed, WorkersSelected
from octotui.engine.queries.parse import parse
from octotui.engine.state import Pick
from octotui.store.journal.run_records import RunRecord, from_row, to_row
from octotui.store.journal.run_search import LATEST, page
from octotui.store.journal.search_summary import summarize
from octotui.store.journal.sqlite import connect
from octotui.store.journal.tables import places_of
from tests.ratios import Ratio, measure

PAGE = 100
HOUR = 3600.0
START = 1.7e9
QUERIES = (
    "", "state:failed", "env:production state:failed", "worker:w7", "worker:w7,w8 -state:succeeded",
    "pool:setup",
    "runbook:process-3 by:ann", "project:process-3 -env:production", "tenant:tenant-9 is:warned", "exit 17",
    "process-3 failed production", "-state:succeeded -env:test", "nowhere", "env:nowhere", "run-777",
    "state:failed since:8h", "since:30d worker:w3", "until:60d", "since:1d until:20h state:failed",
    "state:failed by:ann env:test tenant:tenant-3 worker:w2",
)  # fmt: skip
"""The words of people: selective and not, with and without an end in sight."""
EVENTS = 10  # of each run, of which one says its workers


def records(runs: int) -> Iterator[RunRecord]:
    """Ended runs, one a minute, of 40 processes on 30 workers; a fifth failed."""
    random = Random(7)
    for number in range(1, runs + 1):
        process = f"process-{random.randrange(40)}"
        failed = random.random() < 0.2
        reason = (
            f"step {number} took over 5m" if number % 100 == 0 else f"exit code {random.randrange(1, 60)}"
        )
        at = START + number * 60
        yield RunRecord(
            number=number, id=f"run-{number}", root=f"run-{number}", process=process, name=process.title(),
            environment=random.choice(("test", "staging", "production")),
            tenant=random.choice((None, f"tenant-{random.randrange(20)}")),
            requester=random.choice(("ann", "bob", "schedule nightly")),
            state="failed" if failed else "succeeded", reason=reason if failed else "",
            queued_at=at, started_at=at + 1, ended_at=at + 40, warnings=random.choice((0, 0, 0, 2)),
            workers=tuple(f"w{random.randrange(30)}" for _ in range(random.randrange(3))), pools=("setup",),
        )  # fmt: skip


def fill(database: sqlite3.Connection, runs: int) -> None:
    """Enter the runs as the writer does, in one transaction."""
    database.execute("PRAGMA synchronous = OFF")
    database.execute("BEGIN")
    row = f"INSERT INTO runs VALUES ({','.join('?' * 17)})"
    for record in records(runs):
        database.execute(row, to_row(record))
        database.executemany("INSERT OR IGNORE INTO places VALUES (?, ?, ?)", places_of(record))
    database.execute("COMMIT")


def spent(action: Callable[[], object], rounds: int) -> float:
    """The median milliseconds of this process for an action: what else the machine does changes no ratio."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        action()
        times.append((time.process_time() - began) * 1000)
    return statistics.median(times)


def newest(database: sqlite3.Connection) -> list[RunRecord]:
    """What is compared with: the newest rows by primary key."""
    return [
        from_row(row) for row in database.execute(f"SELECT * FROM runs ORDER BY number DESC LIMIT {PAGE}")
    ]


def old_journal(path: Path, runs: int) -> None:
    """Write what version 3 had: the events of the runs, and a table without their workers."""
    with closing(connect(path)) as database:
        fill(database, runs)
        database.executescript(
            "DROP TABLE places; DROP INDEX ended_reason; DROP INDEX ended_time; PRAGMA user_version = 3;"
            "ALTER TABLE runs DROP COLUMN workers; ALTER TABLE runs DROP COLUMN pools;"
        )
        database.execute("BEGIN")
        for seq in range(1, runs * EVENTS + 1):
            run = f"run-{1 + seq // EVENTS}"
            event: object = JobProgressed(
                seq=seq, at=1.0, run=run, job="job", percentage=seq % 100, message="x" * 80
            )
            if seq % EVENTS == 0:
                pick = Pick(pool="setup", worker=f"w{seq % 30}", steps=(0,), policy="round-robin")
                event = WorkersSelected(seq=seq, at=1.0, run=run, picks=(pick,))
            database.execute("INSERT INTO events VALUES (?, 1, ?, NULL)", (seq, msgspec.json.encode(event)))
        database.execute("COMMIT")


def upgrade(folder: Path, runs: int) -> float:
    """How many times longer the upgrade takes than reading all events."""
    path = folder / "old.sqlite"
    old_journal(path, runs)
    with closing(sqlite3.connect(path)) as database:
        reading = spent(lambda: [0 for _ in database.execute("SELECT seq, body FROM events")], 1)
    upgrading = spent(lambda: connect(path).close(), 1)
    print(
        f"upgrade of {runs} runs, {runs * EVENTS} events: {upgrading:.0f} ms; reading them: {reading:.0f} ms"
    )
    return upgrading / reading


def main(runs: int = 100_000, rounds: int = 9) -> Iterator[Ratio]:
    """Compare each query, its count, and the upgrade."""
    now = START + runs * 60
    with tempfile.TemporaryDirectory() as folder:
        with closing(connect(Path(folder, "journal.sqlite"))) as database:
            fill(database, runs)
            plain = spent(lambda: newest(database), rounds * 3)
            print(f"the newest {PAGE} of {runs} by primary key: {plain:.2f} ms")
            worst = worst_count = 0.0
            for text in QUERIES:
                query = parse(text, now)
                took = spent(lambda query=query: page(database, query, LATEST, PAGE), rounds)  # type: ignore[misc]
                count = spent(lambda query=query: summarize(database, query), rounds)  # type: ignore[misc]
                print(f"{text or 'all'!r}: page {took:.2f} ms, count {count:.2f} ms")
                worst, worst_count = max(worst, took), max(worst_count, count)
        yield Ratio("the dearest page / the newest runs", worst / plain, most=80)
        yield Ratio("the dearest count / the newest runs", worst_count / plain, most=250)
        yield Ratio("upgrade / reading all events", upgrade(Path(folder), runs), most=12)


if __name__ == "__main__":
    measure(main, runs=300, rounds=1)
