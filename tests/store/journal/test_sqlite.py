import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from octotui.engine.events import AnyEvent, RunQueued, RunStarted
from octotui.engine.queries.parse import parse
from octotui.store.errors import Damaged, StoreError, unusable
from octotui.store.journal import sqlite
from octotui.store.journal.event_query import events_of
from octotui.store.journal.hash_chain import Walk
from octotui.store.journal.journal import Journal, JournalReader
from octotui.store.journal.verification import head_of, verify
from tests.store.events import history, numbered, queued
from tests.store.old import older


def test_a_newer_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 9")
    with pytest.raises(StoreError, match="newer octotui"):
        Journal(path)


def test_a_damaged_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    path.write_bytes(b"this was a journal once, long ago" * 100)
    with pytest.raises(StoreError, match="is damaged"):
        Journal(path)


def test_a_journal_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file or directory"):
        Journal(tmp_path / "nowhere" / "journal.sqlite")


@pytest.mark.parametrize("name", ["b\udcff", "50% of #1?", "grün", "it's\n\u202e"])
def test_r6_a_journal_is_read_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    Journal(folder / "journal.sqlite").close()
    assert [*JournalReader(folder / "journal.sqlite").read()] == []


@pytest.mark.parametrize("opened", [sqlite.connect, sqlite.open_read_only])
def test_a_journal_that_is_refused_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Callable[[Path], sqlite3.Connection]
) -> None:
    path, connections, connect = tmp_path / "journal.sqlite", list[sqlite3.Connection](), sqlite3.connect
    with closing(connect(path)) as database:
        database.execute("PRAGMA user_version = 99")

    def spied(*arguments: object, **more: object) -> sqlite3.Connection:
        connections.append(connect(*arguments, **more))  # type: ignore[call-overload]
        return connections[-1]

    monkeypatch.setattr(sqlite3, "connect", spied)
    with pytest.raises(StoreError, match="newer octotui"):
        opened(path)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connections[-1].execute("SELECT 1")
    with pytest.raises(StoreError, match="cannot be used: unable to open database file"):
        opened(tmp_path)


def test_r2_what_is_committed_is_synced_and_holds_up_no_reader(tmp_path: Path) -> None:
    with closing(sqlite.connect(tmp_path / "journal.sqlite")) as database:
        names = ("journal_mode", "synchronous", "wal_autocheckpoint")
        said = [database.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
    assert said == ["wal", 2, 8000]


def test_it_is_private(tmp_path: Path) -> None:
    Journal(tmp_path / "journal.sqlite").close()
    assert (tmp_path / "journal.sqlite").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("version", [1, 2])
async def test_an_older_journal_is_read_as_it_is_and_brought_up_to_date(tmp_path: Path, version: int) -> None:
    """R4: its runs have no count of warnings, its events no chain; both are there when it was opened."""
    path, events = tmp_path / "journal.sqlite", history()
    older(path, version, events)
    with closing(sqlite3.connect(path)) as database:
        values = "1, 'run-1', 'run-1', NULL, 'a', 'A', NULL, NULL, 'ann', 'failed', 'so', 1, 2, 3"
        columns = "number, id, root, parent, process, name, environment, tenant, requester, state, reason"
        database.execute(f"INSERT INTO runs ({columns}, queued_at, started_at, ended_at) VALUES ({values})")
        database.commit()
    (before,) = JournalReader(path).runs(9)
    assert list(JournalReader(path).read()) == events
    journal = Journal(path)
    (after,) = journal.runs(9)
    assert before == after
    assert (after.reason, after.warnings) == ("so", 0)
    await journal.append(numbered(queued(9), first=18))
    journal.close()
    assert (verify(path).breaks, verify(path).events) == ((), 18)
    assert [each.id for each in JournalReader(path).history(parse("failed", 0), 9)] == ["run-1"]


async def test_a_chain_made_later_is_the_one_that_is_made_at_once(tmp_path: Path) -> None:
    older(tmp_path / "old.sqlite", 2, history())
    Journal(tmp_path / "old.sqlite").close()
    journal = Journal(tmp_path / "new.sqlite")
    await journal.append(history())
    journal.close()
    assert head_of(tmp_path / "old.sqlite") == head_of(tmp_path / "new.sqlite")


def test_an_update_that_was_cut_short_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R4: the journal is of the old version, or of the new one, and nothing between."""
    path = tmp_path / "journal.sqlite"
    older(path, 2, history())

    def full(before: bytes, body: bytes) -> bytes:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(sqlite, "link", full)
    with pytest.raises(StoreError, match="the disk is full"):
        Journal(path)
    monkeypatch.undo()
    assert list(JournalReader(path).read()) == history()
    Journal(path).close()
    assert verify(path).breaks == ()


EVENTS = [
    RunQueued(seq=1, at=1.0, run="run-1", root="run-1", process="p", name="P"),
    RunStarted(seq=2, at=2.0, run="run-1"),
]


def seen(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {each.name: (each.stat().st_mtime_ns, each.read_bytes()) for each in folder.iterdir()}


async def test_a_closed_journal_is_read_and_stays_as_it_is(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    await journal.append(EVENTS)
    await journal.save_snapshot(1, b"body")
    journal.close()
    before = seen(tmp_path)
    reader = JournalReader(tmp_path / "journal.sqlite")
    assert list(reader.read(1)) == EVENTS[1:]
    assert reader.snapshot() == (1, b"body")
    assert [each.id for each in reader.runs(5)] == ["run-1"]
    assert seen(tmp_path) == before


async def test_a_journal_in_use_is_read_up_to_its_last_commit(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    await journal.append(EVENTS[:1])
    reader = JournalReader(tmp_path / "journal.sqlite")
    assert list(reader.read()) == EVENTS[:1]
    await journal.append(EVENTS[1:])
    assert list(reader.read()) == EVENTS
    journal.close()


async def test_r5_a_reader_from_before_the_first_commit_of_a_writer_sees_what_comes_then(
    tmp_path: Path,
) -> None:
    """With an empty write-ahead log, as of a session that has just opened the space."""
    path = tmp_path / "journal.sqlite"
    first, *rest = numbered(queued(1), queued(2))
    journal = Journal(path)
    await journal.append([first])
    journal.close()
    journal = Journal(path)
    with closing(sqlite.open_read_only(path)) as reader:
        count = "SELECT count(*) FROM events"
        assert reader.execute(count).fetchone() == (1,)
        await journal.append(rest)
        assert reader.execute(count).fetchone() == (1 + len(rest),)
    journal.close()


async def test_names_that_a_url_would_cut_are_read_too(tmp_path: Path) -> None:
    folder = tmp_path / "50% off? #1"
    folder.mkdir()
    journal = Journal(folder / "journal.sqlite")
    await journal.append(EVENTS)
    journal.close()
    assert list(JournalReader(folder / "journal.sqlite").read()) == EVENTS


def test_a_damaged_a_newer_and_a_missing_one_are_told(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(os.urandom(8192))
    with pytest.raises(StoreError, match="is damaged"):
        list(JournalReader(damaged).read())
    newer = tmp_path / "newer.sqlite"
    database = sqlite3.connect(newer)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreError, match="was written by a newer octotui"):
        JournalReader(newer).snapshot()
    with pytest.raises(StoreError, match="nothing has run in this space yet"):
        JournalReader(tmp_path / "missing.sqlite").snapshot()


async def test_r5_a_writer_that_comes_while_a_reader_opens_is_read_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, connect, writers = tmp_path / "journal.sqlite", sqlite3.connect, list[Journal]()
    first, *rest = numbered(queued(1), queued(2))
    journal = Journal(path)
    await journal.append([first])
    journal.close()

    def late(where: str, **more: Any) -> sqlite3.Connection:
        if "immutable" in where:
            with monkeypatch.context() as usual:
                usual.setattr(sqlite3, "connect", connect)
                writers.append(Journal(path))
        return connect(where, **more)

    monkeypatch.setattr(sqlite3, "connect", late)
    reader = sqlite.open_read_only(path)
    (writer,) = writers
    await writer.append(rest)
    assert reader.execute("SELECT count(*) FROM events").fetchone() == (1 + len(rest),)
    reader.close()
    writer.close()


def add_events(path: Path, first: int, last: int) -> None:
    """Let a session come, write events, and go."""
    journal = Journal(path)
    journal.append(numbered(*(queued(number) for number in range(first, last + 1)), first=first))
    journal.close()


READERS: dict[str, Callable[[Path], Iterator[AnyEvent]]] = {
    "all": lambda path: JournalReader(path).read(),
    "some types": lambda path: events_of(path, ["RunQueued"], since=0.0),
}


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("reader", READERS)
async def test_r5_sessions_that_come_and_go_while_events_are_read_spoil_nothing(
    tmp_path: Path, reader: str, times: int
) -> None:
    path, last = tmp_path / "journal.sqlite", 2500
    add_events(path, 1, last)
    events = READERS[reader](path)
    seqs = [next(events).seq for _ in range(50)]
    for _ in range(times):
        add_events(path, last + 1, last + 2500)
        last += 2500
        seqs += [next(events).seq for _ in range(50)]
    assert seqs + [each.seq for each in events] == [*range(1, last + 1)]


async def test_r5_a_session_that_comes_and_goes_while_all_is_verified_breaks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, breaks, visits = tmp_path / "journal.sqlite", Walk.breaks, [True]
    add_events(path, 1, 500)

    def visited(walk: Walk, rows: Any) -> Any:
        if walk.seq == 100 and visits:
            visits.pop()
            add_events(path, 501, 1000)
        return breaks(walk, rows)

    monkeypatch.setattr(Walk, "breaks", visited)
    verdict = verify(path)
    assert (verdict.events, verdict.breaks, visits) == (1000, (), [])


async def test_r6_a_stream_that_cannot_go_on_says_so(tmp_path: Path) -> None:
    """Where retention removed the event that was read last, nothing is left out without a word."""
    path = tmp_path / "journal.sqlite"
    add_events(path, 1, 2500)
    events = JournalReader(path).read()
    for _ in range(50):
        next(events)
    with closing(sqlite.connect(path)) as writer:
        writer.execute("DELETE FROM events WHERE seq < 1500")
    with pytest.raises(StoreError, match="it was written to meanwhile: try again"):
        list(events)


async def test_r6_a_journal_that_is_moved_while_it_is_read_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, breaks = tmp_path / "space" / "journal.sqlite", Walk.breaks
    path.parent.mkdir()
    add_events(path, 1, 2500)

    def moved(walk: Walk, rows: Any) -> Any:
        if path.parent.exists():
            path.parent.rename(tmp_path / "elsewhere")
        return breaks(walk, rows)

    events = JournalReader(path).read()
    next(events)
    monkeypatch.setattr(Walk, "breaks", moved)
    for read in (lambda: verify(path), lambda: list(events)):
        with pytest.raises(StoreError, match="nothing has run in this space yet"):
            read()


def test_r5_a_log_that_goes_while_a_reader_opens_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.sqlite"
    Journal(path).close()
    monkeypatch.setattr(Path, "exists", lambda _: True)  # as it was a moment ago
    sqlite.open_read_only(path).close()


@pytest.mark.parametrize("version", [0, 1, 2])
def test_two_upgrades_at_once_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int) -> None:
    path, read = tmp_path / "journal.sqlite", sqlite.refuse_newer
    if version:
        older(path, version, history())

    def overtaken(database: sqlite3.Connection, of: Path) -> int:
        found = read(database, of)
        monkeypatch.setattr(sqlite, "refuse_newer", read)
        sqlite.connect(of).close()
        return found

    monkeypatch.setattr(sqlite, "refuse_newer", overtaken)
    with closing(sqlite.connect(path)) as database:
        assert read(database, path) == sqlite.VERSION


def test_r4_a_name_of_other_bytes_is_an_error_of_sqlite(tmp_path: Path) -> None:
    """Python decodes names of columns, and those in SQLite's messages, which raises UnicodeDecodeError."""
    path = tmp_path / "journal.sqlite"
    sqlite.connect(path).close()
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"before TEXT", b"\xffefore TEXT"))
    with closing(sqlite.connect(path)) as database:
        with pytest.raises(sqlite3.DatabaseError, match="Could not decode") as raised:
            database.execute("SELECT * FROM gaps")
        assert isinstance(unusable(path, raised.value), Damaged)
    path.write_bytes(whole.replace(b"INDEX models ON events (seq)", b"INDEX models ON events (s\xffq)"))
    for connect in (sqlite.connect, sqlite.open_read_only):
        with pytest.raises(Damaged):
            connect(path)
