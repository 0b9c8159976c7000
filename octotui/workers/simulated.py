"""An executor that only takes time: for predictions, in a loop of virtual time."""

import asyncio
from collections.abc import Set

from octotui.engine.state import Outcome
from octotui.model.process import Simulate
from octotui.workers.executor import AttemptLocation, AttemptSpec, AttemptStatus, Leave, Output


class SimulatedExecutor:
    """Sleeps as long as a step's `simulate` says, and ends as it says; nothing of it outlives us."""

    def __init__(self) -> None:
        self._begun: dict[AttemptLocation, tuple[Simulate, asyncio.Event]] = {}

    async def inspect(self, location: AttemptLocation) -> AttemptStatus:
        """Nothing is there."""
        return AttemptStatus("nothing")

    async def start(self, location: AttemptLocation, work: AttemptSpec, resume: str = "") -> None:
        """Note what to do."""
        self._begun[location] = (work.simulate or Simulate(), asyncio.Event())

    async def follow(self, location: AttemptLocation, output: Output, leave: Leave | None = None) -> Outcome:
        """Take the time, and say the result."""
        simulate, stopped = self._begun[location]
        try:
            async with asyncio.timeout(simulate.takes):
                await stopped.wait()
        except TimeoutError:
            if simulate.result == "failure":
                return Outcome(state="failed", exit_code=1, reason="exit code 1")
            return Outcome(state="succeeded", exit_code=0)
        return Outcome(state="cancelled")

    def stop(self, location: AttemptLocation, grace: float) -> None:
        """End a job at once."""
        if location in self._begun:
            self._begun[location][1].set()

    def clean(self, location: AttemptLocation) -> None:
        """Forget it."""
        self._begun.pop(location, None)

    async def remove_orphans(self, directory: str, space: str, keep: Set[str]) -> None:
        """There is nothing to take away."""

    async def close(self) -> None:
        """End everything."""
        for _, stopped in self._begun.values():
            stopped.set()
