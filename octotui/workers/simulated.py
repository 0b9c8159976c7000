"""An executor that only sleeps: for predictions, in a loop of virtual time."""

import asyncio
from collections.abc import Set

from octotui.engine.state import Outcome
from octotui.model.process import Simulate
from octotui.workers.executor import AttemptLocation, AttemptSpec, AttemptStatus, Leave, Output


class SimulatedExecutor:
    """Sleeps as long as a step's `simulate` says, and returns its result; nothing outlives this process."""

    def __init__(self) -> None:
        self._begun: dict[AttemptLocation, tuple[Simulate, asyncio.Event]] = {}

    async def inspect(self, location: AttemptLocation) -> AttemptStatus:
        """Return that nothing was started."""
        return AttemptStatus("nothing")

    async def start(self, location: AttemptLocation, work: AttemptSpec, resume: str = "") -> None:
        """Record the attempt."""
        self._begun[location] = (work.simulate or Simulate(), asyncio.Event())

    async def follow(self, location: AttemptLocation, output: Output, leave: Leave | None = None) -> Outcome:
        """Sleep, and return the simulated Outcome."""
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
        """Cancel an attempt at once."""
        if location in self._begun:
            self._begun[location][1].set()

    def clean(self, location: AttemptLocation) -> None:
        """Forget an attempt."""
        self._begun.pop(location, None)

    async def remove_orphans(self, directory: str, space: str, keep: Set[str]) -> None:
        """Do nothing: there are no files."""

    async def close(self) -> None:
        """Cancel all attempts."""
        for _, stopped in self._begun.values():
            stopped.set()
