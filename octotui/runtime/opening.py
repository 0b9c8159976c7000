"""Opening a space: its folder, its journal, the State where it was left, and a session on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from octotui.engine.commands import LoadModel
from octotui.engine.evolve import evolve
from octotui.engine.snapshot import decode, encode
from octotui.engine.state import State
from octotui.model.space import Model
from octotui.runtime.acquiring import RealAcquirer
from octotui.runtime.clocks import Clock
from octotui.runtime.perform import Crew
from octotui.runtime.session import Session
from octotui.store.folder import SpaceFolder, default_base
from octotui.store.journal import Journal
from octotui.workers.local import LocalExecutor


@asynccontextmanager
async def open_space(model: Model, state_dir: Path | None, user: str, now: Clock) -> AsyncIterator[Session]:
    """A session on the model's space, for one octotui at a time; raises StoreError."""
    folder = space_folder(model.space.slug, state_dir)
    with folder:
        journal = Journal(folder.journal)
        try:
            state = last_state(journal)
            session = Session(
                state, journal, Crew(folder, LocalExecutor(), RealAcquirer(), now), user=user, now=now
            )
            try:
                if state.model != model:
                    await session.send(LoadModel(model))
                await session.start()
                yield session
            finally:
                await session.close()
            journal.save_snapshot(session.state.seq, encode(session.state))
        finally:
            journal.close()


def last_state(journal: Journal) -> State:
    """Where the space was left: the last snapshot, and the events after it (R5)."""
    kept = journal.snapshot()
    state = State() if kept is None else decode(kept[1])
    for event in journal.read(state.seq):
        state = evolve(state, event)
    return state


def state_on_disk(slug: str, state_dir: Path | None) -> State:
    """Where a space was left, read beside whoever has it open; an empty State where there is none."""
    folder = space_folder(slug, state_dir)
    return last_state(Journal(folder.journal)) if folder.journal.exists() else State()


def space_folder(slug: str, state_dir: Path | None) -> SpaceFolder:
    """The folder of a space, under the platform's state directory or another one."""
    return SpaceFolder(default_base() if state_dir is None else state_dir.absolute(), slug)
