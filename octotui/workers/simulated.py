"""An executor that only takes time: for predictions, in a loop of virtual time."""

import asyncio
from collections.abc import Set

from octotui.engine.terms import Outcome
from octotui.model.process import Simulate
from octotui.workers.contract import Leave, Left, Output, Place, Work


class SimulatedExecutor:
    """Sleeps as long as a step's `simulate` says, and ends as it says; nothing of it outlives us."""

    def __init__(self) -> None:
        self._begun: dict[Place, tuple[Simulate, asyncio.Event]] = {}

    async def look(self, place: Place) -> Left:
        """Nothing is there."""
        return Left("nothing")

    async def start(self, place: Place, work: Work, memo: str = "") -> None:
        """Note what to do."""
        self._begun[place] = (work.simulate or Simulate(), asyncio.Event())

    async def follow(self, place: Place, output: Output, leave: Leave | None = None) -> Outcome:
        """Take the time, and say the result."""
        simulate, stopped = self._begun[place]
        try:
            async with asyncio.timeout(simulate.takes):
                await stopped.wait()
        except TimeoutError:
            if simulate.result == "failure":
                return Outcome(state="failed", exit_code=1, reason="exit code 1")
            return Outcome(state="succeeded", exit_code=0)
        return Outcome(state="cancelled")

    def stop(self, place: Place, grace: float) -> None:
        """End a job at once."""
        if place in self._begun:
            self._begun[place][1].set()

    def clean(self, place: Place) -> None:
        """Forget it."""
        self._begun.pop(place, None)

    async def tidy(self, directory: str, space: str, keep: Set[str]) -> None:
        """There is nothing to take away."""

    async def close(self) -> None:
        """End everything."""
        for _, stopped in self._begun.values():
            stopped.set()
