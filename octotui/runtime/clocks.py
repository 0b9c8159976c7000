"""Clocks: that of the wall, and a loop whose time jumps to whatever comes next."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Clock = Callable[[], float]
T = TypeVar("T")


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time: when everybody sleeps, time jumps to the first who wakes."""

    def __init__(self) -> None:
        super().__init__(_Jumping(self))
        self.moment = 0.0

    def time(self) -> float:
        """Seconds since the loop was made, in its own time."""
        return self.moment


class _Jumping(selectors.DefaultSelector):
    """A selector that does not wait for a timer, but lets the loop's time jump to it."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(None if timeout is None else 0)
        if not ready and timeout:
            self._loop.moment += timeout
        return ready


def in_virtual_time(main: Callable[[Clock], Coroutine[Any, Any, T]], start: float) -> T:
    """Run a coroutine in virtual time; it is given a clock that begins at `start`."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        return runner.run(main(lambda: start + loop.time()))
