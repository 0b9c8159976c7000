"""Clocks: that of the wall, and a loop whose time jumps to whatever comes next."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

Clock = Callable[[], float]
T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


class SteadyClock:
    """A clock that never goes back: where the one of the wall is set back, it goes on by that of the loop.

    So what falls due does so in time, though the clock was set back by an hour, or ran ahead in an earlier
    session, which is why it begins no earlier than the last event.
    """

    def __init__(self, wall: Clock, least: float) -> None:
        self._wall = wall
        self._last = least
        self._loop_time: float | None = None

    def __call__(self) -> float:
        """Seconds since 1970."""
        now, loop_time = self._wall(), asyncio.get_running_loop().time()
        if now < self._last:
            passed = 0.0 if self._loop_time is None else loop_time - self._loop_time
            now = self._last + passed
        self._last, self._loop_time = now, loop_time
        return now


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time: when everybody sleeps, time jumps to the first who wakes.

    Threads work in real time, so while one does, a timer is waited for: no timeout is over before its thread
    had that long.
    """

    def __init__(self) -> None:
        super().__init__(_Jumping(self))
        self.moment = 0.0
        self.calls = 0  # in threads, not yet returned

    def time(self) -> float:
        """Seconds since the loop was made, in its own time."""
        return self.moment

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Arguments], T], *args: *Arguments
    ) -> asyncio.Future[T]:
        """Call a function in a thread, and let time be real until it returns."""
        future = super().run_in_executor(executor, func, *args)
        self.calls += 1
        future.add_done_callback(self._returned)
        return future

    def _returned(self, _: asyncio.Future[Any]) -> None:
        self.calls -= 1

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Wait until the threads have ended; from Python 3.12 on asyncio sets a timeout for this (300 s)."""
        self.calls += 1
        try:
            await super().shutdown_default_executor(*(() if timeout is None else (timeout,)))
        finally:
            self.calls -= 1


class _Jumping(selectors.DefaultSelector):
    """A selector that waits for a timer only while threads work, and else lets the loop's time jump to it."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(timeout if timeout is None or self._loop.calls else 0)
        if not ready and timeout:
            self._loop.moment += timeout
        return ready


def in_virtual_time(main: Callable[[Clock], Coroutine[Any, Any, T]], start: float) -> T:
    """Run a coroutine in virtual time; it is given a clock that begins at `start`."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        return runner.run(main(lambda: start + loop.time()))
