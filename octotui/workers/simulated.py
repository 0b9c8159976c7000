"""An executor that only sleeps: for predictions, in a loop of virtual time."""

import asyncio
from collections.abc import Callable, Set

from octotui.engine.state import Outcome
from octotui.model.process import Simulate
from octotui.workers.executor import AttemptLocation, AttemptSpec, AttemptStatus, Leave, Output


def _unknown(job: str) -> float | None:
    return None


class SimulatedExecutor:
    """Sleeps as long as a job is known to take, and returns the result that its step's `simulate` says.

    Of a job that is to fail, or of which nothing is known, `simulate` says the duration, too. Nothing
    outlives this process.
    """

    def __init__(self, takes: Callable[[str], float | None] = _unknown) -> None:
        """Create it; `takes` returns how many seconds a job takes, None where that is unknown."""
        self._takes = takes
        self._begun: dict[AttemptLocation, tuple[Simulate, asyncio.Event]] = {}

    async def inspect(self, location: AttemptLocation) -> AttemptStatus:
        """Return that nothing was started."""
        return AttemptStatus("nothing")

    async def start(self, location: AttemptLocation, work: AttemptSpec, resume: str = "") -> None:
        """Record the attempt."""
        simulate, known = work.simulate or Simulate(), self._takes(work.job)
        if known is not None and simulate.result == "success":
            simulate = Simulate(takes=known)
        self._begun[location] = simulate, asyncio.Event()

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
