"""Some events of a journal, by type and time."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from octotui.engine.events import AnyEvent, HealthChanged
from octotui.store.errors import Damaged, StoreError
from octotui.store.journal.event_query import events_of
from octotui.store.journal.journal import Journal, JournalReader
from tests.store.events import history, numbered

TYPES = ("RunEnded", "RunQueued")


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    journal = Journal(tmp_path / "journal.sqlite")
    await journal.append(history())
    journal.close()
    return tmp_path / "journal.sqlite"


def those(events: list[AnyEvent], since: float = 0.0) -> list[AnyEvent]:
    return [each for each in events if type(each).__name__ in TYPES and each.at >= since]


async def test_only_events_of_the_types_are_read(path: Path) -> None:
    assert list(events_of(path, TYPES)) == those(history())
    assert list(events_of(path, ())) == []


@pytest.mark.parametrize("since", [0.0, 1.5, 3.1, 5.5, 8.0, 99.0])
async def test_a_time_is_found_also_where_events_are_missing(path: Path, since: float) -> None:
    assert list(events_of(path, TYPES, since)) == those(history(), since)
    with closing(sqlite3.connect(path)) as database:
        database.execute("DELETE FROM events WHERE seq IN (1, 2, 5, 8, 9, 10)")
        database.commit()
    assert list(events_of(path, TYPES, since)) == those(history(), since)


async def test_after_the_last_event_there_is_none(path: Path) -> None:
    (last,) = events_of(path, ("RunCancelling",))
    assert list(events_of(path, ("RunCancelling",), last.at)) == [last]
    assert list(events_of(path, ("RunCancelling",), last.at + 0.1)) == []


async def test_r4_what_cannot_be_read_is_never_taken_for_nothing(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xaa" * (path.stat().st_size - 4096))
    with pytest.raises(Damaged):
        list(events_of(path, TYPES))


async def test_r5_a_time_in_a_long_history_is_found_without_reading_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    await journal.append(numbered(*[HealthChanged(worker="w", health="healthy")] * 20_000))
    journal.close()
    seen: list[str] = []
    connect = sqlite3.connect

    def spied(*arguments: object, **more: object) -> sqlite3.Connection:
        database = connect(*arguments, **more)  # type: ignore[call-overload]
        database.set_trace_callback(seen.append)
        assert isinstance(database, sqlite3.Connection)
        return database

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", spied)
        found = list(events_of(tmp_path / "journal.sqlite", ("HealthChanged",), 9_999.0))
    assert [each.seq for each in found] == [19_998, 19_999, 20_000]
    assert len(seen) < 25


async def test_a_damaged_event_is_named(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE events SET body = ? WHERE seq = 11", (b'{"type":"RunEnded", nonsense',))
        database.commit()
    with pytest.raises(StoreError, match="event 11 is damaged"):
        list(events_of(path, TYPES))
    with pytest.raises(StoreError, match="nothing has run in this space yet"):
        list(events_of(path.with_name("none"), TYPES))


async def test_those_after_an_event_are_read_alone(path: Path) -> None:
    assert list(events_of(path, TYPES, after=4)) == [each for each in those(history()) if each.seq > 4]
    assert list(events_of(path, TYPES, 5.5, after=4)) == [
        each for each in those(history(), 5.5) if each.seq > 4
    ]


@pytest.mark.parametrize("body", ["NULL", "7", "x'7b2274797065223a2252756e456e646564222cff'"])
@pytest.mark.parametrize("since", [None, 1.0])
async def test_r4_a_body_of_other_bytes_or_none_is_a_sentence(
    path: Path, body: str, since: float | None
) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE some AS SELECT * FROM events")
        database.execute("DROP TABLE events")
        database.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, root INTEGER, body BLOB, hash BLOB)")
        database.execute("INSERT INTO events SELECT * FROM some")
        database.execute(f"UPDATE events SET body = {body}")
        database.commit()
    reader = JournalReader(path)
    with pytest.raises(Damaged, match="event 1 is damaged"):
        list(reader.read())
    if since is not None or body.startswith("x"):
        with pytest.raises(Damaged, match="is damaged"):
            list(events_of(path, TYPES, since))
