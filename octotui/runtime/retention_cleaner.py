"""Retention: expired runs and files are removed in the background, in small steps."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import get_args

from octotui.engine.commands import RecordRemoval, Refused, RemoveRuns
from octotui.engine.state import FileKind
from octotui.model.space import Keep
from octotui.runtime.session import Session
from octotui.store.directory import remove_tree
from octotui.store.errors import StoreError
from octotui.store.journal.removal import EndedFamily, ended_families, reaches, removal, runs_in
from octotui.store.space_folder import SpaceFolder

HOUR = 3600.0  # seconds from one cleaning to the next
STEP = 20  # families of one step
REST = 0.05  # seconds between two steps
KINDS: tuple[FileKind, ...] = get_args(FileKind)


class RetentionCleaner:
    """Applies a model's retention to a session's space, at once and then every hour."""

    def __init__(self, session: Session, folder: SpaceFolder) -> None:
        self._session = session
        self._folder = folder

    async def work(self) -> None:
        """Clean until cancelled; errors are retried an hour later."""
        while True:
            with suppress(StoreError, Refused):
                await self.clean()
            await asyncio.sleep(HOUR)

    async def clean(self) -> None:
        """Remove everything that has expired."""
        declared = self._session.state.model.retention
        if any(not getattr(declared, name).forever for name in ("runs", *KINDS)):
            families = await asyncio.to_thread(ended_families, self._folder.journal)
            gone = expired(families, declared.runs, self._session.now())
            await self._remove_runs(gone)
            left = [each for each in families if each not in set(gone)]
            for kind in KINDS:
                await self._remove_files(kind, expired(left, getattr(declared, kind), self._session.now()))

    async def _remove_runs(self, families: Sequence[EndedFamily]) -> None:
        """Remove families, the oldest first; the first event also records what must be kept."""
        if not families:
            return
        before: int | None = None
        await asyncio.to_thread(self._remove_orphans)
        kept_at = self._session.state.durations_recorded
        durations = await asyncio.to_thread(reaches, self._folder.journal, families, kept_at)
        for first in range(0, len(families), STEP):
            some = families[first : first + STEP]
            doomed = await asyncio.to_thread(removal, self._folder.journal, some, before)
            command = RemoveRuns(runs=doomed.runs, gaps=doomed.gaps, keep=before is None, durations=durations)
            events = await self._session.send(command)
            before = before or events[0].seq
            for kind in KINDS:
                await asyncio.to_thread(_remove, self._folder.path / kind, doomed.runs)
            await asyncio.sleep(REST)

    async def _remove_files(self, kind: FileKind, families: Sequence[EndedFamily]) -> None:
        """Remove one kind of files of these families; the runs themselves stay."""
        folder = self._folder.path / kind
        there = await asyncio.to_thread(_names, folder)
        runs = [run for family in families for run in family.runs if run in there]
        for first in range(0, len(runs), STEP):
            await asyncio.to_thread(_remove, folder, runs[first : first + STEP])
            await asyncio.sleep(REST)
        if runs:
            await self._session.send(RecordRemoval(kind=kind, runs=len(runs)))

    def _remove_orphans(self) -> None:
        """Remove files of removed runs, which a crash in between has left."""
        there = {kind: _names(self._folder.path / kind) for kind in KINDS}
        known = runs_in(self._folder.journal)  # after the listing: a run is journaled before it has files
        for kind, names in there.items():
            _remove(self._folder.path / kind, sorted(names - known))


def expired(families: Sequence[EndedFamily], keep: Keep, now: float) -> list[EndedFamily]:
    """Return the families that have expired, oldest first; `families` come latest first."""
    spare = families[keep.keep :] if keep.keep is not None else ()
    old = (each for each in families if keep.age is not None and each.ended_at < now - keep.age)
    gone = {each.root: each for each in (*spare, *old)}
    return sorted(gone.values(), key=lambda each: each.ended_at)


def _names(folder: Path) -> set[str]:
    try:
        return {each.name for each in folder.iterdir() if each.name.startswith("run-")}
    except FileNotFoundError:
        return set()


def _remove(folder: Path, runs: Sequence[str]) -> None:
    for run in runs:
        remove_tree(folder / run)
