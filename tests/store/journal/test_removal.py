"""What retention removes: the State folded from what is left is the State there was, and the chain holds."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from octotui.engine.advance import advance
from octotui.engine.commands import RemoveRuns
from octotui.engine.events import (
    AnyEvent,
    HealthChanged,
    ModelLoaded,
    RunEnded,
    RunsRemoved,
    RunStarted,
    VariablePublished,
)
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import Event, State
from octotui.model.process import Simulate
from octotui.store.errors import Damaged, StoreError
from octotui.store.journal import removal as removing
from octotui.store.journal import sqlite
from octotui.store.journal.hash_chain import Head
from octotui.store.journal.journal import JournalReader
from octotui.store.journal.recovery import check, recover
from octotui.store.journal.removal import EndedFamily, ended_families, reaches, removal, runs_in
from octotui.store.journal.tables import Tables
from octotui.store.journal.verification import verify
from tests.engine.walk import Walk
from tests.store.events import model, numbered, queued
from tests.world import World, script
from tests.world import model as world_model


class Space:
    """A journal, its writer's tables, and the State, without threads."""

    def __init__(self, path: Path, events: list[AnyEvent]) -> None:
        self.path = path
        self.database = sqlite.connect(path)
        self.tables = Tables(self.database)
        self.state = State()
        self.add(events)

    def add(self, events: list[AnyEvent] | tuple[AnyEvent, ...]) -> None:
        self.database.execute("BEGIN")
        self.tables.add(events)
        self.database.execute("COMMIT")
        for event in events:
            self.state = evolve(self.state, event)

    def remove(
        self, families: list[EndedFamily], before: int | None = None, *, durations: bool = True
    ) -> int:
        """Remove families in one step; say which event it is."""
        found = removal(self.path, families, before)
        command = RemoveRuns(runs=found.runs, gaps=found.gaps, keep=before is None, durations=durations)
        state, events = advance(self.state, command, self.state.at + 1)
        self.add(events)
        assert self.state == state
        return events[0].seq

    def folded(self) -> State:
        state = State()
        for event in JournalReader(self.path).read():
            state = evolve(state, event)
        return state


def walked(seed: int) -> list[AnyEvent]:
    walk = Walk(seed)
    for _ in range(160):
        if walk.random.random() < 0.45:
            walk.surprise()
        else:
            walk.step()
    return walk.events


@pytest.mark.parametrize("seed", range(12))
def test_r5_what_is_left_folds_to_the_same_state_and_the_chain_is_whole(tmp_path: Path, seed: int) -> None:
    """Several passes over a walk that goes on between them, with some families open all the time."""
    random, events = Random(seed), walked(seed)
    space = Space(tmp_path / "journal.sqlite", events[: len(events) // 2])
    rest = events[len(events) // 2 :]
    shift = 0
    for _ in range(3):
        families = ended_families(space.path)
        gone = sorted(random.sample(families, len(families) * 2 // 3), key=lambda each: each.ended_at)
        before: int | None = None
        durations = reaches(space.path, gone, space.state.durations_recorded)
        for first in range(0, len(gone), 2):
            before = before or space.remove(gone[first : first + 2], durations=durations)
            if first:
                space.remove(gone[first : first + 2], before)
            shift += 1
            assert space.folded() == space.state
        assert verify(space.path).breaks == ()
        left = {each.root for each in families} - {each.root for each in gone}
        assert {each.root for each in ended_families(space.path)} == left
        some, rest = rest[: len(rest) // 2], rest[len(rest) // 2 :]
        space.add([moved(event, shift) for event in some])
        assert space.folded() == space.state
    check(space.path)
    space.database.close()


def test_e5_all_durations_are_kept_again_only_where_an_event_that_says_them_goes(tmp_path: Path) -> None:
    """E5, R5: not with each removal: events of later families, and the last that has all, say them."""
    world = World(world_model({"a": [script("Dump", simulate=Simulate(takes=5.0))]}))
    space = Space(tmp_path / "journal.sqlite", [])

    def run(times: int) -> None:
        for _ in range(times):
            world.state = replace(space.state)
            seen = len(world.events)
            world.start("a")
            world.run_out()
            space.add(world.events[seen:])

    def remove(count: int) -> bool:
        gone = sorted(ended_families(space.path), key=lambda each: each.ended_at)[:count]
        kept = reaches(space.path, gone, space.state.durations_recorded)
        space.remove(gone, durations=kept)
        assert space.folded() == space.state
        assert space.state.durations.get("a//Dump") is not None
        return kept

    space.add(world.events)
    run(12)
    assert [remove(1) for _ in range(4)] == [True, False, False, False]
    run(4)
    assert [remove(4), remove(1)] == [False, False]
    assert [remove(4) for _ in range(2)] == [True, True]
    last = [each for each in JournalReader(space.path).read() if isinstance(each, RunsRemoved)][-1]
    assert last.retained is not None
    space.database.close()


def test_r5_any_number_of_families_go_at_once(tmp_path: Path) -> None:
    """More than the text of a statement can name."""
    path = tmp_path / "journal.sqlite"
    add(path, model("only"), *ran(1))
    many = [EndedFamily(f"run-{number}", (f"run-{number}",), 0.0) for number in range(1, 250_000)]
    assert reaches(path, many, 1)
    assert reaches(path, many, 3)
    assert not reaches(path, many[1:], 2)


def moved(event: AnyEvent, by: int) -> AnyEvent:
    return replace(event, seq=event.seq + by)


def test_when_all_is_gone_only_the_model_and_published_values_are_left(tmp_path: Path) -> None:
    walk = Walk(3)
    walk.go(120)
    space = Space(tmp_path / "journal.sqlite", walk.events)
    digest = space.database.execute("SELECT hash FROM events WHERE seq = 20").fetchone()[0]
    kept = Head(20, digest.hex())
    space.remove(ended_families(space.path))
    left = list(JournalReader(space.path).read())
    assert [type(each).__name__ for each in left if type(each).__name__ != "VariablePublished"] == [
        "ModelLoaded",
        "RunsRemoved",
    ]
    assert space.folded() == space.state
    assert (verify(space.path).breaks, runs_in(space.path)) == ((), set())
    assert "removed by retention" in verify(space.path, kept).breaks[0].text
    space.database.close()


def test_a_family_that_stays_is_read_as_before(tmp_path: Path) -> None:
    walk = Walk(5)
    walk.go(120)
    space = Space(tmp_path / "journal.sqlite", walk.events)
    families = ended_families(space.path)
    reader, stays = JournalReader(space.path), families[1::2]
    before = {each.root: reader.family(each.root) for each in stays}
    space.remove(families[::2])
    for root, events in before.items():
        models = [each for each in events if isinstance(each, ModelLoaded)]
        assert reader.family(root) == events
        assert models
    assert all(reader.family(each.root) == [] for each in families[::2])
    space.database.close()


def test_what_is_removed_cannot_be_forged_away(tmp_path: Path) -> None:
    walk = Walk(5)
    walk.go(60)
    space = Space(tmp_path / "journal.sqlite", walk.events)
    space.remove(ended_families(space.path)[1:])
    space.database.close()
    assert verify(space.path).breaks == ()
    with closing(sqlite3.connect(space.path)) as database:
        last = database.execute("SELECT max(seq) FROM events").fetchone()[0]
        database.execute("DELETE FROM events WHERE seq = ?", (last - 1,))
        database.execute("UPDATE gaps SET last = ?", (last - 1,))
        database.commit()
    assert verify(space.path).breaks


@pytest.mark.parametrize("passes", [1, 2])
def test_a_rescue_keeps_what_retention_left(tmp_path: Path, passes: int) -> None:
    """R4: also where the event that vouched for the gaps is lost, and an earlier one is not."""
    space = Space(tmp_path / "journal.sqlite", walked(1))
    families = ended_families(space.path)
    for number in range(1, passes + 1):
        seq = space.remove(families[number::passes])
    space.add([])
    space.database.close()
    with closing(sqlite3.connect(space.path)) as database:
        database.execute("UPDATE events SET body = 'x' WHERE seq = ?", (seq,))
        database.commit()
    told = recover(space.path).message
    check(space.path)
    assert f"event {seq} is missing" in told or f" to {seq} are missing" in told  # what it vouched for, too
    assert next(iter(JournalReader(space.path).read())).seq < seq


def add(path: Path, *events: Event) -> None:
    with closing(sqlite.connect(path)) as database:
        (last,) = database.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()
        Tables(database).add(numbered(*events, first=last + 1))


def ran(number: int, *meanwhile: Event) -> tuple[Event, ...]:
    return queued(number), *meanwhile, RunEnded(run=f"run-{number}", state="succeeded")


def test_r5_the_family_that_ended_last_comes_first(tmp_path: Path) -> None:
    """Whatever numbers they have; one of which anything is open has not ended."""
    path = tmp_path / "journal.sqlite"
    add(
        path, queued(1), queued(2), *ran(5), queued(3, root=2), *ran(4), RunEnded(run="run-1", state="failed")
    )
    add(path, queued(6), queued(7, root=6), *ran(8, RunEnded(run="run-6", state="failed")))
    add(path, RunEnded(run="run-7", state="failed"), RunEnded(run="run-2", state="failed"))
    found = ended_families(path)
    assert [each.root for each in found] == ["run-6", "run-8", "run-1", "run-4", "run-5"]
    assert (found[0].runs, found[0].ended_at) == (("run-6", "run-7"), 7.0)


def test_r5_a_family_that_stays_has_its_first_event_wherever_that_stands(tmp_path: Path) -> None:
    """Also at the first place of a part of the journal, and where it goes on in a later one."""
    path = tmp_path / "journal.sqlite"
    idle = HealthChanged(worker="worker1", health="healthy")
    add(path, *ran(1), *[idle] * (sqlite.PART - 3), queued(2), *[idle] * (sqlite.PART - 1))
    add(path, RunStarted(run="run-2"))
    before = JournalReader(path).family("run-2")
    assert [each.seq for each in before] == [sqlite.PART, sqlite.PART * 2]
    (gap,) = removal(path, ended_families(path)).gaps
    assert (gap.first, gap.last) == (1, sqlite.PART - 1)


def test_r5_where_no_family_stays_what_came_after_the_last_goes_too(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    add(path, model("only"), *ran(1), HealthChanged(worker="worker1", health="healthy"))
    (gap,) = removal(path, ended_families(path)).gaps
    assert (gap.first, gap.last) == (2, 4)


def test_r5_gaps_are_vouched_for_again_where_the_event_that_did_goes_too(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    add(path, model("only"))
    published = VariablePublished(run="run-1", variable_set="shared", name="Colour", value="blue")
    add(path, *ran(1, published), *ran(2))
    for root, later in (("run-1", queued(3)), ("run-2", queued(4))):
        found = removal(path, [each for each in ended_families(path) if each.root == root])
        add(path, RunsRemoved(runs=found.runs, gaps=found.gaps), later)
        assert verify(path).breaks == ()
    left = [type(each).__name__ for each in JournalReader(path).read()]
    assert left == ["ModelLoaded", "VariablePublished", "RunQueued", "RunsRemoved", "RunQueued"]


def test_r5_what_goes_is_read_of_one_moment_whoever_writes_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.sqlite"
    writer = sqlite.connect(path)
    add(path, model("only"), *ran(1))
    families = ended_families(path)
    alone = removal(path, families)
    first_left = removing._first_left

    def meanwhile(database: sqlite3.Connection, runs: tuple[str, ...]) -> int:
        add(path, model("another"), *ran(2))
        return first_left(database, runs)

    monkeypatch.setattr(removing, "_first_left", meanwhile)
    assert removal(path, families) == alone
    writer.close()


@pytest.mark.parametrize("whole", [0, 4096], ids=["rubbish", "a first page"])
@pytest.mark.parametrize("ask", [ended_families, runs_in, lambda path: removal(path, [])])
def test_r4_a_damaged_journal_is_never_taken_for_an_empty_one(
    tmp_path: Path, whole: int, ask: Callable[[Path], object]
) -> None:
    path = tmp_path / "journal.sqlite"
    add(path, model("only"), *ran(1))
    with path.open("r+b") as file:
        file.seek(whole)
        file.write(b"rubbish" * (path.stat().st_size // 7))
    with pytest.raises(StoreError, match="is damaged"):
        ask(path)


@pytest.mark.parametrize("value", ["root = x'ff'", "ended_at = 'abc'"])
def test_r4_a_family_whose_record_does_not_fit_is_damage(tmp_path: Path, value: str) -> None:
    path = tmp_path / "journal.sqlite"
    with closing(sqlite.connect(path)) as database:
        Tables(database).add(numbered(queued(1), RunEnded(run="run-1", state="failed")))
        database.execute(f"UPDATE runs SET {value}")
    with pytest.raises(Damaged, match="malformed table of runs"):
        ended_families(path)
