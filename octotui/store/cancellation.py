"""Cooperative cancellation of work in a thread: checked after every chunk; a blocking call is interrupted."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

SLICE = 0.1  # seconds between two polls

T = TypeVar("T")


class Cancelled(Exception):
    """Raised in work whose cancellation was requested."""


class Cancellation:
    """A cancellation token, shared by a worker thread and those who may cancel it."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._interrupt: Callable[[], None] = lambda: None

    @property
    def stopped(self) -> bool:
        """Whether cancellation was requested."""
        return self._event.is_set()

    def stop(self) -> None:
        """Request cancellation, from any thread."""
        self._event.set()
        self._interrupt()

    def check(self) -> None:
        """Raise Cancelled once cancellation was requested."""
        if self._event.is_set():
            raise Cancelled

    def rest(self, seconds: float) -> None:
        """Sleep for some seconds; raises Cancelled as soon as cancellation is requested."""
        if seconds > 0:
            self._event.wait(seconds)
        self.check()

    def until(self, ready: Callable[[], bool]) -> None:
        """Poll until `ready` returns true; raises Cancelled."""
        while not ready():
            self.rest(SLICE)

    @contextmanager
    def interrupting(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Call `interrupt` on a cancellation inside the block; it must neither block nor raise."""
        self._interrupt = interrupt
        try:
            if self.stopped:
                interrupt()  # requested just before the block
            yield
        finally:
            self._interrupt = lambda: None


async def in_thread(work: Callable[[], T], stopping: Cancellation, threads: Executor | None = None) -> T:
    """Return the result of work in a thread; a cancelled task stops the work, and waits for its end."""
    working = asyncio.get_running_loop().run_in_executor(threads, work)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        stopping.stop()
        await asyncio.wait({working})
        working.exception()
        raise


@asynccontextmanager
async def holding(lock: asyncio.Lock, stopping: Cancellation) -> AsyncIterator[None]:
    """Hold a lock; raises Cancelled where cancellation is requested while it is waited for."""
    while lock.locked():
        stopping.check()
        await asyncio.sleep(SLICE)
    async with lock:
        yield


class RateLimiter:
    """Throttles a transfer to a feed's rate in bytes a second; None is unlimited."""

    def __init__(self, rate: int | None, stopping: Cancellation) -> None:
        self._rate, self._stopping = rate, stopping
        self._started, self._done = time.monotonic(), 0
        self.chunk = 64 * 1024 if rate is None else max(1, min(64 * 1024, rate // 10))

    def passed(self, count: int) -> None:
        """Count received bytes, and sleep until the rate allows them; raises Cancelled."""
        self._done += count
        late = 0.0 if self._rate is None else self._done / self._rate - (time.monotonic() - self._started)
        self._stopping.rest(late)
