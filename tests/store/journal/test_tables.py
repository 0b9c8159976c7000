import sqlite3
from pathlib import Path

import msgspec
import pytest

from octotui.engine.events import AnyEvent, JobStarted, RunEnded, RunsRemoved
from octotui.engine.state import Gap
from octotui.store.journal.hash_chain import START, link
from octotui.store.journal.journal import Journal
from octotui.store.journal.sqlite import PART, connect
from octotui.store.journal.tables import Tables
from tests.store.events import model, numbered, queued


@pytest.fixture
def database(tmp_path: Path) -> sqlite3.Connection:
    return connect(tmp_path / "journal.sqlite")


def long_run(runs: int, events: int) -> list[AnyEvent]:
    """Runs side by side, with more events than one part of the journal holds."""
    jobs = [JobStarted(run=f"run-{n % runs + 1}", job=f"job-{n}") for n in range(events)]
    return numbered(model("m"), *map(queued, range(1, runs + 1)), *jobs)


async def test_a_family_is_found_in_all_parts(tmp_path: Path) -> None:
    journal, events = Journal(tmp_path / "journal.sqlite"), long_run(3, 3 * PART)
    for first in range(0, len(events), 100):
        await journal.append(events[first : first + 100])
    own = [event for event in events if getattr(event, "run", "run-2") == "run-2"]
    assert journal.family("run-2") == own
    journal.close()


def test_a_part_is_noted_once_a_family(database: sqlite3.Connection) -> None:
    events = long_run(3, 2 * PART - 5)
    for first in range(0, len(events), 100):
        Tables(database).add(events[first : first + 100])
    assert database.execute("SELECT root, part FROM parts ORDER BY part, root").fetchall() == [
        (1, 0), (2, 0), (3, 0), (1, 1), (2, 1), (3, 1)
    ]  # fmt: skip
    database.close()


def test_ended_runs_are_forgotten_and_found_again(database: sqlite3.Connection) -> None:
    tables = Tables(database)
    ends = [RunEnded(run=f"run-{number}", state="succeeded") for number in range(1, 100)]
    tables.add(numbered(*map(queued, range(1, 100)), *ends))
    assert not tables._open
    assert not tables._roots
    tables.add(numbered(JobStarted(run="run-5", job="job-5.1"), first=500))
    assert database.execute("SELECT root FROM events WHERE seq = 500").fetchall() == [(5,)]
    database.close()


def test_what_comes_after_restored_events_is_chained_to_them(database: sqlite3.Connection) -> None:
    """R4: they keep the bodies and hashes that another journal gave them, which an older octotui wrote."""
    tables, (event,) = Tables(database), numbered(model("m"))
    body = msgspec.json.encode(event) + b" "
    tables.restore([(event, body, link(START, body))])
    tables.restore([])
    tables.add(numbered(model("later"), first=2))
    rows = database.execute("SELECT seq, body, hash FROM events ORDER BY seq").fetchall()
    assert rows[0] == (1, body, link(START, body))
    assert rows[1][2] == link(rows[0][2], rows[1][1])
    database.close()


def test_of_runs_that_are_removed_nothing_stays_in_any_table(database: sqlite3.Connection) -> None:
    """R5: nor where their events were."""
    tables = Tables(database)
    tables.add(numbered(model("m"), queued(1), RunEnded(run="run-1", state="succeeded"), queued(2)))
    gap = Gap(2, 3, "00" * 32, "11" * 32)
    tables.add(numbered(RunsRemoved(runs=("run-1",), gaps=(gap,)), first=5))
    assert database.execute("SELECT seq FROM events ORDER BY seq").fetchall() == [(1,), (4,), (5,)]
    assert database.execute("SELECT id FROM runs").fetchall() == [("run-2",)]
    assert database.execute("SELECT root, part FROM parts").fetchall() == [(2, 0)]
    assert database.execute("SELECT first, last FROM gaps").fetchall() == [(2, 3)]
    database.close()
