"""Read-only access to a space on disk, beside the process that may have it open."""

import asyncio
from pathlib import Path

from octotui.engine.events import AnyEvent
from octotui.engine.evolve.evolve import replay
from octotui.engine.queries.query import EVERYTHING, Query
from octotui.engine.state import State
from octotui.runtime.open_space import state_on_disk
from octotui.store.journal.journal import JournalReader
from octotui.store.journal.run_records import RunRecord
from octotui.store.journal.search_summary import SearchSummary
from octotui.store.space_folder import SpaceFolder


class OfflineSpace:
    """The part of a client's interface that needs no server; methods may raise StoreError."""

    def __init__(self, folder: SpaceFolder) -> None:
        self.state: State = state_on_disk(folder)
        self._folder = folder
        self._journal = JournalReader(folder.journal)

    async def history(
        self, query: Query = EVERYTHING, before: int | None = None, limit: int = 100
    ) -> list[RunRecord]:
        """Return a page of ended runs that match a resolved query, newest first, numbered below `before`."""
        if not self.state.seq:
            return []
        names = self.state.model.place_names
        return await asyncio.to_thread(self._journal.history, query, limit, before, names)

    async def summary(self, query: Query = EVERYTHING) -> SearchSummary | None:
        """Count the ended runs that match a query, and list the values of all ended runs."""
        if not self.state.seq:
            return SearchSummary()
        return await asyncio.to_thread(self._journal.summary, query, self.state.model.place_names)

    async def family(self, root: str) -> State:
        """Return a State with a run and its descendants, also after they have ended."""
        return replay(await self.events_of(root))

    async def events_of(self, run: str, *, others: bool = False) -> tuple[AnyEvent, ...]:
        """Return all events of a run's family, with `others` also what other families used meanwhile."""
        journal = self._journal
        return tuple(
            await asyncio.to_thread(lambda: journal.family(journal.root_of(run) or run, others=others))
        )

    def log_path(self, run: str, job: str) -> Path:
        """Return the path of a job's output; a job without output has no file."""
        return self._folder.log(run, job)

    def log_end(self, run: str, job: str) -> int | None:
        """Return None: the moment is the present."""
        return None

    async def whole_log(self, run: str, job: str) -> Path:
        """Return the same path: the log is complete."""
        return self.log_path(run, job)

    def artifact_path(self, run: str, job: str, name: str) -> Path:
        """Return the path of a job's artifact."""
        return self._folder.artifacts(run, job) / name
