"""Opening a space: its folder, its journal, the State where it was left, and a session on it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from octotui.engine.evolve import evolve
from octotui.engine.snapshot import Unreadable, decode, encode
from octotui.engine.state import State
from octotui.model.space import Model
from octotui.runtime.acquiring import RealAcquirer
from octotui.runtime.attached import Listener
from octotui.runtime.clocks import Clock
from octotui.runtime.perform import Crew
from octotui.runtime.retention import Retention
from octotui.runtime.session import Session
from octotui.runtime.snapshots import Snapshots
from octotui.runtime.timetable import Timetable
from octotui.store.errors import Damaged, StoreError
from octotui.store.folder import SpaceFolder, default_base
from octotui.store.journal import Journal, Reader
from octotui.store.rescue import Rescued, check, finish, rescue
from octotui.workers.local import LocalExecutor


@asynccontextmanager
async def open_space(
    model: Model, state_dir: Path | None, user: str, now: Clock, *listeners: Listener, schedules: bool = False
) -> AsyncIterator[Session]:
    """A session on the model's space, for one octotui at a time; raises StoreError.

    It keeps to the model's `schedules` where that is asked for. Of a damaged journal `session.rescued` says
    what is missing.
    """
    folder = space_folder(model.space.slug, state_dir)
    with folder:
        journal, state, rescued = _taken_up(folder.journal)
        try:
            crew = Crew(folder, LocalExecutor(), RealAcquirer(), now)
            timetable = Timetable() if schedules else None
            session = Session(state, journal, crew, user=user, now=now, timetable=timetable)
            session.listen(Snapshots(journal, (journal.snapshot() or (0, b""))[0]).take)
            for listener in listeners:
                session.listen(listener)
            try:
                await session.start(model, rescued)
                async with _beside(Retention(session, folder).work()):
                    yield session
            finally:
                await session.close()
            with suppress(StoreError):  # it only saves the next one time
                await journal.save_snapshot(session.state.seq, encode(session.state))
        finally:
            journal.close()


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Do something in the background meanwhile."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _taken_up(path: Path) -> tuple[Journal, State, Rescued | None]:
    """The journal and where it was left; of a damaged one what can be read, and a sentence about it."""
    finish(path)
    try:
        check(path)
        return *_opened(path), None
    except Damaged:
        rescued = rescue(path)
    return *_opened(path), rescued


def _opened(path: Path) -> tuple[Journal, State]:
    journal = Journal(path)
    try:
        return journal, last_state(journal)
    except StoreError:
        journal.close()
        raise


def last_state(journal: Reader) -> State:
    """Where the space was left: the last snapshot, and the events after it (R5)."""
    state = _kept(journal)
    for event in journal.read(state.seq):
        try:
            state = evolve(state, event)
        except (KeyError, ValueError, IndexError) as error:
            raise Damaged(
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
