"""Opening a space: its folder, its journal, the State where it was left, and a session on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from octotui.engine.evolve import evolve
from octotui.engine.snapshot import Unreadable, decode, encode
from octotui.engine.state import State
from octotui.model.space import Model
from octotui.runtime.acquiring import RealAcquirer
from octotui.runtime.clocks import Clock
from octotui.runtime.perform import Crew
from octotui.runtime.session import Listener, Session
from octotui.runtime.snapshots import Snapshots
from octotui.runtime.timetable import Timetable
from octotui.store.errors import StoreError
from octotui.store.folder import SpaceFolder, default_base
from octotui.store.journal import Journal, Reader
from octotui.workers.local import LocalExecutor


@asynccontextmanager
async def open_space(
    model: Model, state_dir: Path | None, user: str, now: Clock, *listeners: Listener, schedules: bool = False
) -> AsyncIterator[Session]:
    """A session on the model's space, for one octotui at a time; raises StoreError.

    It keeps to the model's `schedules` where that is asked for.
    """
    folder = space_folder(model.space.slug, state_dir)
    with folder:
        journal = Journal(folder.journal)
        try:
            crew = Crew(folder, LocalExecutor(), RealAcquirer(), now)
            timetable = Timetable() if schedules else None
            session = Session(last_state(journal), journal, crew, user=user, now=now, timetable=timetable)
            session.listen(Snapshots(journal, (journal.snapshot() or (0, b""))[0]).take)
            for listener in listeners:
                session.listen(listener)
            try:
                await session.start(model)
                yield session
            finally:
                await session.close()
            with suppress(StoreError):  # it only saves the next one time
                await journal.save_snapshot(session.state.seq, encode(session.state))
        finally:
            journal.close()


def last_state(journal: Reader) -> State:
    """Where the space was left: the last snapshot, and the events after it (R5)."""
    state = _kept(journal)
    for event in journal.read(state.seq):
        try:
            state = evolve(state, event)
        except (KeyError, ValueError, IndexError) as error:
            raise StoreError(
                f"the journal is damaged: event {event.seq} does not fit what came before it"
            ) from error
    return state


def _kept(journal: Reader) -> State:
    """The last snapshot, or the beginning where there is none that can be read."""
    kept = journal.snapshot()
    try:
        return State() if kept is None else decode(kept[1])
    except Unreadable:
        return State()


def state_on_disk(folder: SpaceFolder) -> State:
    """Where a space was left, read beside whoever has it open; an empty State where there is none."""
    try:
        there = folder.journal.stat().st_size > 0
    except OSError:
        there = False
    return last_state(Reader(folder.journal)) if there else State()


def space_folder(slug: str, state_dir: Path | None) -> SpaceFolder:
    """The folder of a space, under the platform's state directory or another one."""
    return SpaceFolder(default_base() if state_dir is None else state_dir.absolute(), slug)
