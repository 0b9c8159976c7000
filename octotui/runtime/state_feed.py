"""A latest-value feed of a State: the present one, later ones throttled to frames, and a final failure."""

import asyncio
from collections.abc import AsyncIterator

from octotui.engine.state import State

FRAME = 1 / 20  # seconds between two states
BATCH = 1 / 60  # seconds between two messages of events to the clients of a server


class StateFeed:
    """The State of a session, or of a server's client, for its followers."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.failure: BaseException | None = None
        self._changed = asyncio.Event()

    def show(self, state: State) -> None:
        """Publish another State."""
        self.state = state
        self.wake()

    def fail(self, failure: BaseException) -> None:
        """End the feed for all followers; the first failure stays."""
        self.failure = self.failure or failure
        self.wake()

    def check(self) -> None:
        """Raise the failure that ended the feed, if any."""
        if self.failure is not None:
            raise self.failure

    async def failed(self) -> None:
        """Wait until a failure has ended the feed."""
        while self.failure is None:
            await self.change()

    def wake(self) -> None:
        """Wake up all followers."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self) -> None:
        """Wait for the next wake-up."""
        await self._changed.wait()

    async def states(self) -> AsyncIterator[State]:
        """Yield the present State, and then later ones, throttled to 20 a second."""
        seen: State | None = None
        while True:
            self.check()
            if self.state is not seen:
                seen = self.state
                yield seen
                await asyncio.sleep(FRAME)
            else:
                await self.change()
