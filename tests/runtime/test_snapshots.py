"""Snapshots while a session runs: few events are folded after a crash, however many there are (R5)."""

import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.commands import ReportHealth
from octotui.engine.state import State
from octotui.engine.state.snapshot import decode
from octotui.runtime import snapshots
from octotui.runtime.open_space import last_state, open_space
from octotui.runtime.snapshots import SnapshotWriter
from octotui.store.journal.in_memory import MemoryJournal
from octotui.store.journal.journal import JournalReader
from tests.world import model, script

MODEL = model({"a": [script("Run")]})


async def test_r5_a_state_is_kept_every_so_many_events(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(snapshots, "EVENTS", 10)
    monkeypatch.setattr(snapshots, "BYTES", 1 << 20)
    path = tmp_path / "test" / "journal.sqlite"
    async with open_space(MODEL, tmp_path, "ann", time.time) as session:
        for number in range(25):
            health = "healthy" if number % 2 else "unhealthy"
            await session.send(ReportHealth("worker1", health))
        here = session.state
        kept = JournalReader(path).snapshot()
        assert kept is not None
        assert here.seq - 10 <= kept[0] <= here.seq
        assert decode(kept[1]).seq == kept[0]
        assert last_state(JournalReader(path)) == here  # as after kill -9


async def test_large_states_are_kept_seldomer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "EVENTS", 10)
    monkeypatch.setattr(snapshots, "BYTES", 1)
    journal = MemoryJournal()
    keeping, state = SnapshotWriter(journal, 0), State()
    keeping.take((), state, replace(state, seq=10))
    first = journal.snapshot()
    assert first is not None
    size = len(first[1])
    keeping.take((), state, replace(state, seq=10 + size - 1))
    assert journal.snapshot() == first
    keeping.take((), state, replace(state, seq=10 + size))
    later = journal.snapshot()
    assert later is not None
    assert later[0] == 10 + size
