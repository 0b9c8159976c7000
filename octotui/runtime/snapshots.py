"""Snapshots while a session runs, so that opening costs the same after a crash as after a clean end (R5)."""

import asyncio
from collections.abc import Sequence

from octotui.engine.events import AnyEvent
from octotui.engine.state import State
from octotui.engine.state.snapshot import encode
from octotui.store.journal.in_memory import AnyJournal

EVENTS = 2000  # from one snapshot to the next, at least
BYTES = 256  # of a snapshot for each event that it saves: with many open runs they come seldomer


class SnapshotWriter:
    """Listens to a session, and keeps its State now and then."""

    def __init__(self, journal: AnyJournal, kept: int) -> None:
        """`kept` is the last event in the snapshot there is."""
        self._journal = journal
        self._next = kept + EVENTS

    def take(self, events: Sequence[AnyEvent], before: State, after: State) -> None:
        """Keep the State after these events, if it is time."""
        if after.seq >= self._next:
            body = encode(after)
            self._next = after.seq + max(EVENTS, len(body) // BYTES)
            self._journal.save_snapshot(after.seq, body).add_done_callback(_passed_over)


def _passed_over(saved: "asyncio.Future[None]") -> None:
    """A snapshot only saves time: what its commit failed of, the next events fail of, too."""
    saved.exception()
