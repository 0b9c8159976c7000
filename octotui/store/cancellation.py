"""Work in a thread that others may end: it looks after every chunk, and what holds it up is interrupted."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SLICE = 0.1  # seconds between two looks


class Cancelled(Exception):
    """The work was ended before its time."""


class Cancellation:
    """Whether somebody wants an end."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._interrupt: Callable[[], None] = lambda: None

    @property
    def stopped(self) -> bool:
        """Whether the end was asked for."""
        return self._event.is_set()

    def stop(self) -> None:
        """Ask for the end, from any thread."""
        self._event.set()
        self._interrupt()

    def check(self) -> None:
        """Go on, or raise Stopped."""
        if self._event.is_set():
            raise Cancelled

    def rest(self, seconds: float) -> None:
        """Wait so long; raises Stopped as soon as the end is asked for."""
        if seconds > 0:
            self._event.wait(seconds)
        self.check()

    def until(self, ready: Callable[[], bool]) -> None:
        """Wait until something is so, looking now and then; raises Stopped."""
        while not ready():
            self.rest(SLICE)

    @contextmanager
    def interrupting(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Call this when the end is asked for meanwhile; it must not wait, nor raise."""
        self._interrupt = interrupt
        try:
            if self.stopped:
                interrupt()  # it came just before
            yield
        finally:
            self._interrupt = lambda: None


class RateLimiter:
    """No more bytes a second than a feed's rate."""

    def __init__(self, rate: int | None, stopping: Cancellation) -> None:
        self._rate, self._stopping = rate, stopping
        self._started, self._done = time.monotonic(), 0
        self.chunk = 64 * 1024 if rate is None else max(1, min(64 * 1024, rate // 10))

    def passed(self, count: int) -> None:
        """So many bytes more have come; waits until they may have, or raises Stopped."""
        self._done += count
        late = 0.0 if self._rate is None else self._done / self._rate - (time.monotonic() - self._started)
        self._stopping.rest(late)
