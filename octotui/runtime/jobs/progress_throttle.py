"""Throttles a script's progress to what people can read (V7)."""

import asyncio
from collections.abc import Callable

from octotui.engine.state import JobProgress

EVERY = 0.5  # seconds between two messages of one job, at first
MANY = 200  # messages after which the interval doubles
SLOWEST = 60.0  # seconds of the longest interval

Tell = Callable[[int, str], None]


class ProgressThrottle:
    """Passes on progress: the first message at once, the last one at the end, with growing intervals between.

    Each is an event, so that a script with very many messages is throttled more and more.
    """

    def __init__(self, tell: Tell, sent: JobProgress | None = None) -> None:
        """Start; after `sent`, the script's earlier messages are repeated first, in a burst."""
        self._tell = tell
        self._sent = sent
        self._latest: JobProgress | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._count = 0
        if sent is not None:
            self._rest()

    def __call__(self, percentage: int, message: str) -> None:
        """Take a message of the script."""
        self._latest = JobProgress(percentage, message)
        if self._timer is None:
            self._pass_on()

    def end(self) -> None:
        """Pass on the held back message; the script has ended."""
        if self._timer is not None:
            self._pass_on()
            self._drop_timer()

    def _pass_on(self) -> None:
        """Pass on a new message, and start the next interval."""
        self._drop_timer()
        if self._latest is not None and self._latest != self._sent:
            self._sent = self._latest
            self._count += 1
            self._tell(self._latest.percentage, self._latest.message)
            self._rest()

    def _rest(self) -> None:
        pause = min(SLOWEST, EVERY * 2 ** min(self._count // MANY, 10))
        self._timer = asyncio.get_running_loop().call_later(pause, self._pass_on)

    def _drop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
