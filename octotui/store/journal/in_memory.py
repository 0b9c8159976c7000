"""A journal in memory, for predictions and tests."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeAlias, cast

from octotui.engine.events import AnyEvent, ModelLoaded, RunQueued
from octotui.engine.events.uses import USES, open_until
from octotui.engine.queries.matcher import NOTHING, matches
from octotui.engine.queries.query import EVERYTHING, Query
from octotui.engine.state import Event
from octotui.store.journal.journal import Journal
from octotui.store.journal.remembered_requests import Effect, RequestId, TakenRequest
from octotui.store.journal.run_records import RunRecord, record_of
from octotui.store.journal.search_summary import SearchSummary, summary_of


class MemoryJournal:
    """The interface of `Journal` without a disk: an append resolves at once."""

    def __init__(self) -> None:
        self._written: list[AnyEvent] = []
        self._runs: dict[str, RunRecord] = {}
        self._snapshot: tuple[int, bytes] | None = None
        self._taken: dict[tuple[str, bytes], Effect] = {}

    def append(self, events: Sequence[Event], taken: TakenRequest | None = None) -> "asyncio.Future[None]":
        """Keep events, and the request that led to them."""
        if taken is not None:
            request = taken.request
            self._taken[request.user, request.name] = Effect(request.digest, taken.first, taken.last)
        for event in events:
            self._written.append(cast("AnyEvent", event))
            run = getattr(event, "run", "")
            if (record := record_of(event, self._runs.get(run))) is not None:
                self._runs[run] = record
        return _done()

    def effect(self, request: RequestId) -> Effect | None:
        """Return what a request led to; None where it did not take effect before."""
        return self._taken.get((request.user, request.name))

    def end_searches(self) -> None:
        """Do nothing: a search here is of few runs."""

    def save_snapshot(self, seq: int, body: bytes) -> "asyncio.Future[None]":
        """Replace the snapshot; `seq` is the last event in it."""
        self._snapshot = (seq, body)
        return _done()

    def snapshot(self) -> tuple[int, bytes] | None:
        """Return the last snapshot as (seq, body)."""
        return self._snapshot

    def read(self, after: int = 0) -> Iterator[AnyEvent]:
        """Return the events after a seq, in order."""
        return (event for event in self._written if event.seq > after)

    def family(self, root: str, *, others: bool = False) -> list[AnyEvent]:
        """Return the events of a run and its descendants, and the models in force meanwhile.

        With `others`, also what other families used of slots and machines while it was open.
        """
        members = {run for run, record in self._runs.items() if record.root == root}
        own = [event for event in self._written if getattr(event, "run", None) in members]
        if not own:
            return []
        models = [each for each in self._written if isinstance(each, ModelLoaded) and each.seq < own[-1].seq]
        before = [each for each in models if each.seq < own[0].seq]
        between = models[len(before) :]
        beside = self._beside(own) if others else ()
        return sorted([*before[-1:], *between, *own, *beside], key=lambda event: event.seq)

    def _beside(self, own: Sequence[AnyEvent]) -> Iterator[AnyEvent]:
        """Yield what other families used while one was open, whose events are `own`."""
        queued, end = next(each for each in own if isinstance(each, RunQueued)), open_until(own)
        members = {
            run
            for run, each in self._runs.items()
            if each.root != queued.root
            and each.queued_at <= end
            and (each.ended_at is None or each.ended_at >= queued.at)
        }
        uses = (each for each in self._written if isinstance(each, USES) and each.at <= end)
        return (each for each in uses if each.run in members)

    def root_of(self, run: str) -> str:
        """Return the root of a run's family; the run itself where it is unknown."""
        return self._runs[run].root if run in self._runs else run

    def question(self, name: str) -> list[AnyEvent]:
        """Return the events of one question, the newest first."""
        return [event for event in reversed(self._written) if getattr(event, "interruption", None) == name]

    def runs(self, limit: int, before: int | None = None) -> list[RunRecord]:
        """Return a page of runs, newest first, numbered below `before`."""
        newest = sorted(self._runs.values(), key=lambda record: -record.number)
        return list(islice((each for each in newest if before is None or each.number < before), limit))

    def history(
        self,
        query: Query = EVERYTHING,
        limit: int = 100,
        before: int | None = None,
        names: Mapping[str, str] = NOTHING,
    ) -> list[RunRecord]:
        """Return a page of ended runs that match a resolved query, newest first, numbered below `before`."""
        ended = (each for each in self.runs(len(self._runs), before) if each.ended_at is not None)
        return list(islice((each for each in ended if matches(query, each, names)), limit))

    def summary(self, query: Query = EVERYTHING, names: Mapping[str, str] = NOTHING) -> SearchSummary:
        """Count the ended runs that match a query, and list the values of all ended runs."""
        ended = (each for each in self.runs(len(self._runs)) if each.ended_at is not None)
        return summary_of(ended, query, names)

    def open_runs(self) -> list[RunRecord]:
        """Return the runs that have not ended, oldest first."""
        still = (record for record in self._runs.values() if record.ended_at is None)
        return sorted(still, key=lambda record: record.number)

    def close(self) -> None:
        """Do nothing: there is nothing to close."""


AnyJournal: TypeAlias = Journal | MemoryJournal


def _done() -> "asyncio.Future[None]":
    future = asyncio.get_running_loop().create_future()
    future.set_result(None)
    return future
