"""A space looked at where it lies, beside whoever has it open: nothing is started, nothing written."""

import asyncio
from pathlib import Path

from octotui.engine.evolve.evolve import replay
from octotui.engine.queries.query import EVERYTHING, Query
from octotui.engine.state import State
from octotui.runtime.open_space import state_on_disk
from octotui.store.journal.journal import JournalReader
from octotui.store.journal.run_records import RunRecord
from octotui.store.journal.search_summary import SearchSummary
from octotui.store.space_folder import SpaceFolder


class OfflineSpace:
    """The part of a client's surface that needs no server; may raise StoreError."""

    def __init__(self, folder: SpaceFolder) -> None:
        self.state: State = state_on_disk(folder)
        self._folder = folder
        self._journal = JournalReader(folder.journal)

    async def history(
        self, query: Query = EVERYTHING, before: int | None = None, limit: int = 100
    ) -> list[RunRecord]:
        """Ended runs that fulfil a query, which is resolved, the newest of those before a number."""
        if not self.state.seq:
            return []
        names = self.state.model.place_names
        return await asyncio.to_thread(self._journal.history, query, limit, before, names)

    async def summary(self, query: Query = EVERYTHING) -> SearchSummary | None:
        """How many ended runs a query finds, and the values that all of them have."""
        if not self.state.seq:
            return SearchSummary()
        return await asyncio.to_thread(self._journal.summary, query, self.state.model.place_names)

    async def family(self, root: str) -> State:
        """A State in which a run and all it started can be looked at, though it has ended."""
        journal = self._journal
        return replay(await asyncio.to_thread(lambda: journal.family(journal.root_of(root) or root)))

    def log_path(self, run: str, job: str) -> Path:
        """Where a job's output is; a job without output has no file."""
        return self._folder.log(run, job)

    async def whole_log(self, run: str, job: str) -> Path:
        """The same: all of it is there."""
        return self.log_path(run, job)

    def artifact_path(self, run: str, job: str, name: str) -> Path:
        """Where a file is that a job's script had kept."""
        return self._folder.artifacts(run, job) / name
