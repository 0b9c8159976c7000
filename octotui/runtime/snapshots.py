"""Snapshots while a session runs, so that opening costs the same after a crash as after a clean end (R5)."""

import asyncio
from collections.abc import Sequence

from octotui.engine.events import AnyEvent
from octotui.engine.state import State
from octotui.engine.state.snapshot import encode
from octotui.store.journal.in_memory import AnyJournal

EVENTS = 2000  # least number of events between two snapshots
BYTES = 256  # bytes of a snapshot for each event since the last: a large State is saved less often


class SnapshotWriter:
    """A listener of a session that saves its State from time to time."""

    def __init__(self, journal: AnyJournal, kept: int) -> None:
        """Start after the last snapshot, which holds the events up to `kept`."""
        self._journal = journal
        self._next = kept + EVENTS

    def take(self, events: Sequence[AnyEvent], before: State, after: State) -> None:
        """Save the State after these events, if a snapshot is due."""
        if after.seq >= self._next:
            body = encode(after)
            self._next = after.seq + max(EVENTS, len(body) // BYTES)
            self._journal.save_snapshot(after.seq, body).add_done_callback(_ignore_failure)


def _ignore_failure(saved: "asyncio.Future[None]") -> None:
    """Ignore a failed snapshot: the next append fails in the same way."""
    saved.exception()
