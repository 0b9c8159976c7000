"""R10: requests that took effect are remembered with their events, for a while, and by nothing readable."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from octotui.store.errors import StoreError
from octotui.store.journal import remembered_requests, sqlite
from octotui.store.journal.in_memory import AnyJournal
from octotui.store.journal.journal import Journal
from octotui.store.journal.recovery import recover
from octotui.store.journal.remembered_requests import (
    REMEMBERED,
    Effect,
    RequestId,
    TakenRequest,
    copy_requests,
)
from octotui.store.journal.tables import Tables
from octotui.store.space_folder import SpaceFolder
from octotui.store.transfer.backups import back_up, restore
from tests.store.events import model, numbered, queued

START = 1_000_000.0
KEY = "a-key-of-a-client"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
async def stored(path: Path) -> AsyncIterator[Journal]:
    opened = Journal(path)
    yield opened
    opened.close()


def request(key: str = KEY, user: str = "ann", content: bytes = b"start it") -> RequestId:
    return RequestId.of(user, key, content)


def taken(key: str = KEY, user: str = "ann", at: float = START, last: int = 0) -> TakenRequest:
    return TakenRequest(request(key, user), at, min(last, 1), last)


def names(path: Path) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT user, number FROM requests ORDER BY user, number").fetchall()


async def test_r10_a_request_is_found_by_account_and_key(journal: AnyJournal) -> None:
    assert journal.effect(request()) is None
    await journal.append(numbered(queued(1)), taken(last=1))
    assert journal.effect(request()) == Effect(request().digest, 1, 1)
    assert journal.effect(request(user="bob")) is None
    assert journal.effect(request(key=f"{KEY}-2")) is None
    other = journal.effect(request(content=b"start something else"))
    assert other is not None
    assert other.digest != request(content=b"start something else").digest


async def test_r10_it_is_remembered_after_the_journal_was_opened_anew(path: Path, stored: Journal) -> None:
    await stored.append((), taken())
    stored.close()
    again = Journal(path)
    assert again.effect(request()) == Effect(request().digest, 0, 0)
    again.close()


async def test_r10_a_request_is_written_with_its_events_or_not_at_all(
    stored: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr(Tables, "add", full)
    with pytest.raises(StoreError, match="the disk is full"):
        await stored.append(numbered(queued(1)), taken(last=1))
    assert stored.effect(request()) is None
    assert list(stored.read()) == []


async def test_r10_one_that_takes_effect_again_is_remembered_by_that(path: Path, stored: Journal) -> None:
    """Its key failed nothing but itself: a commit that it fails would be the end of the session."""
    await stored.append(numbered(queued(1)), taken(last=1))
    await stored.append((), taken())
    assert stored.effect(request()) == Effect(request().digest, 0, 0)
    assert names(path) == [("ann", 2)]


async def test_r10_of_a_damaged_table_all_is_copied_that_can_be(path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as source:
        source.execute("CREATE TABLE requests (user, number, name, digest, first, last, at)")
        for number, key in enumerate(("key-number-one", "key-number-one", "key-number-two")):
            values = ("ann", number, request(key).name, request(key).digest, 0, 0, START)
            source.execute("INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        with closing(sqlite.connect(path.with_name("new.sqlite"))) as new:
            copy_requests(source, new, 9)
    assert names(path.with_name("new.sqlite")) == [("ann", 1), ("ann", 2)]


async def test_r10_many_of_one_commit_are_all_remembered(stored: Journal) -> None:
    keys = [f"key-number-{number:05}" for number in range(50)]
    await asyncio.gather(*(stored.append((), taken(key)) for key in keys))
    assert all(stored.effect(request(key)) for key in keys)


async def test_r10_after_a_day_a_request_is_forgotten(path: Path, stored: Journal) -> None:
    await stored.append((), taken())
    await stored.append((), taken("another-key-later", at=START + REMEMBERED))
    assert stored.effect(request()) is not None
    await stored.append((), taken("and-one-by-another", "bob", at=START + REMEMBERED + 1))
    assert stored.effect(request()) is None
    assert names(path) == [("ann", 2), ("bob", 1)]


async def test_r10_of_each_account_the_newest_are_remembered(
    path: Path, stored: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks for much crowds out what others asked for no more than what is on disk grows."""
    monkeypatch.setattr(remembered_requests, "MOST", 3)
    await stored.append((), taken("the-only-key-of-bob", "bob"))
    for number in range(10):
        await stored.append((), taken(f"key-number-{number:05}"))
    assert names(path) == [("ann", 8), ("ann", 9), ("ann", 10), ("bob", 1)]
    assert stored.effect(request("the-only-key-of-bob", "bob")) is not None
    assert stored.effect(request("key-number-00006")) is None


async def test_v5_neither_keys_nor_requests_can_be_read(path: Path, stored: Journal) -> None:
    """Whoever reads the journal can try every short password: without the key that says nothing."""
    first, second = request(content=b"hunter2"), request(f"{KEY}-2", content=b"hunter2")
    assert first.digest != second.digest
    await stored.append((), TakenRequest(first, START))
    assert stored.effect(first) == Effect(first.digest, 0, 0), "it led to no event"
    stored.close()
    assert KEY.encode() not in path.read_bytes()
    assert b"hunter2" not in path.read_bytes()


async def test_r10_a_journal_of_before_learns_to_remember(path: Path, stored: Journal) -> None:
    await stored.append(numbered(queued(1)))
    stored.close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE requests")
    again = Journal(path)
    await again.append((), taken())
    assert again.effect(request()) is not None
    assert len(list(again.read())) == 1
    again.close()


async def test_r10_a_recovered_journal_remembers_what_it_has_the_events_of(
    path: Path, stored: Journal
) -> None:
    events = numbered(model("first"), model("second"), model("third"))
    for number, event in enumerate(events, 1):
        await stored.append([event], TakenRequest(request(f"key-number-{number:05}"), START, number, number))
    stored.close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE events SET body = x'00' WHERE seq = 3")
        database.commit()
    recover(path)
    again = Journal(path)
    known = [again.effect(request(f"key-number-{number:05}")) is not None for number in (1, 2, 3)]
    assert (len(list(again.read())), known) == (2, [True, True, False])
    again.close()


async def test_r10_a_backup_remembers_too(tmp_path: Path) -> None:
    folder = SpaceFolder(tmp_path / "here", "test")
    folder.make()
    journal = Journal(folder.journal)
    await journal.append(numbered(queued(1)), taken(last=1))
    back_up(folder, tmp_path / "copy.tar.gz")
    journal.close()
    restored = restore(tmp_path / "copy.tar.gz", tmp_path / "there")
    copied = Journal(restored / "journal.sqlite")
    assert copied.effect(request()) == Effect(request().digest, 1, 1)
    copied.close()
