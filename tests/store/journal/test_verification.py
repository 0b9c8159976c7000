"""A journal's chain on disk: what was done to it is found, and a head that was kept elsewhere counts."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from octotui.engine.events import JobStarted, RunsRemoved
from octotui.engine.state import Gap
from octotui.store.errors import Damaged, StoreError
from octotui.store.journal import verification
from octotui.store.journal.hash_chain import Head, link
from octotui.store.journal.journal import Journal
from octotui.store.journal.verification import head_of, verify
from tests.store.events import history, numbered


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    journal = Journal(tmp_path / "journal.sqlite")
    await journal.append(history())
    journal.close()
    return tmp_path / "journal.sqlite"


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def told(path: Path, head: Head | None = None) -> list[str]:
    return [each.text for each in verify(path, head).breaks]


async def test_an_untouched_journal_is_whole(path: Path) -> None:
    verdict = verify(path)
    assert (verdict.breaks, verdict.events, verdict.head.seq) == ((), 17, 17)
    assert verdict.head == head_of(path)
    assert told(path, verdict.head) == []


async def test_the_chain_goes_on_when_the_journal_is_opened_again(path: Path) -> None:
    kept = head_of(path)
    journal = Journal(path)
    await journal.append(numbered(JobStarted(run="run-2", job="job-2.1"), first=18))
    assert told(path, kept) == []
    journal.close()
    assert verify(path).head.seq == 18


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE events SET body = replace(body, 'exit code 3', 'all well') WHERE seq = 11", "event 11 was"),
        ("UPDATE events SET hash = zeroblob(32) WHERE seq = 11", "event 11 was changed"),
        ("UPDATE events SET hash = NULL WHERE seq = 11", "event 11 was changed"),
        ("DELETE FROM events WHERE seq = 11", "event 11 is missing"),
        ("DELETE FROM events WHERE seq BETWEEN 4 AND 11", "events 4 to 11 are missing"),
        ("DELETE FROM events WHERE seq < 3", "events 1 to 2 are missing"),
    ],
)
async def test_a_changed_or_missing_row_is_named(path: Path, statement: str, found: str) -> None:
    change(path, statement)
    assert told(path)[0].startswith(found)


async def test_only_a_kept_head_finds_an_end_that_is_missing(path: Path) -> None:
    kept = head_of(path)
    change(path, "DELETE FROM events WHERE seq > 15")
    assert told(path) == []
    assert told(path, kept) == ["events 16 to 17 are missing"]
    assert [(each.first, each.last) for each in verify(path, kept).breaks] == [(16, 17)]


async def test_only_a_kept_head_finds_a_history_written_anew(path: Path) -> None:
    kept = head_of(path)
    with closing(sqlite3.connect(path)) as database:
        digest = bytes(32)
        for seq, body in database.execute("SELECT seq, body FROM events ORDER BY seq").fetchall():
            forged = body.replace(b"exit code 3", b"all is well")
            digest = link(digest, forged)
            database.execute("UPDATE events SET body = ?, hash = ? WHERE seq = ?", (forged, digest, seq))
        database.commit()
    assert told(path) == []
    assert told(path, kept) == ["event 17 is not the one that was kept as the head"]


async def test_what_retention_removed_is_vouched_for(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        digests = [each.hex() for (each,) in database.execute("SELECT hash FROM events ORDER BY seq")]
    gap = Gap(3, 8, digests[1], digests[7])
    journal = Journal(path)
    await journal.append(numbered(RunsRemoved(runs=("run-3",), gaps=(gap,)), first=18))
    journal.close()
    assert (told(path), verify(path).events) == ([], 12)
    assert told(path, Head(8, digests[7])) == []
    for first_or_later in (3, 5):
        assert "removed by retention" in told(path, Head(first_or_later, digests[4]))[0]
    change(path, "DELETE FROM events WHERE seq = 9")
    assert told(path) == ["event 9 is missing"]
    assert told(path, Head(9, digests[8]))[-1] == "event 9, which was kept as the head, is missing"


async def test_what_retention_removes_meanwhile_is_no_break(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session writes while its journal is verified: the verdict is about one moment of it."""
    with closing(sqlite3.connect(path)) as database:
        digests = [each.hex() for (each,) in database.execute("SELECT hash FROM events ORDER BY seq")]
    removed = RunsRemoved(runs=("run-3",), gaps=(Gap(3, 8, digests[1], digests[7]),))
    journal, loop, look = Journal(path), asyncio.get_running_loop(), verification.vouched
    await journal.append(numbered(JobStarted(run="run-2", job="job-2.1"), first=18))

    async def remove() -> None:
        await journal.append(numbered(removed, first=19))

    def write_behind_it(database: sqlite3.Connection) -> list[Gap]:
        gaps = look(database)
        asyncio.run_coroutine_threadsafe(remove(), loop).result(60)
        return gaps

    with monkeypatch.context() as patch:
        patch.setattr(verification, "vouched", write_behind_it)
        verdict = await asyncio.to_thread(verify, path)
    assert (verdict.breaks, verdict.events, verdict.head.seq) == ((), 18, 18)
    assert (told(path), head_of(path).seq) == ([], 19)
    journal.close()


async def test_a_journal_that_cannot_be_read_further_says_so(path: Path) -> None:
    more = [JobStarted(run="run-2", job=f"job-2.{number}") for number in range(400)]
    journal = Journal(path)
    await journal.append(numbered(*more, first=18))
    journal.close()
    with path.open("r+b") as file:
        file.seek(-3 * 4096, 2)
        file.write(b"\xaa" * 3 * 4096)
    assert told(path)[-1].startswith("nothing after event")
    verdict = verify(path)
    assert verdict.breaks[-1].first == verdict.head.seq + 1
    path.write_bytes(b"no journal at all" * 99)
    with pytest.raises(StoreError, match="is damaged"):
        verify(path)
    with pytest.raises(StoreError, match="is damaged"):
        head_of(path)


async def test_an_empty_journal_has_a_head(tmp_path: Path) -> None:
    Journal(tmp_path / "journal.sqlite").close()
    assert head_of(tmp_path / "journal.sqlite") == Head(0, bytes(32).hex())


def test_a_database_that_is_no_journal_is_told(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE something (else_ TEXT)")
    assert told(path) == ["nothing after event 0 can be read (no such table: events)"]
    with pytest.raises(StoreError, match=str(path)):
        head_of(path)


async def test_r4_an_event_without_a_hash_or_a_number_is_told(path: Path) -> None:
    change(path, "UPDATE events SET hash = NULL WHERE seq = 17")
    with pytest.raises(Damaged, match="its last event has no hash"):
        head_of(path)
    assert told(path)[0].startswith("event 17 was changed")
    data = path.read_bytes()
    path.write_bytes(data.replace(b"seq INTEGER PRIMARY KEY, root", b"seq INTEGER PRIMARY_KEY, root", 1))
    assert told(path) == ["nothing after event 0 can be read (malformed number of an event)"]


async def test_r4_a_hash_that_is_a_text_counts_as_its_bytes(path: Path) -> None:
    head = head_of(path)
    change(path, "UPDATE events SET hash = 'abc' WHERE seq = 17")
    assert head_of(path) == Head(17, b"abc".hex())
    assert "event 17 is not the one that was kept as the head" in told(path, head)
