"""Pages of ended runs: the right ones, newest first, found by indexes alone."""

import sqlite3
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import astuple

from octotui.store.journal.in_memory import _holds
from octotui.store.journal.run_records import RunRecord
from octotui.store.journal.run_search import page, select
from octotui.store.journal.sqlite import connect

LAST = 1 << 62
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
            state=random.choice(("succeeded", "succeeded", "failed", "executing")),
            queued_at=1.0,
            ended_at=2.0,
        )
        for number in range(1, count + 1)
    ]


@pytest.fixture
def kept() -> list[RunRecord]:
    return records(400)


@pytest.fixture
def database(tmp_path: Path, kept: list[RunRecord]) -> sqlite3.Connection:
    database = connect(tmp_path / "journal.sqlite")
    rows = [
        astuple(each)[:13] + ((None, 0) if each.state == "executing" else (each.ended_at, 0)) for each in kept
    ]
    database.executemany(f"INSERT INTO runs VALUES ({','.join('?' * 15)})", rows)
    return database


QUERIES = (
    "", "failed", "FAILED kraken", "shop 1.3", "quality", "ltd prod", "ann succeeded create test", "run-77",
    "77", "run-", "run-77 bob", "nothing of that", "e", "a b", "5%", "fabrikam _", "executing",
)  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_a_page_holds_what_every_word_is_a_part_of(
    database: sqlite3.Connection, kept: list[RunRecord], query: str
) -> None:
    words = query.split()
    ended = [each for each in reversed(kept) if each.state != "executing"]
    wanted = [each.id for each in ended if _holds(each, words, NAMES)]
    found: list[str] = []
    before = LAST
    while some := page(database, words, before, 30, NAMES):
        found += [each.id for each in some]
        before = some[-1].number
    assert found == wanted
    database.close()


@pytest.mark.parametrize("query", QUERIES)
def test_no_query_looks_at_all_runs_or_sorts_them(database: sqlite3.Connection, query: str) -> None:
    """R5: what a page costs does not grow with the history, but with the page."""
    text, values = select(database, query.split(), LAST, 30, NAMES)
    plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {text}", values)] if text else []
    assert not [line for line in plan if "TEMP B-TREE" in line or line.startswith("SCAN runs")]
    assert bool(plan) == (query != "nothing of that" and query not in ("5%", "fabrikam _", "executing"))
    database.close()


def test_values_are_found_by_jumping_through_their_index(database: sqlite3.Connection) -> None:
    """R5: 400 runs have three processes, and their names are found in as many steps."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    database.set_progress_handler(count, 100)
    select(database, ["nowhere"], LAST, 30, NAMES)
    few, steps = steps, 0
    more = [(*astuple(each)[:13], 2.0, 0) for each in records(4000)[400:] if each.state != "executing"]
    database.executemany(f"INSERT INTO runs VALUES ({','.join('?' * 15)})", more)
    steps = 0
    select(database, ["nowhere"], LAST, 30, NAMES)
    assert steps <= few * 1.5 + 2
    database.close()


def test_a_word_with_very_many_meanings_still_pages(database: sqlite3.Connection) -> None:
    rows = [
        (n, f"run-{n}", f"run-{n}", None, "shop", f"Shop 2.{n}", None, None, "", "failed", "", 1, 1, 2, 0)
        for n in range(1000, 1300)
    ]
    database.executemany(f"INSERT INTO runs VALUES ({','.join('?' * 15)})", rows)
    assert [each.number for each in page(database, ["shop", "2."], LAST, 3)] == [1299, 1298, 1297]
    database.close()
