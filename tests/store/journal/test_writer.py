import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.events import ModelLoaded, RunEnded, RunQueued
from octotui.model.space import Model, Space
from octotui.store.errors import Damaged, StoreError, suspect
from octotui.store.journal import sqlite, writer
from octotui.store.journal.journal import Journal, JournalReader
from octotui.store.journal.remembered_requests import RequestId
from octotui.store.journal.tables import Tables
from octotui.store.journal.writer import FEW, CommitTime
from tests.store.events import history, numbered, queued


async def test_many_waiting_appends_share_commits(tmp_path: Path) -> None:
    """What waits while one is written is one more commit, however much it is."""
    all_wait, looks = threading.Event(), list[int]()

    def check() -> None:
        looks.append(1)
        assert all_wait.wait(10)

    journal = Journal(tmp_path / "journal.sqlite", check)
    events = numbered(*map(queued, range(1, 3001)))
    futures = [journal.append((event,)) for event in events]
    all_wait.set()
    await asyncio.gather(*futures)
    assert list(journal.read()) == events
    assert len(journal.runs(5000)) == 3000
    assert len(looks) <= 4, "before and after each of two commits"
    journal.close()


async def test_who_waits_no_more_leaves_nobody_else_waiting(tmp_path: Path) -> None:
    committing, go_on = threading.Event(), threading.Event()

    def check() -> None:
        committing.set()
        assert go_on.wait(10)

    journal = Journal(tmp_path / "journal.sqlite", check)
    one, two, three = numbered(queued(1), queued(2), queued(3))
    first = journal.append([one])
    await asyncio.to_thread(committing.wait, 10)
    left, last = journal.append([two]), journal.append([three])  # both wait for the next commit
    left.cancel()
    go_on.set()
    await asyncio.wait_for(asyncio.gather(first, last), 10)
    assert list(journal.read()) == [one, two, three]
    journal.close()


def test_all_is_written_though_the_loop_that_asked_has_ended(tmp_path: Path) -> None:
    ended, events = threading.Event(), numbered(queued(1), queued(2))

    def check() -> None:
        assert ended.wait(10)

    async def begin() -> Journal:
        journal = Journal(tmp_path / "journal.sqlite", check)
        for event in events:
            journal.append([event])
        return journal

    journal = asyncio.run(begin())
    ended.set()
    journal.close()
    assert list(journal.read()) == events


async def test_a_full_disk_fails_what_waits_and_all_that_comes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite.connect

    def small(path: Path) -> sqlite3.Connection:
        database = connect(path)
        database.execute("PRAGMA max_page_count = 12")
        return database

    monkeypatch.setattr(sqlite, "connect", small)
    journal = Journal(tmp_path / "journal.sqlite")
    long = RunQueued(run="run-2", root="run-2", process="create", name="x" * 100_000)
    first, second = numbered(queued(1), long)
    await journal.append([first])
    with pytest.raises(StoreError, match="the disk is full"):
        await journal.append([second])
    with pytest.raises(StoreError, match="the disk is full"):
        await journal.append(numbered(RunEnded(run="run-1", state="failed"), first=2))
    assert list(journal.read()) == [first]
    journal.close()


async def test_r2_what_was_moved_away_as_it_was_committed_has_it_and_is_not_acknowledged(
    tmp_path: Path,
) -> None:
    """Nor is anything later; before the commit, nothing is written."""
    looks = 0

    def check() -> None:
        nonlocal looks
        looks += 1
        if looks > 1:
            raise StoreError("the folder was moved away")

    journal = Journal(tmp_path / "journal.sqlite", check)
    first, second = numbered(queued(1), queued(2))
    for event in (first, second):
        with pytest.raises(StoreError, match="moved away"):
            await journal.append([event])
    assert list(journal.read()) == [first]
    journal.close()


async def test_r4_damage_that_writing_finds_is_noted_for_the_next_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the note cannot be made, the damage is said all the same; of a full disk there is none."""

    def fails(*_: object) -> None:
        raise sqlite3.DatabaseError(text)

    monkeypatch.setattr(Tables, "add", fails)
    for name in ("noted", "in-the-way", "full"):
        path = tmp_path / name / "journal.sqlite"
        path.parent.mkdir()
        journal = Journal(path)
        text = "database or disk is full" if name == "full" else "database disk image is malformed"
        if name == "in-the-way":
            suspect(path).mkdir()
        with pytest.raises(StoreError) as failed:
            await journal.append(numbered(queued(1)))
        journal.close()
        assert isinstance(failed.value, Damaged) == (name != "full")
        assert suspect(path).is_file() == (name == "noted")
    assert suspect(tmp_path / "noted" / "journal.sqlite").stat().st_mode & 0o777 == 0o600


async def test_what_was_not_written_holds_nobody_up(tmp_path: Path) -> None:
    """Though the journal that failed is still open."""

    def check() -> None:
        raise StoreError("the folder was moved away")

    journal = Journal(tmp_path / "journal.sqlite", check)
    with pytest.raises(StoreError, match="moved away"):
        await journal.append(numbered(queued(1)))
    other = sqlite.connect(tmp_path / "journal.sqlite")
    other.execute("PRAGMA busy_timeout = 0")
    other.execute("BEGIN IMMEDIATE")
    other.close()
    journal.close()


async def test_an_event_counts_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    await journal.append(numbered(queued(1)))
    with pytest.raises(StoreError, match="UNIQUE"):
        await journal.append(numbered(queued(2)))
    journal.close()


async def test_r2_a_writer_before_this_one_comes_to_its_end_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it had begun is committed before anything is read here; a writer without end is a sentence."""
    path = tmp_path / "journal.sqlite"
    before = sqlite.connect(path)
    connect, opened = sqlite.connect, list[sqlite3.Connection]()

    def impatient(path: Path) -> sqlite3.Connection:
        opened.append(connect(path))
        opened[-1].execute("PRAGMA busy_timeout = 0")
        return opened[-1]

    monkeypatch.setattr(sqlite, "connect", impatient)
    before.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="cannot be used: database is locked"):
        Journal(path)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[-1].execute("SELECT 1")
    before.execute("COMMIT")
    Journal(path).close()
    before.close()


async def test_a_journal_that_is_closed_has_written_all_and_let_go_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    journal = Journal(path)
    events = numbered(*map(queued, range(1, 1001)))
    futures = [journal.append((event,)) for event in events]
    assert journal.effect(RequestId("ann", b"", b"")) is None
    journal.close()
    assert [each.name for each in tmp_path.iterdir()] == ["journal.sqlite"], "no log, and nobody who writes"
    assert list(JournalReader(path).read()) == events
    await asyncio.gather(*futures)


async def test_a_closed_journal_takes_no_more(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    last = journal.append(history())
    journal.close()
    journal.close()
    await last
    with pytest.raises(StoreError, match="is closed"):
        await journal.append(history())


class Threads:
    """Notes in which thread each commit is made."""

    def __init__(self) -> None:
        self.seen: list[bool] = []

    def __call__(self) -> None:
        self.seen.append(threading.current_thread() is threading.main_thread())

    @property
    def commits(self) -> list[bool]:
        """Whether each commit was made in the loop's thread; it is checked before and after."""
        assert self.seen[::2] == self.seen[1::2]
        return self.seen[::2]


async def test_a_commit_is_made_on_the_loop_while_commits_are_fast(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one's time is unknown; a large one, a snapshot, a model, a slow disk are for the thread."""
    threads = Threads()
    journal = Journal(tmp_path / "journal.sqlite", threads)
    events = numbered(*map(queued, range(1, FEW + 20)))
    monkeypatch.setattr(writer, "FAST", 1e9)
    for event in events[:3]:
        await journal.append((event,))
    await journal.append(events[3 : FEW + 3])
    await journal.append((events[FEW + 3],))
    await journal.save_snapshot(FEW + 4, b"state")
    loaded = ModelLoaded(seq=FEW + 5, at=events[0].at, model=Model(space=Space("A", "a")))
    await journal.append((loaded,))
    monkeypatch.setattr(writer, "FAST", -1)
    await journal.append((replace(events[FEW + 4], seq=FEW + 6),))
    assert threads.commits == [False, True, True, False, True, False, False, False]
    assert journal.last() == FEW + 6
    journal.close()


async def test_no_commit_is_made_on_the_loop_before_all_that_the_thread_has_yet_to_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "FAST", 1e9)
    threads = Threads()
    journal = Journal(tmp_path / "journal.sqlite", threads)
    events = numbered(*map(queued, range(1, FEW + 20)))
    await journal.append(events[:1])
    large = journal.append(events[1 : FEW + 1])
    await asyncio.sleep(0)  # it is handed over
    small = journal.append(events[FEW + 1 : FEW + 2])
    await asyncio.gather(large, small)
    await journal.append(events[FEW + 2 : FEW + 3])
    assert threads.commits[-1]
    assert not any(threads.commits[:-1])
    assert list(journal.read()) == events[: FEW + 3]
    journal.close()


async def test_what_one_turn_of_the_loop_appends_is_one_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "FAST", 1e9)
    threads = Threads()
    journal = Journal(tmp_path / "journal.sqlite", threads)
    events = numbered(*map(queued, range(1, 30)))
    await journal.append(events[:1])
    await asyncio.gather(*(journal.append((event,)) for event in events[1:]))
    assert threads.commits == [False, True]
    journal.close()


async def test_a_failure_on_the_loop_is_final_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each future gets what became of its own commit."""
    monkeypatch.setattr(writer, "FAST", 1e9)
    journal = Journal(tmp_path / "journal.sqlite")
    events = numbered(*map(queued, range(1, 5)))
    await journal.append(events[:1])
    good = journal.append(events[1:2])
    await asyncio.sleep(0)
    with pytest.raises(StoreError, match="UNIQUE"):
        await journal.append(events[1:2])
    for _ in range(2):
        with pytest.raises(StoreError, match="UNIQUE"):
            await journal.append(events[2:3])
    assert good.result() is None
    assert list(journal.read()) == events[:2]
    journal.close()


async def test_a_long_log_is_copied_into_the_database_by_the_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the log stays short, though no commit on the loop has to do so."""
    monkeypatch.setattr(writer, "FAST", 1e9)
    monkeypatch.setattr(writer, "EARLY", 30)
    monkeypatch.setattr(writer, "LONG", 60)
    threads = Threads()
    path = tmp_path / "journal.sqlite"
    journal = Journal(path, threads)
    for event in numbered(*map(queued, range(1, 301))):
        await journal.append((event,))
    assert 10 < threads.seen.count(False) / 2 < 60, "it looks once more where it opens a connection"
    assert path.with_name(f"{path.name}-wal").stat().st_size < 400 * 4096, "of about 1,800 pages"
    journal.close()


@pytest.mark.parametrize("opens", [True, False], ids=["beside", "at once"])
async def test_commits_go_on_while_most_of_a_long_log_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opens: bool
) -> None:
    """Where no connection can be had for that, all is copied at once; either way the log begins anew."""
    copying, go_on = threading.Event(), threading.Event()
    beside = sqlite.connect_beside

    def connect_beside(path: Path) -> sqlite3.Connection:
        copying.set()
        assert go_on.wait(10)
        if not opens:
            raise sqlite3.OperationalError("unable to open database file")
        return beside(path)

    monkeypatch.setattr(sqlite, "connect_beside", connect_beside)
    monkeypatch.setattr(writer, "FAST", 1e9)
    monkeypatch.setattr(writer, "EARLY", 50)
    threads, path = Threads(), tmp_path / "journal.sqlite"
    journal = Journal(path, threads)
    events = numbered(*map(queued, range(1, 61)))
    for event in events[:30]:
        await journal.append((event,))
    assert await asyncio.to_thread(copying.wait, 10)
    for event in events[30:40]:
        await asyncio.wait_for(journal.append((event,)), 10)
    assert threads.seen.count(False) == 3, "the first commit, whose time was not known, and a look"
    go_on.set()
    while threads.seen.count(False) < 5:  # until the commit that the rest is copied with
        await journal.append((events[journal.last()],))
    for _ in range(3):
        await journal.append((events[journal.last()],))
    with closing(beside(path)) as other:
        assert other.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1] < 20, "pages of the log"
    assert list(journal.read()) == events[: journal.last()]
    journal.close()
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_slow_commit_counts_at_once_and_fast_ones_little_by_little() -> None:
    time = CommitTime()
    assert time.seconds == float("inf")
    time.note(0.001, 1)
    assert time.seconds == 0.001
    time.note(0.1, 1)
    assert time.seconds == 0.1
    time.note(0.001, 1)
    assert 0.08 < time.seconds < 0.1
    time.note(1.0, 100 * FEW)
    assert time.seconds < 0.1, "many events take their time"
