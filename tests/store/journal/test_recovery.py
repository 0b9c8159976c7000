"""Damaged journals of many kinds: what can be read up to the damage goes on, and nothing is deleted (R4)."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from random import Random

import msgspec
import pytest
from msgspec.structs import replace

from octotui.engine.events import AnyEvent
from octotui.engine.evolve.evolve import DOES_NOT_FIT, evolve
from octotui.engine.state import State
from octotui.engine.state.snapshot import decode, encode
from octotui.store.errors import Damaged, StoreError, suspect
from octotui.store.journal import recovery as rescuing
from octotui.store.journal import sqlite
from octotui.store.journal.hash_chain import START, link, seal
from octotui.store.journal.journal import Journal, JournalReader
from octotui.store.journal.recovery import check, finish, recover
from octotui.store.journal.tables import Tables
from octotui.store.journal.verification import verify
from tests.engine.walk import Walk
from tests.store.events import numbered, queued
from tests.store.old import older

PAGE = 4096


@cache
def events() -> list[AnyEvent]:
    walk = Walk(7)
    walk.go(150)
    return walk.events[:230]  # a check that opens a space reads most of them


def fold(some: list[AnyEvent]) -> State:
    state = State()
    for event in some:
        state = evolve(state, event)
    return state


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of a long walk, with a snapshot of its middle."""
    path = tmp_path_factory.mktemp("whole") / "journal.sqlite"
    database, written = sqlite.connect(path), events()
    Tables(database).add(written)
    middle = len(written) // 2
    database.execute(sqlite.SAVE_SNAPSHOT, (middle, seal(encode(fold(written[:middle])))))
    database.close()
    return path


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    return shutil.copy(whole, tmp_path / "journal.sqlite")


def cut(path: Path, random: Random) -> None:
    with path.open("r+b") as file:
        file.truncate(random.randrange(1, path.stat().st_size))


def garbage(path: Path, random: Random) -> None:
    with path.open("r+b") as file:
        for _ in range(random.randrange(1, 4)):
            file.seek(random.randrange(path.stat().st_size // PAGE) * PAGE + random.choice((0, 0, 100)))
            file.write(random.randbytes(random.choice((16, PAGE - 100))))


def sql(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement, values)
        database.commit()


def changed_row(path: Path, random: Random) -> None:
    body = random.choice((b"", b"{}", b'{"type":"RunStarted","run":"run-1","seq":5,"at":1}', b"\xff\xfe"))
    sql(path, "UPDATE events SET body = ? WHERE seq = ?", body, random.randrange(1, len(events())))


def missing_rows(path: Path, random: Random) -> None:
    first = random.randrange(1, len(events()))
    sql(path, "DELETE FROM events WHERE seq BETWEEN ? AND ?", first, first + random.choice((0, 3, 10_000)))


def no_event(path: Path, random: Random) -> None:
    """Garbage with a chain that fits it."""
    at = random.randrange(len(events()) // 2 + 1, len(events()))
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT seq, body FROM events ORDER BY seq").fetchall()
        digest = START
        for seq, body in rows:
            forged = random.choice((b'{"type":"Nonsense"}', b"nonsense")) if seq == at else body
            digest = link(digest, forged)
            database.execute("UPDATE events SET body = ?, hash = ? WHERE seq = ?", (forged, digest, seq))
        database.commit()


KINDS: tuple[Callable[[Path, Random], None], ...] = (cut, garbage, changed_row, missing_rows, no_event)


def opened(path: Path) -> State:
    """Look, and fold, as opening a space does; raises Damaged."""
    check(path)
    reader = JournalReader(path)
    kept = reader.snapshot()
    state = decode(kept[1]) if kept else State()
    for event in reader.read(state.seq):
        state = evolve(state, event)
    return state


def records(some: list[AnyEvent], path: Path) -> list[object]:
    database = sqlite.connect(path)
    Tables(database).add(some)
    found = database.execute("SELECT * FROM runs").fetchall()
    found += database.execute("SELECT * FROM parts").fetchall()
    database.close()
    return found


def rows(path: Path) -> list[object]:
    with closing(sqlite3.connect(path)) as database:
        return [*database.execute("SELECT * FROM runs"), *database.execute("SELECT * FROM parts")]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("seed", range(12))
async def test_r4_what_can_be_read_up_to_the_damage_goes_on(
    path: Path, seed: int, kind: Callable[[Path, Random], None]
) -> None:
    kind(path, Random(f"{kind.__name__} {seed}"))
    before = path.read_bytes()
    try:
        state = opened(path)
        assert state == fold(events()[: state.seq])
        assert state.seq == len(events()) or kind is missing_rows  # of a lost end only a kept head knows
        assert kind is not no_event  # the damage is older than what is opened
        return
    except Damaged:
        pass
    rescued = recover(path)
    left = list(JournalReader(path).read())
    assert left == events()[: len(left)]
    assert (verify(path).breaks, verify(path).head.seq) == ((), len(left))
    assert opened(path) == fold(left)
    assert rows(path) == records(left, path.with_name("fresh"))
    assert path.with_name("journal.damaged-1.sqlite").read_bytes() == before
    assert "the damaged file is kept as" in rescued.message
    assert rescued.missing == (len(left) < len(events()))
    journal = Journal(path)
    await journal.append(numbered(queued(999), first=len(left) + 1))
    journal.close()
    assert verify(path).breaks == ()
    beside = {each.name for each in path.parent.iterdir()} - {"fresh"}
    assert beside == {"journal.damaged-1.sqlite", "journal.sqlite"}


@pytest.mark.parametrize("misfit", DOES_NOT_FIT)
def test_r4_whatever_an_event_that_does_not_fit_raises_ends_what_can_be_read(
    path: Path, misfit: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def folded(state: State, event: AnyEvent) -> State:
        if event.seq == 21:
            raise misfit
        return evolve(state, event)

    monkeypatch.setattr(rescuing, "evolve", folded)
    monkeypatch.setattr(rescuing, "BATCH", 8)
    assert recover(path).missing
    assert list(JournalReader(path).read()) == events()[:20]


def test_what_is_missing_is_said(path: Path) -> None:
    count = len(events())
    sql(path, "UPDATE events SET body = 'x' WHERE seq = ?", count - 3)
    with pytest.raises(Damaged, match=f"event {count - 3} was changed"):
        check(path)
    assert recover(path).message.startswith(f"{path} was damaged: events {count - 3} to {count} are missing")
    sql(path, "UPDATE events SET body = 'x' WHERE seq = ?", count - 4)
    told = recover(path).message
    assert f"event {count - 4} is missing" in told
    assert told.endswith("journal.damaged-2.sqlite")


def test_rows_missing_at_the_end_are_noticed_by_the_snapshot(path: Path) -> None:
    sql(path, "DELETE FROM events WHERE seq > 20")
    middle = len(events()) // 2
    with pytest.raises(Damaged, match=f"events 21 to {middle} cannot be found"):
        check(path)
    assert f"events 21 to {middle} are missing" in recover(path).message


def test_a_first_page_of_garbage_costs_no_event(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\xaa" * PAGE)
    with pytest.raises(Damaged):
        check(path)
    rescued = recover(path)
    assert not rescued.missing
    assert "no event is missing" in rescued.message
    assert list(JournalReader(path).read()) == events()


def test_r4_a_file_that_was_cut_is_read_up_to_the_cut(path: Path) -> None:
    """SQLite itself refuses a file that is shorter than its first page says."""
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size * 8 // 10)
    with pytest.raises(Damaged):
        check(path)
    assert recover(path).missing
    left = list(JournalReader(path).read())
    assert left == events()[: len(left)]
    assert len(left) > len(events()) // 3


def test_r4_a_copy_of_a_file_that_was_cut_is_as_long_as_the_file_was(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(size // 2)
    copy = path.with_name("copy.sqlite")
    rescuing._copy(path, copy)
    assert copy.stat().st_size == size
    assert not any(copy.read_bytes()[size // 2 :])


DIGEST = "00" * 32


@pytest.mark.parametrize(
    "gap", [(100, b"105", DIGEST, DIGEST), (100, 105, "no digest", DIGEST), (100, 105, DIGEST, b"\xff")]
)
def test_r4_a_damaged_row_of_the_table_of_gaps_is_no_gap(path: Path, gap: tuple[object, ...]) -> None:
    """It hides nothing that is missing, and the others are kept."""
    sql(path, "INSERT INTO gaps VALUES (?, ?, ?, ?)", *gap)
    sql(path, "INSERT INTO gaps VALUES (?, ?, ?, ?)", 3, 4, DIGEST, DIGEST)
    check(path)
    sql(path, "DELETE FROM events WHERE seq BETWEEN 100 AND 105")
    with pytest.raises(Damaged, match="events 100 to 105 are missing"):
        check(path)
    recover(path)
    assert list(JournalReader(path).read()) == events()[:99]
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT * FROM gaps").fetchall() == [(3, 4, DIGEST, DIGEST)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE runs SET name = CAST(x'ff' AS TEXT) WHERE number = 1",
        f"INSERT INTO gaps VALUES (2, 3, CAST(x'ff' AS TEXT), '{DIGEST}')",
        "UPDATE snapshot SET seq = CAST(x'ff' AS TEXT)",
        "UPDATE snapshot SET seq = 'none'",
        "UPDATE runs SET state = 'weird' WHERE number = 3",
        "UPDATE runs SET ended_at = 'abc' WHERE number = 3",
        "UPDATE runs SET parent = x'ff' WHERE number = 3",
        "UPDATE runs SET id = 'run-1' WHERE number = 3",
        "UPDATE runs SET root = 'abc' WHERE number = 3",
    ],
)
def test_r4_columns_of_rubbish_are_damage(path: Path, statement: str) -> None:
    """SQLite keeps any value in any column, and takes any bytes for a text."""
    sql(path, statement)
    with pytest.raises(Damaged):
        check(path)
    assert not recover(path).missing
    assert opened(path) == fold(events())
    assert rows(path) == records(events(), path.with_name("fresh"))


@pytest.mark.parametrize("body", [None, 7, b'{"type":"J\xffbStarted"}', b'{"type":"J', b"[" * 100_000])
def test_r4_a_body_that_is_none_ends_what_can_be_read(path: Path, body: object) -> None:
    sql(path, "DROP TABLE snapshot")
    sql(path, "CREATE TABLE snapshot (only INTEGER PRIMARY KEY, seq INTEGER NOT NULL, body BLOB NOT NULL)")
    with closing(sqlite3.connect(path)) as database:
        kept = database.execute("SELECT * FROM events").fetchall()
        database.execute("DROP TABLE events")
        database.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, root INTEGER, body BLOB, hash BLOB)")
        database.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", kept)
        database.execute("UPDATE events SET body = ? WHERE seq = 21", (body,))
        database.commit()
    with pytest.raises(Damaged, match="event 21 is damaged"):
        list(JournalReader(path).read())
    assert recover(path).missing
    assert list(JournalReader(path).read()) == events()[:20]


def test_r4_an_older_record_that_a_writer_cannot_read_is_derived_again_on_the_next_opening(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescuing, "RUNS", 1)
    sql(path, "UPDATE runs SET state = 'weird' WHERE number = 1")
    check(path)
    journal = Journal(path)
    with pytest.raises(Damaged, match="malformed record of run 1"):
        journal.runs(1000)
    journal.close()
    assert suspect(path).exists()
    with pytest.raises(Damaged):
        check(path)
    assert not recover(path).missing
    assert rows(path) == records(events(), path.with_name("fresh"))


def test_r4_a_snapshot_without_a_body_is_none(path: Path) -> None:
    sql(path, "DROP TABLE snapshot")
    sql(path, "CREATE TABLE snapshot (only, seq, body)")
    sql(path, "INSERT INTO snapshot VALUES (1, 5, NULL)")
    assert opened(path) == fold(events())


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (b"body BLOB NOT NULL, hash BLOB", b"bodi BLOB NOT NULL, hash BLOB"),
        (b"body BLOB NOT NULL, hash BLOB", b"body BLOB NOT NULL, hasj BLOB"),
        (b"seq INTEGER PRIMARY KEY", b"seq INTEGER PRIMARY_KEY"),
        (b"INDEX models ON events (seq)", b"INDEX models ON events (s\xffq)"),
        (b"TABLE snapshot (only", b"TABLE sn\xffpshot (only"),
        (b"TABLE runs (", b"TABLE ru_s ("),
        (b"TABLE parts (", b"TABLE pa_ts ("),
        (b"seq INTEGER NOT NULL, body", b"sek INTEGER NOT NULL, body"),
        (b"before TEXT", b"\xffefore TEXT"),
        (b"parent TEXT, process", b"par\xffnt TEXT, process"),
        (b"reason TEXT NOT NULL, queued_at", b"reason TEXT NOT NULL, queue__at"),
    ],
)
def test_r4_a_first_page_with_a_wrong_word_costs_no_event(path: Path, at: bytes, written: bytes) -> None:
    """It says which tables there are, as SQL; SQLite quotes what it does not understand, in any bytes."""
    data = path.read_bytes()
    assert data[:PAGE].count(at) == 1
    path.write_bytes(data.replace(at, written, 1))
    with pytest.raises(Damaged):
        check(path)
    assert not recover(path).missing
    assert list(JournalReader(path).read()) == events()


@pytest.mark.parametrize("count", [b"\xff\xff\xff\xff", b"\0\0\0\1"])
def test_r4_whatever_length_the_first_page_says_no_event_is_lost(path: Path, count: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(28)
        file.write(count)
    with suppress(Damaged):
        check(path)
    assert not recover(path).missing
    assert list(JournalReader(path).read()) == events()


def test_r4_a_first_page_that_says_more_than_a_file_may_have_costs_no_event(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(file: int, size: int) -> None:
        raise OSError(27, "File too large")

    with path.open("r+b") as file:
        file.seek(28)
        file.write(b"\xff\xff\xff\xff")
    monkeypatch.setattr(rescuing.os, "ftruncate", refused)
    assert not recover(path).missing
    assert list(JournalReader(path).read()) == events()


def leaves(path: Path, table: str) -> list[int]:
    """The pages that hold the rows of a table, in order."""
    with closing(sqlite3.connect(path)) as database:
        query = "SELECT rootpage FROM sqlite_schema WHERE name = ?"
        (root,) = database.execute(query, (table,)).fetchone()
    data = path.read_bytes()

    def below(number: int) -> Iterator[int]:
        page = data[(number - 1) * PAGE : number * PAGE]
        if page[0] == 13:  # a leaf
            yield number
            return
        cells = [int.from_bytes(page[at : at + 2], "big") for at in range(12, 12 + 2 * page[4], 2)]
        for child in (*(page[at : at + 4] for at in cells), page[8:12]):
            yield from below(int.from_bytes(child, "big"))

    return list(below(root))


def test_r5_the_latest_100_runs_are_looked_at_and_no_earlier_ones(tmp_path: Path) -> None:
    path, here = tmp_path / "journal.sqlite", tmp_path / "here.sqlite"
    database = sqlite.connect(path)
    Tables(database).add(numbered(*map(queued, range(1, 401))))
    database.close()
    pages = leaves(path, "runs")
    assert len(pages) > 5
    for page, found in ((pages[-1], True), (pages[-2], True), (pages[0], False), (pages[1], False)):
        shutil.copy(path, here)
        with here.open("r+b") as file:
            file.seek((page - 1) * PAGE)
            file.write(b"\xaa" * PAGE)
        if not found:
            check(here)
            continue
        with pytest.raises(Damaged, match="malformed"):
            check(here)


def test_r4_an_event_that_was_changed_into_another_is_no_part_of_what_can_be_read(path: Path) -> None:
    """It can be read, and fits: only the chain says that it is not what was written."""
    forged = msgspec.json.encode(replace(events()[20], at=events()[20].at + 0.001))
    sql(path, "UPDATE events SET body = ? WHERE seq = 21", forged)
    assert recover(path).missing
    assert list(JournalReader(path).read()) == events()[:20]


def test_of_a_journal_without_events_none_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    sqlite.connect(path).close()
    rescued = recover(path)
    assert not rescued.missing
    assert "no event is missing" in rescued.message


def test_a_file_of_rubbish_begins_anew_and_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    path.write_bytes(b"rubbish" * 5000)
    rescued = recover(path)
    assert rescued.missing
    assert "none of its events can be read" in rescued.message
    assert list(JournalReader(path).read()) == []
    assert (tmp_path / "journal.damaged-1.sqlite").read_bytes() == b"rubbish" * 5000


@pytest.mark.parametrize("size", [0, 1, 600])
def test_a_file_of_a_few_bytes_is_no_new_journal(path: Path, size: int) -> None:
    with path.open("r+b") as file:
        file.truncate(size)
    path.with_name("logs").mkdir()
    with pytest.raises(Damaged, match=f"only {size} bytes"):
        check(path)
    assert recover(path).missing
    assert list(JournalReader(path).read()) == []


def test_a_file_that_was_just_made_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    check(path)
    path.touch()
    check(path)
    sqlite.connect(path).close()
    check(path)


def test_what_is_still_in_the_write_ahead_log_is_read_too(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    database = sqlite.connect(path)
    database.execute("PRAGMA wal_autocheckpoint = 0")
    Tables(database).add(events())
    killed = tmp_path / "killed"
    killed.mkdir()
    for name in ("journal.sqlite", "journal.sqlite-wal"):
        shutil.copy(tmp_path / name, killed / name)
    database.close()
    sql(killed / "journal.sqlite", "UPDATE events SET body = 'x' WHERE seq = 30")
    shutil.copy(tmp_path / "journal.sqlite", killed / "journal.sqlite")
    assert not recover(killed / "journal.sqlite").missing


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_journal_is_rescued_without_a_chain(tmp_path: Path, version: int) -> None:
    path = tmp_path / "journal.sqlite"
    older(path, version, events())
    sql(path, "UPDATE events SET body = 'x' WHERE seq = 30")
    recover(path)
    assert list(JournalReader(path).read()) == events()[:29]
    assert verify(path).breaks == ()


def test_a_newer_journal_is_not_touched(path: Path) -> None:
    sql(path, "PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer octotui") as refused:
        check(path)
    assert not isinstance(refused.value, Damaged)


@pytest.mark.parametrize("byte", range(60, 64))
@pytest.mark.parametrize("value", [0x00, 0x01, 0x02, 0x03, 0xA4, 0xFF])
def test_r4_a_damaged_byte_of_the_version_is_damage_of_which_nothing_is_lost(
    path: Path, byte: int, value: int
) -> None:
    """R4: a number that no octotui has written, or that the tables do not fit."""
    data = bytearray(path.read_bytes())
    if data[byte] == value:
        return
    data[byte] = value
    path.write_bytes(data)
    with pytest.raises(Damaged, match="version"):
        check(path)
    assert not recover(path).missing
    assert list(JournalReader(path).read()) == events()
    check(path)


def kept_at_the_end(path: Path) -> None:
    sql(path, sqlite.SAVE_SNAPSHOT, len(events()), seal(encode(fold(events()))))


def test_r5_the_latest_events_are_looked_at_and_all_since_the_snapshot(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescuing, "LATEST", 10)
    count, here = len(events()), path.with_name("here.sqlite")
    for kept, changed, found in (
        (True, count, True),
        (True, count - 9, True),
        (True, count - 10, False),
        (False, count // 2 + 1, True),
        (False, count // 2, False),
    ):
        shutil.copy(path, here)
        if kept:
            kept_at_the_end(here)
        sql(here, "UPDATE events SET body = 'x' WHERE seq = ?", changed)
        if not found:
            check(here)
            continue
        with pytest.raises(Damaged, match=f"event {changed} was changed"):
            check(here)


@pytest.mark.parametrize("seq", [1, 3])
@pytest.mark.parametrize("why", ["noted", "the snapshot is damaged", "there are no more"])
def test_a_note_of_damage_has_everything_looked_at(
    path: Path, monkeypatch: pytest.MonkeyPatch, seq: int, why: str
) -> None:
    """So has a snapshot that is not what was kept: all events are folded then."""
    monkeypatch.setattr(rescuing, "LATEST", 10)
    sql(path, "UPDATE events SET body = 'x' WHERE seq = ?", seq)
    kept_at_the_end(path)
    check(path)
    if why == "noted":
        suspect(path).touch()
    elif why == "the snapshot is damaged":
        sql(path, "UPDATE snapshot SET body = x'00'")
    else:
        monkeypatch.setattr(rescuing, "LATEST", len(events()) + 10)
    with pytest.raises(Damaged, match=f"event {seq} was changed"):
        check(path)
    recover(path)
    assert not suspect(path).exists()


def test_a_note_of_damage_has_the_whole_file_looked_at(path: Path) -> None:
    """Also pages that opening a space does not read, such as those of an index of ended runs."""
    with closing(sqlite3.connect(path)) as database:
        query = "SELECT rootpage FROM sqlite_schema WHERE name = 'ended_state'"
        (page,) = database.execute(query).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xaa" * PAGE)
    check(path)
    suspect(path).touch()
    with pytest.raises(Damaged, match="is damaged"):
        check(path)
    assert not recover(path).missing
    check(path)


class Killed(Exception):
    """The process ends here."""


def test_a_rescue_may_be_cut_short_anywhere(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sql(path, "UPDATE events SET body = 'x' WHERE seq = ?", len(events()) - 3)
    before = path.read_bytes()
    rename, replace = Path.rename, Path.replace
    for steps in range(6):
        folder = path.parent / f"try-{steps}"
        folder.mkdir()
        here = shutil.copy(path, folder / "journal.sqlite")
        left: Iterator[int] = iter(range(steps))

        def step(one: Path, other: Path, left: Iterator[int] = left, way: object = None) -> Path:
            if next(left, None) is None:
                raise Killed
            return (rename if way is None else replace)(one, other)

        monkeypatch.setattr(Path, "rename", step)
        monkeypatch.setattr(Path, "replace", lambda one, other, step=step: step(one, other, way=1))
        try:
            recover(here)
        except Killed:
            monkeypatch.undo()
            finish(here)
            if not (folder / "journal.damaged-1.sqlite").exists():
                recover(here)
        monkeypatch.undo()
        assert (folder / "journal.damaged-1.sqlite").read_bytes() == before
        assert list(JournalReader(here).read()) == events()[: len(events()) - 4]
