"""Counts and values of ended runs: the same from the index as from a list."""

import sqlite3
from pathlib import Path

import pytest

from octotui.engine.queries.parse import parse
from octotui.store.journal.run_records import RunRecord
from octotui.store.journal.search_summary import SearchSummary, summarize, summary_of
from octotui.store.journal.sqlite import connect
from tests.store.journal.test_run_search import NAMES, NOW, QUERIES, fill, records


@pytest.fixture
def kept() -> list[RunRecord]:
    return records(200)


@pytest.fixture
def database(tmp_path: Path, kept: list[RunRecord]) -> sqlite3.Connection:
    database = connect(tmp_path / "journal.sqlite")
    fill(database, kept)
    return database


@pytest.mark.parametrize("query", QUERIES)
def test_the_index_counts_as_the_matcher_does(
    database: sqlite3.Connection, kept: list[RunRecord], query: str
) -> None:
    ended = [each for each in kept if each.ended_at is not None]
    found = summarize(database, parse(query, NOW), NAMES)
    wanted = summary_of(ended, parse(query, NOW), NAMES)
    assert (found.found, found.total) == (wanted.found, len(ended))
    assert {key: sorted(values) for key, values in found.values.items()} == {
        key: sorted(values) for key, values in wanted.values.items()
    }
    database.close()


def test_values_have_names(database: sqlite3.Connection) -> None:
    values = summarize(database, parse("", NOW)).values
    assert sorted(values["worker"]) == ["w1", "w2", "w3"]
    assert values["process"] == {
        "create": "Create AWS RDS",
        "shop": "Shop 1.0",
        "unleash": "Unleash the kraken",
    }
    assert sorted(values["by"]) == ["ann", "bob"]
    database.close()


def test_an_empty_journal_has_nothing(tmp_path: Path) -> None:
    database = connect(tmp_path / "journal.sqlite")
    empty = {key: {} for key in ("env", "tenant", "by", "worker", "pool", "process")}
    assert summarize(database, parse("failed", NOW)) == SearchSummary(0, 0, empty)
    database.close()


def test_an_older_journal_that_is_only_read_is_counted_run_by_run(
    database: sqlite3.Connection, kept: list[RunRecord]
) -> None:
    ended = [each for each in kept if each.ended_at is not None]
    database.execute("PRAGMA user_version = 3")
    found = summarize(database, parse("failed", NOW))
    assert (found.found, found.total) == (sum(each.state == "failed" for each in ended), len(ended))
    database.close()
