"""The scheduling of a run among others: its queue, concurrency tag and slot of the cap.

Theory of operation. A run is in at most one queue, and these fields say in which: in none until
`not_before`, or before its packages are known; in that of its `tag` until it `holds_tag`; in `State.ready`
until it has a `slot`; in `State.resuming` while it is `resuming`. Queues are sorted by rank and ticket, by
which a run is found: dequeue it before either changes.
"""

import msgspec


class RunQueueing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A run's place in the queue, its concurrency tag and its slot (Q1 to Q5)."""

    ticket: int = 0
    priority: bool = False
    moved: bool = False
    not_before: float | None = None  # until then it is in no queue
    tag: str | None = None
    holds_tag: bool = False
    slot: bool = False
    resuming: bool = False

    @property
    def rank(self) -> int:
        """The first sort key: runs moved to the top, then those with priority, then the rest (Q1)."""
        return 0 if self.moved else 1 if self.priority else 2
