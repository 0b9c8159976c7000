"""A State that others follow: the present one, later ones merged to frames, and how it came to an end."""

import asyncio
from collections.abc import AsyncIterator

from octotui.engine.state import State

FRAME = 1 / 30  # seconds between two states that a screen is given


class StateFeed:
    """What a session, or a client of a server's, shows of its State."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.failure: BaseException | None = None
        self._changed = asyncio.Event()

    def show(self, state: State) -> None:
        """Show another State."""
        self.state = state
        self.wake()

    def fail(self, failure: BaseException) -> None:
        """Show nothing more: whoever follows is told; the first failure stays."""
        self.failure = self.failure or failure
        self.wake()

    def check(self) -> None:
        """Raise what ended it, if anything has."""
        if self.failure is not None:
            raise self.failure

    async def failed(self) -> None:
        """Wait until something has ended it."""
        while self.failure is None:
            await self.change()

    def wake(self) -> None:
        """Let all look again who wait."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self) -> None:
        """Wait until there is something to look at."""
        await self._changed.wait()

    async def states(self) -> AsyncIterator[State]:
        """The present State, and then every later one, merged to at most 30 a second."""
        seen: State | None = None
        while True:
            self.check()
            if self.state is not seen:
                seen = self.state
                yield seen
                await asyncio.sleep(FRAME)
            else:
                await self.change()
