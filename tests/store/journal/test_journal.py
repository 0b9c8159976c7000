import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from octotui.engine.events import InterruptionClosed, InterruptionRaised, InterruptionTaken
from octotui.engine.events.uses import USES
from octotui.engine.queries.parse import parse
from octotui.engine.queries.query import EVERYTHING
from octotui.store.errors import Damaged, StoreError
from octotui.store.journal import journal as module
from octotui.store.journal.in_memory import AnyJournal
from octotui.store.journal.journal import Journal, JournalReader
from octotui.store.journal.remembered_requests import RequestId
from octotui.store.journal.sqlite import connect
from tests.scenes import START, lock_wait
from tests.store.events import history, numbered, queued
from tests.store.journal.test_run_search import fill, records


async def test_what_is_appended_is_read_in_order(journal: AnyJournal) -> None:
    events = history()
    await asyncio.gather(journal.append(events[:3]), journal.append(events[3:4]), journal.append(events[4:]))
    assert list(journal.read()) == events
    assert list(journal.read(after=14)) == events[14:]


async def test_a_family_has_its_runs_and_the_models_in_force(journal: AnyJournal) -> None:
    await journal.append(history())
    assert [event.seq for event in journal.family("run-1")] == [2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    assert [event.seq for event in journal.family("run-2")] == [2, 6, 9, 16, 17]
    assert journal.family("run-9") == []


async def test_what_other_families_used_meanwhile_comes_along_where_it_is_asked_for(
    journal: AnyJournal,
) -> None:
    """L4: so a look at an ended run can say for whom it waited."""
    world = lock_wait().world
    await journal.append(world.events)
    own = journal.family("run-9")
    both = journal.family("run-9", others=True)
    assert [each for each in both if each in own] == own
    beside = [each for each in both if each not in own]
    assert all(isinstance(each, USES) for each in beside)
    assert {each.run for each in beside if each.at > START + 29} >= {"run-6", "run-7", "run-8"}  # type: ignore[union-attr]
    assert all(each.run != "run-9" for each in beside)  # type: ignore[union-attr]
    assert [each.seq for each in both] == sorted(each.seq for each in both)
    assert journal.family("run-99", others=True) == []


async def test_no_more_is_read_of_other_families_than_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    await journal.append(lock_wait().world.events)
    monkeypatch.setattr(module, "BESIDE", 1)
    beside = {each.run for each in journal.family("run-6", others=True) if isinstance(each, USES)}
    assert beside == {"run-6", "run-9"}
    journal.close()


async def test_runs_come_newest_first_and_in_pages(journal: AnyJournal) -> None:
    await journal.append(history())
    first, second = journal.runs(2)
    assert (first.id, second.id) == ("run-3", "run-2")
    (last,) = journal.runs(2, before=second.number)
    assert (last.id, last.state, last.queued_at, last.started_at, last.ended_at) == (
        "run-1",
        "succeeded",
        1.5,
        2.0,
        7.5,
    )
    assert (first.root, first.parent, first.state, first.reason) == (
        "run-1",
        "job-1.1",
        "failed",
        "exit code 3",
    )
    assert (second.state, second.reason) == ("cancelling", "ann cancelled it")


async def test_history_is_of_ended_runs_of_all_words(journal: AnyJournal) -> None:
    await journal.append(history())
    assert [each.id for each in journal.history()] == ["run-3", "run-1"]
    assert [each.id for each in journal.history(EVERYTHING, 1)] == ["run-3"]
    assert [each.id for each in journal.history(EVERYTHING, 9, before=3)] == ["run-1"]
    assert [each.id for each in journal.history(parse("create FAILED", 0))] == ["run-3"]
    assert [each.id for each in journal.history(parse("run-1", 0))] == ["run-1"]
    assert journal.history(parse("create nothing", 0)) == []


@pytest.fixture
def long(tmp_path: Path) -> Iterator[Journal]:
    """A journal in which a search for `NOTHING` looks at many runs."""
    path = tmp_path / "journal.sqlite"
    with closing(connect(path)) as database:
        fill(database, records(1000))
    made = Journal(path)
    yield made
    made.close()


NOTHING = parse("is:warned -is:warned", 0)


def test_r6_a_search_that_takes_too_long_is_a_sentence(
    long: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert long.history(NOTHING) == []
    assert long.summary(NOTHING).found == 0
    monkeypatch.setattr(module, "SEARCH", -1.0)
    for search in (long.history, long.summary):
        with pytest.raises(StoreError, match="takes too long: narrow it, for example by since: or state:"):
            search(NOTHING)
    assert len(long.runs(2000)) == 1000  # nothing else has a limit


def test_r6_a_search_does_not_outlast_the_session(long: Journal) -> None:
    long.end_searches()
    with pytest.raises(StoreError):
        long.history(NOTHING)


async def test_open_runs_are_those_without_an_end(journal: AnyJournal) -> None:
    await journal.append(history())
    assert [record.id for record in journal.open_runs()] == ["run-2"]


async def test_only_the_last_snapshot_is_kept(journal: AnyJournal) -> None:
    assert journal.snapshot() is None
    await journal.save_snapshot(3, b"three")
    await journal.save_snapshot(5, b"five")
    assert journal.snapshot() == (5, b"five")


async def test_r4_a_snapshot_that_is_not_what_was_kept_is_none(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    journal = Journal(path)
    await journal.append(history())
    await journal.save_snapshot(5, b"five")
    journal.close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE snapshot SET body = substr(body, 1, 32) || 'six'")
    assert JournalReader(path).snapshot() is None


async def test_a_run_that_is_not_there_has_no_family(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    await journal.append(history())
    assert journal.root_of("run-9") is None
    journal.close()


async def test_a_journal_goes_on_where_it_ended(tmp_path: Path) -> None:
    events, path = history(), tmp_path / "journal.sqlite"
    for part in (events[:8], events[8:11], events[11:]):
        journal = Journal(path)
        await journal.append(part)
        journal.close()
    journal = Journal(path)
    assert list(journal.read()) == events
    assert [event.seq for event in journal.family("run-1")] == [2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    assert journal.runs(1, before=2)[0].started_at == 2.0
    journal.close()


async def test_it_is_read_from_a_thread_while_it_is_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    await journal.append(history())
    assert len(await asyncio.to_thread(lambda: list(journal.read()))) == 17
    journal.close()


async def test_a_damaged_event_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    journal = Journal(path)
    await journal.append(numbered(queued(1)))
    with closing(sqlite3.connect(path)) as database:
        database.execute('UPDATE events SET body = \'{"type": "Nonsense"}\'')
        database.commit()
    with pytest.raises(StoreError, match="event 1 is damaged"):
        list(journal.read())
    journal.close()


async def test_the_events_of_one_question_come_newest_first(journal: AnyJournal) -> None:
    """I5: up to where it was raised; others of a similar name are not meant."""
    about = [
        InterruptionRaised(run="run-1", job="job-1.1", interruption="question-1", instructions="x"),
        InterruptionRaised(run="run-2", job="job-2.1", interruption="question-11", instructions="x"),
        InterruptionTaken(run="run-1", interruption="question-1", user="ann"),
        InterruptionTaken(run="run-2", interruption="question-11", user="bob"),
        InterruptionClosed(run="run-1", interruption="question-1"),
    ]
    await journal.append(numbered(queued(1), queued(2), *about))
    found = journal.question("question-1")
    assert [type(each).__name__ for each in found] == [
        "InterruptionClosed",
        "InterruptionTaken",
        "InterruptionRaised",
    ]
    assert journal.question("question-2") == []


async def test_runs_that_were_open_between_two_times_are_found(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    assert journal.last() == 0
    await journal.append(history())
    found = {
        when: [each.id for each in journal.meanwhile(*when)]
        for when in ((0.0, 1.4), (3.0, 3.0), (5.5, 5.5), (6.0, 7.0), (8.0, 9.0))
    }
    assert journal.last() == 17
    journal.close()
    assert found == {
        (0.0, 1.4): [],
        (3.0, 3.0): ["run-1", "run-2"],
        (5.5, 5.5): ["run-1", "run-2", "run-3"],  # it ends just then
        (6.0, 7.0): ["run-1", "run-2"],  # run-3 had ended
        (8.0, 9.0): ["run-2"],
    }


async def test_the_family_of_a_run_is_known_by_its_first_run(journal: AnyJournal) -> None:
    await journal.append(history())
    assert [journal.root_of(run) for run in ("run-1", "run-2", "run-3")] == ["run-1", "run-2", "run-1"]


ASKED: dict[str, Callable[[Journal], object]] = {
    "read": lambda journal: list(journal.read()),
    "family": lambda journal: journal.family("run-1"),
    "question": lambda journal: journal.question("question-1"),
    "runs": lambda journal: journal.runs(9),
    "history": lambda journal: journal.history(parse("failed", 0.0)),
    "open runs": lambda journal: journal.open_runs(),
    "snapshot": lambda journal: journal.snapshot(),
    "effect": lambda journal: journal.effect(RequestId("ann", b"", b"")),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=list(ASKED))
async def test_r4_what_cannot_be_read_is_never_taken_for_nothing(
    tmp_path: Path, asked: Callable[[Journal], object]
) -> None:
    """Of a file that was damaged while it is open."""
    path = tmp_path / "journal.sqlite"
    before = Journal(path)
    await before.append(history())
    await before.save_snapshot(17, b"body")
    before.close()
    journal = Journal(path)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xaa" * (path.stat().st_size - 4096))
    with closing(journal), pytest.raises(Damaged):
        asked(journal)


@pytest.mark.parametrize("asked", ["history", "summary", "open_runs"])
async def test_r5_a_list_that_a_writer_spoils_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    path, connect, faults = tmp_path / "journal.sqlite", JournalReader._connect, [True]
    writer = Journal(path)
    await writer.append(history())
    writer.close()
    expected = getattr(JournalReader(path), asked)()

    class Spoiled(sqlite3.Connection):
        def execute(self, *_: object) -> sqlite3.Cursor:
            raise sqlite3.DatabaseError("database disk image is malformed")

    def first_spoiled(reader: JournalReader, path: Path) -> sqlite3.Connection:
        return Spoiled(path) if faults and faults.pop() else connect(reader, path)

    monkeypatch.setattr(JournalReader, "_connect", first_spoiled)
    assert getattr(JournalReader(path), asked)() == expected
    assert not faults
