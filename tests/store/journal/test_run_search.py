"""Pages of ended runs: the right ones, newest first, found by indexes alone."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from octotui.engine.queries.matcher import matches
from octotui.engine.queries.parse import parse
from octotui.engine.queries.query import Query
from octotui.store.errors import StoreError
from octotui.store.journal.run_records import RunRecord, to_row
from octotui.store.journal.run_search import DENSE, LATEST, page, select
from octotui.store.journal.sqlite import connect
from octotui.store.journal.tables import places_of

NOW = 10_000.0
ROWS = f"INSERT INTO runs VALUES ({','.join('?' * 17)})"
NAMES = {"test": "Quality", "contoso": "Contoso Ltd"}


def records(count: int) -> list[RunRecord]:
    random = Random(7)
    return [
        RunRecord(
            number=number,
            id=f"run-{number}",
            root=f"run-{number}",
            process=(process := random.choice(("create", "unleash", "shop"))),
            name={"create": "Create AWS RDS", "unleash": "Unleash the kraken"}.get(
                process, f"Shop 1.{number % 5}"
            ),
            environment=random.choice(("test", "production", None)),
            tenant=random.choice((None, None, "contoso", "fabrikam")),
            requester=random.choice(("ann", "bob", "")),
            state=(state := random.choice(("succeeded", "succeeded", "failed", "timed-out", "executing"))),
            reason=random.choice(("", "", "exit code 1", "took over 5m")),
            queued_at=1.0,
            ended_at=None if state == "executing" else float(number + random.randrange(20)),
            warnings=random.choice((0, 0, 3)),
            workers=tuple(random.sample(("w1", "w2", "w3"), random.randrange(3))),
            pools=("setup",) if number % 3 else (),
        )
        for number in range(1, count + 1)
    ]


def fill(database: sqlite3.Connection, kept: list[RunRecord]) -> None:
    database.execute("BEGIN")
    database.executemany(ROWS, map(to_row, kept))
    ended = (each for each in kept if each.ended_at is not None)
    database.executemany(
        "INSERT INTO places VALUES (?, ?, ?)", [p for each in ended for p in places_of(each)]
    )
    database.execute("COMMIT")


def asked(text: str) -> Query:
    return parse(text, NOW)


@pytest.fixture(scope="module")
def kept() -> list[RunRecord]:
    return records(400)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, kept: list[RunRecord]) -> Iterator[sqlite3.Connection]:
    with closing(connect(tmp_path_factory.mktemp("filled") / "journal.sqlite")) as database:
        fill(database, kept)
        yield database


@pytest.fixture
def database(tmp_path: Path, filled: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    with closing(connect(tmp_path / "journal.sqlite")) as database:
        filled.backup(database)
        yield database


QUERIES = (
    "", "failed", "FAILED kraken", "shop 1.3", "quality", "ltd prod", "ann succeeded create test", "run-77",
    "77", "run-", "run-77 bob", "nothing of that", "e", "a b", "5%", "fabrikam _", "executing",
    "exit", "code failed", '"timed out"', "-exit", "-failed -ann", "-run-77", "-executing", "-nowhere",
    "state:failed", "state:failed,timed-out", "-state:failed", "state:executing", "-state:executing",
    "env:test", "-env:test", "env:test,production", "tenant:contoso by:ann", "-tenant:contoso",
    "runbook:create", "project:shop -runbook:create", "worker:w1", "worker:w1,w2", "-worker:w1",
    "worker:w1 -worker:w2 pool:setup", "pool:setup state:failed exit", "worker:w9", "-pool:setup is:warned",
    "is:ended", "is:open", "-is:open,asking", "is:warned,asking", "since:2h45m", "until:2h43m",
    "since:2h44m until:2h43m", "since:2h44m -state:failed worker:w3", "since:1s", "aws -worker:w1 env:test",
)  # fmt: skip
EMPTY = (
    "nothing of that", "5%", "fabrikam _", "executing", "state:executing",
)  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_a_page_holds_what_every_word_is_a_part_of(
    database: sqlite3.Connection, kept: list[RunRecord], query: str
) -> None:
    ended = [each for each in reversed(kept) if each.state != "executing"]
    wanted = [each.id for each in ended if matches(asked(query), each, NAMES)]
    found: list[str] = []
    before = LATEST
    while some := page(database, asked(query), before, 30, NAMES):
        found += [each.id for each in some]
        before = some[-1].number
    assert found == wanted
    database.close()


@pytest.mark.parametrize("query", QUERIES)
def test_no_query_looks_at_all_runs_or_sorts_them(database: sqlite3.Connection, query: str) -> None:
    """R5: what a page costs does not grow with the history, but with the page."""
    text, values = select(database, asked(query), LATEST, 30, NAMES)
    plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {text}", values)] if text else []
    sorts = "since" in query or "until" in query  # at most a thousand rows, which lie by time
    assert not [line for line in plan if "SCAN runs" in line or ("TEMP B-TREE" in line and not sorts)]
    assert bool(plan) == (query not in EMPTY)
    database.close()


def test_values_are_found_by_jumping_through_their_index(database: sqlite3.Connection) -> None:
    """R5: 400 runs have three processes, and their names are found in as many steps."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    database.set_progress_handler(count, 100)
    select(database, asked("nowhere"), LATEST, 30, NAMES)
    few, steps = steps, 0
    fill(database, records(4000)[400:])
    steps = 0
    select(database, asked("nowhere"), LATEST, 30, NAMES)
    assert steps <= few * 1.5 + 2


def many(reason: str = "", count: int = 300) -> list[RunRecord]:
    """Runs that all have another name; with a reason, that has another number, too."""
    return [
        RunRecord(
            number=n, id=f"run-{n}", root=f"run-{n}", process="shop", name=f"Shop 2.{n}", state="failed",
            reason=reason.format(n), queued_at=1.0, ended_at=2.0,
        )
        for n in range(1000, 1000 + count)
    ]  # fmt: skip


def test_a_word_with_very_many_meanings_still_pages(database: sqlite3.Connection) -> None:
    fill(database, many())
    assert [each.number for each in page(database, asked("shop 2."), LATEST, 3)] == [1299, 1298, 1297]
    database.close()


def test_reasons_that_all_differ_are_searched_without_a_list_of_them(database: sqlite3.Connection) -> None:
    """Of so many values, one statement takes no list."""
    fill(database, many("Exit CODE {} Ä", DENSE + 200))
    for query, found in (
        ("code 1077 shop", [1077]),
        ('"code 1077" aws', []),
        ('"code 1077 ä"', [1077]),
        ("exit ä", [2199, 2198, 2197]),
    ):
        assert [each.number for each in page(database, asked(query), LATEST, 3)] == found
    text, values = select(database, asked("code"), LATEST, 3)
    assert len(values) < 200
    assert not [row for row in database.execute(f"EXPLAIN QUERY PLAN {text}", values) if "TEMP" in row[3]]
    database.close()


def test_a_long_time_is_not_sorted(database: sqlite3.Connection) -> None:
    """Only a few runs are read by their time; else the page ends where it is full."""
    fill(database, many(count=DENSE + 200))
    text, values = select(database, parse("since:1970-01-01", NOW), LATEST, 3)
    assert "ended_time" not in text
    assert not [row for row in database.execute(f"EXPLAIN QUERY PLAN {text}", values) if "TEMP" in row[3]]
    database.close()


def test_an_older_journal_that_is_only_read_is_searched_run_by_run(
    database: sqlite3.Connection, kept: list[RunRecord]
) -> None:
    database.execute("PRAGMA user_version = 3")
    for name in ("ended_reason", "ended_time", "ended_state"):
        database.execute(f"DROP INDEX {name}")
    wanted = [each.number for each in kept if each.ended_at and matches(asked("failed exit"), each)]
    assert [each.number for each in page(database, asked("failed exit"), LATEST, 2)] == wanted[:-3:-1]
    with pytest.raises(StoreError, match="open it once with this one"):
        page(database, asked("worker:w1"), LATEST, 2)
    database.close()
