"""How far a script says it has come, told no more often than people can read (V7)."""

import asyncio
from collections.abc import Callable

from octotui.engine.state import JobProgress

EVERY = 0.5  # seconds between two words of one job, at first
MANY = 200  # words, after which each so many more it is twice as long
SLOWEST = 60.0  # seconds, which it is at most

Tell = Callable[[int, str], None]


class ProgressThrottle:
    """Passes on what a script says of its progress: the first word at once, the last one at its end.

    Each is an event, so that who has said very much is heard more and more rarely.
    """

    def __init__(self, tell: Tell, sent: JobProgress | None = None) -> None:
        """Where something was `sent` already, a script is heard again: its old words come first, and fast."""
        self._tell = tell
        self._sent = sent
        self._latest: JobProgress | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._count = 0
        if sent is not None:
            self._rest()

    def __call__(self, percentage: int, message: str) -> None:
        """Take a word of the script."""
        self._latest = JobProgress(percentage, message)
        if self._timer is None:
            self._pass_on()

    def end(self) -> None:
        """Pass on what was held back; the script has ended."""
        if self._timer is not None:
            self._timer.cancel()
            self._pass_on()
            self._drop_timer()

    def _pass_on(self) -> None:
        """Tell what is new, and nothing more for a while."""
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
