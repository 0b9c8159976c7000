"""Clocks: a wall clock that resists steps, and an event loop in virtual time."""

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

from octotui.store.clock_anchor import Anchor

Clock = Callable[[], float]
T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


STEP = 300.0  # seconds by which the wall clock may be stepped unnoticed
TRIAL = 3600.0  # seconds that a larger step must last before it counts


class SteadyClock:
    """A monotonic wall clock, which follows the boot clock where the wall clock is stepped (R7).

    A step of over five minutes against the boot clock counts once it has lasted an hour, or is confirmed;
    until then this clock follows the boot clock, so that a step alone fires no deadline. It never goes back,
    and starts no earlier than the last event, whose session may have had a clock that ran ahead. An `anchor`
    of the same boot reveals a step between two sessions.
    """

    def __init__(
        self, wall: Clock, least: float, steady: Clock | None = None, anchor: Anchor | None = None
    ) -> None:
        self._wall = wall
        self._steady = steady
        self._last = least
        self._at: float | None = None
        self._step = 0.0  # offset of the wall clock from this one, of a step that does not count yet
        self._behind = 0.0  # the same of an accepted step backwards
        self._since = 0.0  # on the steady clock
        if anchor is not None:
            self._last, self._at = max(least, anchor.wall), anchor.steady

    def __call__(self) -> float:
        """Return the seconds since 1970."""
        wall, steady = self._wall(), self._now_steady()
        expected = self._last + (max(0.0, steady - self._at) if self._at is not None else 0.0)
        step = wall - expected if self._at is not None else 0.0
        if abs(step) <= STEP:
            self._step = self._behind = 0.0
        elif abs(step - self._behind) <= STEP:
            self._step = 0.0
        elif not self._step or abs(step - self._step) > STEP:
            self._step, self._since = step, steady
        elif steady - self._since >= TRIAL:
            self.confirm()
        follows = not self._step and wall >= expected - STEP
        self._last, self._at = max(self._last, wall if follows else expected), steady
        return self._last

    @property
    def trouble(self) -> str:
        """A sentence about a step that does not count yet, or ""."""
        if not self._step:
            return ""
        way = "ahead" if self._step > 0 else "back"
        rest = TRIAL - (self._now_steady() - self._since)
        until = f" for {_minutes(rest)} more" if self._step > 0 else ""
        return (
            f"the clock of this machine was set {way} by {_minutes(abs(self._step))}: schedules, expiry and"
            f" retention go by the old time{until}; `octotui clock FILE --confirm` accepts the new one"
        )

    def confirm(self) -> None:
        """Accept a step now; after one backwards this clock stays ahead of the wall clock."""
        if self._step > 0:
            self._last, self._at = max(self._last, self._wall()), self._now_steady()
        self._behind = min(0.0, self._step)
        self._step = 0.0

    def moment(self) -> tuple[float, float]:
        """Return this clock and the boot clock, in seconds."""
        return self(), self._now_steady()

    def _now_steady(self) -> float:
        return asyncio.get_running_loop().time() if self._steady is None else self._steady()


def since_boot() -> float:
    """Return the seconds since the machine booted, with suspends."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _minutes(seconds: float) -> str:
    """Format a duration for a sentence: `5 min`, `2 h 05 min`, `3 d 4 h`."""
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02} min"
    return f"{minutes // 1440} d {minutes % 1440 // 60} h"


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time: when every task sleeps, time jumps to the first timer.

    Threads work in real time, so while one does, timers are waited for: no timeout fires before its thread
    had that long.
    """

    def __init__(self) -> None:
        super().__init__(_Jumping(self))
        self.moment = 0.0
        self.calls = 0  # running calls in threads

    def time(self) -> float:
        """Return the seconds of virtual time since the loop was made."""
        return self.moment

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Arguments], T], *args: *Arguments
    ) -> asyncio.Future[T]:
        """Call a function in a thread, and run in real time until it returns."""
        future = super().run_in_executor(executor, func, *args)
        self.calls += 1
        future.add_done_callback(self._returned)
        return future

    def _returned(self, _: asyncio.Future[Any]) -> None:
        self.calls -= 1

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Wait for the threads to end; from Python 3.12 on, asyncio sets a timeout for this (300 s)."""
        self.calls += 1
        try:
            await super().shutdown_default_executor(*(() if timeout is None else (timeout,)))
        finally:
            self.calls -= 1


class _Jumping(selectors.DefaultSelector):
    """A selector that waits for timers only while threads work, and else advances the loop's time."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(timeout if timeout is None or self._loop.calls else 0)
        if not ready and timeout:
            self._loop.moment += timeout
        return ready


def in_virtual_time(main: Callable[[Clock], Coroutine[Any, Any, T]], start: float) -> T:
    """Run a coroutine in virtual time, with a clock that starts at `start`."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        return runner.run(main(lambda: start + loop.time()))
